/** The order of actions in the sequences. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { ORDER, REBOOT_GROUP, SCRIPT_ACTIONS, STANDARD_ACTIONS } from './action-order.ts';
import { error, type Fault, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

export const EXECUTE = ['InstallExecuteSequence', 'AdminExecuteSequence', 'AdvtExecuteSequence'] as const;
export const SEQUENCES = [...EXECUTE, 'InstallUISequence', 'AdminUISequence'] as const;
const INSTALL = 'InstallExecuteSequence';
const COSTING = ['CostInitialize', 'FileCost', 'CostFinalize'];
const SEARCHES = ['AppSearch', 'CCPSearch'];
const REGISTERING = ['RegisterProduct', 'RegisterUser', 'PublishProduct', 'PublishFeatures'];
/** What ICE84's page calls required. */
const UNCONDITIONAL: ReadonlySet<string> = new Set([
  ...COSTING,
  ...[
    'InstallValidate',
    'InstallInitialize',
    'InstallFinalize',
    'ProcessComponents',
    'PublishFeatures',
    'PublishProduct',
  ],
  ...['RegisterProduct', 'UnpublishFeatures'],
]);
/** Custom actions that set a property or stop, and write nothing (types 19, 35, 51). */
const BUILT_IN = [19, 35, 51];

/** Where an action stands in a sequence; undefined where it does not. */
function placeIn(tables: Tables, table: string): (action: string) => number | undefined {
  const rows = tables.by(table, 'Action');
  return (action) => rows.get(action)?.number('Sequence');
}

export const ice13: Rule = function* (tables) {
  const dialogs = tables.values('Dialog', 'Dialog');
  for (const table of EXECUTE)
    for (const row of tables.rows(table))
      if (dialogs.has(row.key)) yield error([table, row], 'it is a dialog', 'move it to the sequence of the interface');
};

/** The page names no actions; here they are those that both ICE84 and the SDK's suggested sequences have for costing and transaction. */
export const ice26: Rule = function* (tables) {
  const transaction = ['InstallValidate', 'InstallInitialize', 'InstallFinalize'];
  const required = {
    [INSTALL]: [...COSTING, ...transaction],
    AdminExecuteSequence: [...COSTING, ...transaction, 'InstallAdminPackage'],
  };
  for (const [table, actions] of Object.entries(required)) {
    const present = tables.values(table, 'Action');
    for (const action of tables.has(table) ? actions : [])
      if (!present.has(action)) yield error([table], `it lacks ${action}`, 'add the action');
  }
};

export const ice27: Rule = function* (tables) {
  const custom = tables.values('CustomAction', 'Action');
  const dialogs = tables.values('Dialog', 'Dialog');
  for (const table of SEQUENCES) {
    const rows = tables.by(table, 'Action');
    for (const [action, row] of rows)
      if (!STANDARD_ACTIONS.has(action) && !custom.has(action) && !dialogs.has(action))
        yield error(
          [table, row],
          'it is no standard action, no custom action and no dialog',
          'add it to CustomAction, or remove it',
        );
    for (const [first, second] of ORDER) {
      const [before, after] = [rows.get(first), rows.get(second)];
      if (before && after && before.number('Sequence') > after.number('Sequence'))
        yield error([table, after, 'Sequence'], `it has to come after ${first}`, 'change the number');
    }
    yield* wrongSections(table, rows);
  }
};

/** Searches before costing, the script between InstallValidate and InstallFinalize, the latter if and only if there is a script. */
function* wrongSections(table: string, rows: ReadonlyMap<string, Row>): Iterable<Fault> {
  const at = (action: string) => rows.get(action)?.number('Sequence');
  const cost = at('CostInitialize') ?? Infinity;
  for (const search of SEARCHES)
    if ((at(search) ?? -Infinity) > cost)
      yield error(
        [table, rows.get(search), 'Sequence'],
        'it searches, and costing has begun',
        'move it before CostInitialize',
      );
  const end = at('InstallFinalize');
  const start = at('InstallValidate');
  const script = [...rows.values()].filter((row) => SCRIPT_ACTIONS.has(row.text('Action')));
  if (end === undefined && script.length > 0)
    yield error([table], 'it writes, and has no InstallFinalize', 'add InstallFinalize');
  if (end !== undefined && script.length === 0)
    yield error([table, rows.get('InstallFinalize')], 'there is nothing for it to run', 'remove it');
  for (const row of script) {
    const place = row.number('Sequence');
    if (place < (start ?? -Infinity) || place > (end ?? Infinity))
      yield error(
        [table, row, 'Sequence'],
        'it has to be between InstallValidate and InstallFinalize',
        'change the number',
      );
  }
}

