import test from 'ava';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { standardTable, validationTable } from '../../../../installers/msi/database/database.ts';
import { STANDARD_TABLES } from '../../../../installers/msi/database/standard-tables.ts';
import { readBack, SUMMARY, writeDatabase } from './sample-database.ts';

const tables = Object.values(STANDARD_TABLES);

test('every standard table can be written, and is validated as itself', async (t) => {
  const names = Object.keys(STANDARD_TABLES);
  const all = names.filter((name) => name !== '_Validation').map((name) => standardTable(name));
  const validation = validationTable(names);
  const facts = await readBack(await writeDatabase({ tables: [...all, validation], summary: SUMMARY, streams: [] }));
  t.is(facts.tables.length, names.length);
  const described = facts.tables
    .find(({ name }) => name === '_Validation')!
    .rows.map(([table, column]) => `${table}.${column}`);
  t.deepEqual(
    described,
    facts.tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`)).sort(),
  );
});

test('what a column may hold is said, and agrees with its type', (t) => {
  for (const { name, columns } of tables) {
    for (const column of columns) {
      const place = `${name}.${column.name}`;
      const integer = /^i/i.test(column.type);
      if (integer) t.is(column.category, undefined, place);
      else t.true(column.category !== undefined || column.set !== undefined, place);
      if (column.category === 'Binary') t.regex(column.type, /^v0$/i, place);
      if (column.min !== undefined) t.true(integer && column.min <= (column.max ?? column.min), place);
      if (column.max !== undefined && column.type.endsWith('2')) t.true(column.max <= 32_767, place);
      t.is(column.keyTable === undefined, column.keyColumn === undefined, place);
    }
  }
});

test('a column refers to columns that are there and are as wide', (t) => {
  /** Tables that no package here has. */
  const absent = ['ODBCDataSource', 'IniLocator', 'CompLocator'];
  for (const { name, columns } of tables) {
    for (const { name: column, keyTable, keyColumn, type } of columns) {
      for (const target of keyTable?.split(';') ?? []) {
        if (absent.includes(target)) continue;
        const referred = STANDARD_TABLES[target]?.columns[keyColumn! - 1];
        t.is(referred?.type.toLowerCase(), type.toLowerCase(), `${name}.${column} refers to ${target}`);
        t.true(referred?.key, `${name}.${column} refers to a key of ${target}`);
      }
    }
  }
});

test('_Validation says of a few columns what the documentation does', (t) => {
  const rows = new Map(
    validationTable(['File', 'Shortcut', 'MsiLockPermissionsEx']).rows.map((row) => [
      `${row[0]}.${row[1]}`,
      row.slice(2),
    ]),
  );
  t.deepEqual(rows.get('File.Component_'), ['N', null, null, 'Component', 1, 'Identifier', null, null]);
  t.deepEqual(rows.get('File.FileSize'), ['N', 0, 2_147_483_647, null, null, null, null, null]);
  t.deepEqual(rows.get('Shortcut.ShowCmd'), ['Y', null, null, null, null, null, '1;3;7', null]);
  t.deepEqual(rows.get('MsiLockPermissionsEx.SDDLText'), [
    'N',
    null,
    null,
    null,
    null,
    'FormattedSDDLText',
    null,
    null,
  ]);
  t.deepEqual(rows.get('_Validation.KeyColumn'), ['Y', 1, 32, null, null, null, null, null]);
});

test('a name that is no standard table is refused', (t) => {
  t.throws(() => standardTable('Files'), {
    instanceOf: PackwrightError,
    message: /no standard table is called "Files"/,
  });
});
