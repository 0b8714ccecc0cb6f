/** Custom actions and conditions. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { STANDARD_ACTIONS } from './action-order.ts';
import { error, type Rule, warning } from './finding.ts';
import { SEQUENCES } from './sequence-rules.ts';
import type { Row, Tables } from './tables.ts';

/** Bits of CustomAction.Type; what is left of them is one of the basic types. */
const BASIC = 0x3f;
const DEFERRED = 0x400;
const NO_IMPERSONATION = 0x800;
/** "Custom Action Types", those for concurrent installations among them. */
const TYPES = [1, 2, 5, 6, 7, 17, 18, 19, 21, 22, 23, 34, 35, 37, 38, 39, 50, 51, 53, 54];
const SET_DIRECTORY = 35;
const SET_PROPERTY = 51;
const STOP = 19;
/** Types whose program is a file that the package installs. */
const OF_FILES = [17, 18, 21, 22];
const CONDITIONS = [...SEQUENCES, 'LaunchCondition', 'Component', 'Condition', 'ControlCondition', 'ControlEvent'];

interface CustomRow {
  table: string;
  row: Row;
  action: Row;
  /** Basic type. */
  type: number;
  at: number;
}
/** Rows of sequences that run custom actions. */
function* customRows(tables: Tables, sequences: readonly string[]): Iterable<CustomRow> {
  const actions = tables.by('CustomAction', 'Action');
  for (const table of sequences)
    for (const row of tables.rows(table)) {
      const action = actions.get(row.key);
      if (action) yield { table, row, action, type: action.number('Type') & BASIC, at: row.number('Sequence') };
    }
}

export const ice12: Rule = function* (tables) {
  const directories = tables.values('Directory', 'Directory');
  for (const row of tables.rows('CustomAction'))
    if ((row.number('Type') & BASIC) === SET_DIRECTORY && !directories.has(row.text('Source')))
      yield error(
        ['CustomAction', row, 'Source'],
        `${row.text('Source')} is not in Directory`,
        'name a folder that is there',
      );
  for (const { table, row, action, type, at } of customRows(tables, SEQUENCES)) {
    if (type !== SET_DIRECTORY && type !== SET_PROPERTY) continue;
    const costed = tables.by(table, 'Action').get('CostFinalize')?.number('Sequence');
    const place = [table, row, 'Sequence'] as const;
    if (costed === undefined)
      yield error([table, row], 'it sets a property, and the sequence has no CostFinalize', 'add CostFinalize');
    else if (type === SET_DIRECTORY && at < costed)
      yield error(place, 'it sets a folder before CostFinalize', 'move it after');
    else if (type === SET_PROPERTY && at > costed && directories.has(action.text('Source')))
      yield error(
        place,
        `it sets the property of the folder ${action.text('Source')} after CostFinalize`,
        'move it before, or use type 35',
      );
  }
};

export const ice68: Rule = function* (tables) {
  for (const row of tables.rows('CustomAction')) {
    const type = row.number('Type');
    const place = ['CustomAction', row, 'Type'] as const;
    if (!TYPES.includes(type & BASIC)) yield error(place, `${type} is no type of action`, 'see “Custom Action Types”');
    if (type & NO_IMPERSONATION && !(type & DEFERRED))
      yield warning(place, 'it is not elevated, since it is not deferred', 'add bit 0x400, or clear 0x800');
  }
};

export const ice72: Rule = function* (tables) {
  for (const { table, row, type } of customRows(tables, ['AdvtExecuteSequence']))
    if (![STOP, SET_DIRECTORY, SET_PROPERTY].includes(type))
      yield error([table, row], 'it runs code where only types 19, 35 and 51 may be', 'remove it from the sequence');
};

export const ice75: Rule = function* (tables) {
  for (const { table, row, type, at } of customRows(
    tables,
    SEQUENCES.filter((name) => name !== 'AdvtExecuteSequence'),
  )) {
    if (!OF_FILES.includes(type)) continue;
    const costed = tables.by(table, 'Action').get('CostFinalize')?.number('Sequence');
    if (costed === undefined || at < costed)
      yield error(
        [table, row, 'Sequence'],
        'it runs a file whose place is not known yet',
        'move it after CostFinalize',
      );
  }
};

export const ice77: Rule = function* (tables) {
  for (const { table, row, action, at } of customRows(tables, ['InstallExecuteSequence', 'AdminExecuteSequence'])) {
    if (!(action.number('Type') & DEFERRED)) continue;
    const rows = tables.by(table, 'Action');
    const start = rows.get('InstallInitialize')?.number('Sequence') ?? Infinity;
    const end = rows.get('InstallFinalize')?.number('Sequence') ?? -Infinity;
    if (at <= start || at >= end)
      yield error(
        [table, row, 'Sequence'],
        'it is deferred, and outside the script',
        'put it between InstallInitialize and InstallFinalize',
      );
  }
};

/** Names after `&` and `!` are features, after `$` and `?` components; what is quoted is text. */
const REFERENCE = /([&!$?])([A-Za-z_][A-Za-z0-9_.]*)/g;

export const ice79: Rule = function* (tables) {
  const features = tables.values('Feature', 'Feature');
  const components = tables.values('Component', 'Component');
  for (const { table, row, condition } of conditionsOf(tables))
    for (const [, sign = '', name = ''] of condition.matchAll(REFERENCE)) {
      const feature = sign === '&' || sign === '!';
      if (!(feature ? features : components).has(name))
        yield error(
          [table, row, 'Condition'],
          `there is no ${feature ? 'feature' : 'component'} ${name}`,
          'name one that is there',
        );
    }
};

function* conditionsOf(tables: Tables): Iterable<{ table: string; row: Row; condition: string }> {
  for (const table of CONDITIONS)
    for (const row of tables.rows(table)) {
      const condition = row.text('Condition');
      if (condition !== '') yield { table, row, condition: condition.replace(/"[^"]*"/g, '""') };
    }
}

export const ice86: Rule = function* (tables) {
  for (const { table, row, condition } of conditionsOf(tables))
    if (/\bAdminUser\b/.test(condition))
      yield warning([table, row, 'Condition'], 'it asks who the user is', 'ask for Privileged');
};

export const ice93: Rule = function* (tables) {
  for (const row of tables.rows('CustomAction'))
    if (STANDARD_ACTIONS.has(row.key))
      yield warning(['CustomAction', row], 'a standard action has this name', 'choose another');
};
