/** Actions and where in the sequences they stand. */
import type { DatabaseFacts } from '../database/database.ts';
import { type Finding, find, type Row, type Rule, rowsOf, valuesOf } from './finding.ts';

const EXECUTE = ['InstallExecuteSequence', 'AdminExecuteSequence', 'AdvtExecuteSequence'];
const SEQUENCES = [...EXECUTE, 'InstallUISequence', 'AdminUISequence'];
const DEFERRED = 0x400;
const NO_IMPERSONATION = 0x800;

/** First has to come before second, where both are there. */
const ORDER: readonly (readonly [first: string, second: string])[] = [
  ['CostInitialize', 'FileCost'],
  ['FileCost', 'CostFinalize'],
  ['CostInitialize', 'CostFinalize'],
  ['CostFinalize', 'InstallValidate'],
  ['InstallValidate', 'InstallInitialize'],
  ['InstallInitialize', 'InstallFinalize'],
  ['InstallInitialize', 'ProcessComponents'],
  ['UnpublishFeatures', 'RemoveRegistryValues'],
  ['StopServices', 'DeleteServices'],
  ['DeleteServices', 'InstallFiles'],
  ['RemoveFiles', 'InstallFiles'],
  ['CreateFolders', 'InstallFiles'],
  ['InstallFiles', 'CreateShortcuts'],
  ['InstallFiles', 'InstallServices'],
  ['InstallServices', 'StartServices'],
  ['StartServices', 'RegisterProduct'],
  ['RegisterProduct', 'InstallFinalize'],
  ['PublishFeatures', 'PublishProduct'],
  ['PublishProduct', 'InstallFinalize'],
];
/** Actions that write: between InstallInitialize and InstallFinalize. */
const WRITING = [
  'ProcessComponents',
  'StopServices',
  'DeleteServices',
  'RemoveRegistryValues',
  'RemoveShortcuts',
  'RemoveFiles',
  'RemoveEnvironmentStrings',
  'CreateFolders',
  'RemoveFolders',
  'InstallFiles',
  'CreateShortcuts',
  'WriteRegistryValues',
  'WriteEnvironmentStrings',
  'InstallServices',
  'StartServices',
  'RegisterUser',
  'RegisterProduct',
  'PublishComponents',
  'PublishFeatures',
  'PublishProduct',
];
/** Tables that need an action in the execute sequence to have any effect. */
const ACTIONS_OF_TABLES: Readonly<Record<string, readonly string[]>> = {
  File: ['InstallFiles', 'RemoveFiles'],
  Registry: ['WriteRegistryValues', 'RemoveRegistryValues'],
  Shortcut: ['CreateShortcuts', 'RemoveShortcuts'],
  ServiceInstall: ['InstallServices'],
  ServiceControl: ['StopServices', 'StartServices', 'DeleteServices'],
  Environment: ['WriteEnvironmentStrings', 'RemoveEnvironmentStrings'],
  CreateFolder: ['CreateFolders', 'RemoveFolders'],
  AppSearch: ['AppSearch'],
  LaunchCondition: ['LaunchConditions'],
};
const REQUIRED = ['CostInitialize', 'CostFinalize', 'InstallValidate', 'InstallInitialize', 'InstallFinalize'];
const UNCONDITIONAL = [
  ...REQUIRED,
  'FileCost',
  'ProcessComponents',
  'PublishFeatures',
  'PublishProduct',
  'RegisterProduct',
];

/** Custom actions that set folders (35) come after costing. */
export const ice12: Rule = (database) =>
  customRows(database).flatMap(({ table, row, type, places }) => {
    const costed = places.get('CostFinalize');
    if ((type & 63) !== 35 || costed === undefined || row.number('Sequence') > costed) return [];
    return [
      find(['ICE12', 'error'], [table, row, 'Sequence'], 'it sets a folder before CostFinalize', 'move it after'),
    ];
  });

/** No dialogs where nobody can see them. */
export const ice13: Rule = (database) => {
  const dialogs = valuesOf(database, 'Dialog', 'Dialog');
  return EXECUTE.flatMap((table) =>
    rowsOf(database, table)
      .filter((row) => dialogs.has(row.key))
      .map((row) =>
        find(['ICE13', 'error'], [table, row, 'Action'], 'it is a dialog', 'move it to the sequence of the interface'),
      ),
  );
};

/** Standard actions stand in the order that they need. */
export const ice27: Rule = (database) =>
  EXECUTE.flatMap((table) => {
    const rows = new Map(rowsOf(database, table).map((row) => [row.key, row]));
    const at = (name: string) => rows.get(name)?.number('Sequence');
    const orders = ORDER.flatMap(([first, second]): Finding[] => {
      const [before, after] = [at(first), at(second)];
      if (before === undefined || after === undefined || before < after) return [];
      return [
        find(
          ['ICE27', 'error'],
          [table, rows.get(second), 'Sequence'],
          `it has to come after ${first}`,
          'change the sequence',
        ),
      ];
    });
    const [start, end] = [at('InstallInitialize'), at('InstallFinalize')];
    if (start === undefined || end === undefined || table === 'AdvtExecuteSequence') return orders;
    const outside = WRITING.filter((name) => at(name) !== undefined && (at(name)! <= start || at(name)! >= end));
    return [
      ...orders,
      ...outside.map((name) =>
        find(
          ['ICE27', 'error'],
          [table, rows.get(name), 'Sequence'],
          'it is outside InstallInitialize and InstallFinalize',
          'move it between them',
        ),
      ),
    ];
  });