/** ForceReboot alone. */
export const ice28: Rule = function* (tables) {
  for (const table of SEQUENCES) {
    const at = placeIn(tables, table);
    const reboot = at('ForceReboot');
    const places = REBOOT_GROUP.flatMap((action) => at(action) ?? []);
    const [low, high] = [Math.min(...places), Math.max(...places)];
    if (reboot !== undefined && low < reboot && reboot < high)
      yield error(
        [table, tables.by(table, 'Action').get('ForceReboot'), 'Sequence'],
        `it parts the actions from ${low} to ${high}`,
        'move it after them',
      );
  }
};

/** An action between that may write is the page's warning; one that surely does, or a place of none of the four kinds, an error. */
export const ice63: Rule = function* (tables) {
  const rows = tables.by(INSTALL, 'Action');
  const row = rows.get('RemoveExistingProducts');
  const at = placeIn(tables, INSTALL);
  const place = at('RemoveExistingProducts');
  if (!row || place === undefined) return;
  const hint = 'put it right after InstallValidate, InstallInitialize, InstallExecute or InstallFinalize';
  if (place < (at('InstallValidate') ?? -Infinity))
    yield error([INSTALL, row, 'Sequence'], 'it comes before InstallValidate', hint);
  if (place < (at('InstallInitialize') ?? Infinity) || place > (at('InstallFinalize') ?? Infinity)) return;
  const anchors = ['InstallInitialize', 'InstallExecute', 'InstallExecuteAgain'].map((name) => at(name) ?? -Infinity);
  const anchor = Math.max(...anchors.filter((one) => one < place));
  const types = tables.by('CustomAction', 'Action');
  for (const [action, other] of rows) {
    const where = other.number('Sequence');
    if (where <= anchor || where >= place) continue;
    const type = types.get(action)?.number('Type');
    if (SCRIPT_ACTIONS.has(action))
      yield error([INSTALL, row, 'Sequence'], `${action} writes before it, in the same script`, hint);
    else if (type !== undefined && !BUILT_IN.includes(type & 0x3f))
      yield warning([INSTALL, row, 'Sequence'], `${action} comes before it, and may write to the script`, hint);
  }
};

export const ice78: Rule = function* (tables) {
  for (const row of tables.rows('AdvtUISequence'))
    yield error(['AdvtUISequence', row], 'advertising shows no dialogs', 'empty the table');
};

export const ice82: Rule = function* (tables) {
  const present = tables.values(INSTALL, 'Action');
  const missing = REGISTERING.filter((action) => !present.has(action));
  const hint = 'have RegisterProduct, RegisterUser, PublishProduct and PublishFeatures';
  if (missing.length === REGISTERING.length)
    yield warning([INSTALL], 'nothing makes the product known to Windows', hint);
  else if (missing.length > 0) yield error([INSTALL], `it lacks ${missing.join(', ')}, and has the others`, hint);
  for (const table of SEQUENCES) {
    const seen = new Map<number, string>();
    for (const row of tables.rows(table)) {
      const place = row.number('Sequence');
      const other = seen.get(place);
      if (row.text('Sequence') !== '' && other !== undefined)
        yield warning([table, row, 'Sequence'], `${other} has this number too`, 'give each its own');
      seen.set(place, row.key);
    }
  }
};

export const ice84: Rule = function* (tables) {
  for (const table of EXECUTE)
    for (const row of tables.rows(table))
      if (UNCONDITIONAL.has(row.key) && row.text('Condition') !== '')
        yield warning([table, row, 'Condition'], 'it has to run always', 'remove the condition');
};

export const ice96: Rule = function* (tables) {
  const present = tables.values('AdvtExecuteSequence', 'Action');
  for (const action of ['PublishFeatures', 'PublishProduct'])
    if (!present.has(action))
      yield warning(['AdvtExecuteSequence'], `it lacks ${action}: the product cannot be advertised`, 'add the action');
};

/** Actions without which the rows of a table have no effect. No ICE tells; a package with such a table installs less than it seems to. */
const ACTIONS_OF_TABLES: Readonly<Record<string, readonly string[]>> = {
  File: ['InstallFiles', 'RemoveFiles'],
  Registry: ['WriteRegistryValues', 'RemoveRegistryValues'],
  Shortcut: ['CreateShortcuts', 'RemoveShortcuts'],
  ServiceInstall: ['InstallServices'],
  MsiServiceConfig: ['MsiConfigureServices'],
  MsiServiceConfigFailureActions: ['MsiConfigureServices'],
  Environment: ['WriteEnvironmentStrings', 'RemoveEnvironmentStrings'],
  CreateFolder: ['CreateFolders'],
  AppSearch: ['AppSearch'],
  LaunchCondition: ['LaunchConditions'],
  Upgrade: ['FindRelatedProducts'],
};

export const own02: Rule = function* (tables) {
  const present = tables.values(INSTALL, 'Action');
  for (const [table, actions] of Object.entries(ACTIONS_OF_TABLES))
    for (const action of tables.rows(table).length > 0 ? actions : [])
      if (!present.has(action))
        yield error([INSTALL], `the rows of ${table} have no effect without ${action}`, 'add the action');
};