/** Old versions go at a place where a failed upgrade can still be undone, or after everything. */
export const ice63: Rule = (database) => {
  const table = 'InstallExecuteSequence';
  const rows = rowsOf(database, table).sort((a, b) => a.number('Sequence') - b.number('Sequence'));
  const names = rows.map(({ key }) => key);
  const place = names.indexOf('RemoveExistingProducts');
  if (place < 0) return [];
  const bad = (what: string) => [
    find(['ICE63', 'error'], [table, rows[place], 'Sequence'], what, 'put it right after InstallInitialize'),
  ];
  if (place < names.indexOf('InstallValidate')) return bad('it is before InstallValidate');
  const anchor = Math.max(
    ...['InstallInitialize', 'InstallExecute', 'InstallExecuteAgain']
      .map((name) => names.indexOf(name))
      .filter((at) => at < place),
  );
  if (anchor < 0 || place > names.indexOf('InstallFinalize')) return [];
  const between = names.slice(anchor + 1, place).filter((name) => WRITING.includes(name));
  return between.length === 0 ? [] : bad(`${between[0]} has written before it`);
};

/** Custom actions are of kinds that exist. */
export const ice68: Rule = (database) =>
  rowsOf(database, 'CustomAction')
    .filter((row) => ![1, 2, 3, 5, 6, 7].includes(row.number('Type') & 7) || row.number('Type') & ~0x3fff)
    .map((row) =>
      find(
        ['ICE68', 'error'],
        ['CustomAction', row, 'Type'],
        `${row.number('Type')} is no type`,
        'see "Custom Action Types"',
      ),
    );

/** Deferred actions stand between InstallInitialize and InstallFinalize. */
export const ice77: Rule = (database) =>
  customRows(database).flatMap(({ table, row, type, places }) => {
    const at = row.number('Sequence');
    const inside = at > (places.get('InstallInitialize') ?? Infinity) && at < (places.get('InstallFinalize') ?? -1);
    if ((type & DEFERRED) === 0 || inside) return [];
    return [
      find(
        ['ICE77', 'error'],
        [table, row, 'Sequence'],
        'it is deferred and outside the script',
        'put it between InstallInitialize and InstallFinalize',
      ),
    ];
  });

/** Two actions at one place run in no certain order. */
export const ice82: Rule = (database) =>
  SEQUENCES.flatMap((table) => {
    const seen = new Map<number, string>();
    return rowsOf(database, table).flatMap((row): Finding[] => {
      const at = row.number('Sequence');
      const other = seen.get(at);
      seen.set(at, row.key);
      if (at <= 0 || other === undefined) return [];
      return [
        find(['ICE82', 'warning'], [table, row, 'Sequence'], `${other} has the same number`, 'give each its own'),
      ];
    });
  });

/** Tables with rows have their actions, and the actions that always have to be there are there. */
export const ice27Required: Rule = (database) => {
  const table = 'InstallExecuteSequence';
  const present = valuesOf(database, table, 'Action');
  const needed = Object.entries(ACTIONS_OF_TABLES).flatMap(([name, actions]) =>
    rowsOf(database, name).length > 0 ? actions : [],
  );
  return [...REQUIRED, ...needed]
    .filter((name) => !present.has(name))
    .map((name) => find(['ICE27', 'error'], [table], `there is no ${name}`, 'add the action'));
};

/** Actions that always have to run have no condition. */
export const ice84: Rule = (database) =>
  EXECUTE.flatMap((table) =>
    rowsOf(database, table)
      .filter((row) => UNCONDITIONAL.includes(row.key) && row.text('Condition') !== '')
      .map((row) =>
        find(['ICE84', 'warning'], [table, row, 'Condition'], 'it has to run always', 'remove the condition'),
      ),
  );

/** A condition asks for privileges, not for who the user is. */
export const ice86: Rule = (database) =>
  [...SEQUENCES, 'LaunchCondition', 'Component'].flatMap((table) =>
    rowsOf(database, table)
      .filter((row) => /\bAdminUser\b/.test(row.text('Condition')))
      .map((row) =>
        find(['ICE86', 'warning'], [table, row, 'Condition'], 'it asks for AdminUser', 'ask for Privileged'),
      ),
  );

/** Only deferred actions can be free of impersonation. */
export const ice72: Rule = (database) =>
  rowsOf(database, 'CustomAction')
    .filter((row) => valuesOf(database, 'AdvtExecuteSequence', 'Action').has(row.key))
    .filter((row) => ![19, 35, 51].includes(row.number('Type') & 63) || row.number('Type') & NO_IMPERSONATION)
    .map((row) =>
      find(
        ['ICE72', 'error'],
        ['AdvtExecuteSequence', row],
        'it runs code where only properties may be set',
        'remove it from the sequence',
      ),
    );

interface CustomRow {
  table: string;
  row: Row;
  type: number;
  places: ReadonlyMap<string, number>;
}
/** Rows of the install sequences that run custom actions. */
function customRows(database: DatabaseFacts): CustomRow[] {
  const types = new Map(rowsOf(database, 'CustomAction').map((row) => [row.key, row.number('Type')]));
  return SEQUENCES.flatMap((table) => {
    const rows = rowsOf(database, table);
    const places = new Map(rows.map((row) => [row.key, row.number('Sequence')]));
    return rows.flatMap((row) => {
      const type = types.get(row.key);
      return type === undefined ? [] : [{ table, row, type, places }];
    });
  });
}
