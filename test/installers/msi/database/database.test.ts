import test from 'ava';
import { bytesContent } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { readCompoundFile } from '../../../../installers/archives/compound-file/compound-file.ts';
import type { Cell, Database, Table } from '../../../../installers/msi/database/database.ts';
import { standardTable, tableText } from '../../../../installers/msi/database/database.ts';
import { unpackName } from '../../../../installers/msi/database/read-names.ts';
import { packName } from '../../../../installers/msi/database/write-names.ts';
import { memorySource, seededNumbers } from '../../../suites/blobs.ts';
import {
  PROPERTIES,
  plainRows,
  readBack,
  SUMMARY,
  sampleDatabase,
  streamBytes,
  textsDatabase,
  writeDatabase,
} from './sample-database.ts';

function oneTable(table: Table): Database {
  return { tables: [table], summary: SUMMARY, streams: [] };
}

/** In the order of their keys, null first: how rows are stored. */
function byKeys(rows: unknown[][]): unknown[][] {
  const compare = (a: unknown, b: unknown) => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? -1 : 1;
    return (a as string | number) < (b as string | number) ? -1 : 1; // keys are strings and numbers
  };
  return [...rows].sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
}

test('every table, cell, stream and property is read back', async (t) => {
  const database = sampleDatabase();
  const facts = await readBack(await writeDatabase(database));
  t.is(facts.clsid, '{000C1084-0000-0000-C000-000000000046}');
  t.is(facts.codePage, 65001);
  t.deepEqual(facts.summary, { ...SUMMARY, codePage: 65001 });
  t.deepEqual(
    facts.tables.map(({ name, listed }) => [name, listed]),
    database.tables.map(({ name }) => [name, true]).sort(),
  );
  for (const table of database.tables) {
    const found = facts.tables.find(({ name }) => name === table.name);
    t.deepEqual(
      found?.columns,
      table.columns.map(({ name, type, key }) => ({ name, type, key })),
    );
    t.deepEqual(await plainRows(found), byKeys(await plainRows(table)), table.name);
  }
  t.deepEqual(
    facts.streams.map(({ name, size }) => [name, size]),
    [['main.cab', 10_000]],
  );
  t.deepEqual(await streamBytes(facts.streams[0]!), await streamBytes(database.streams[0]!));
  t.deepEqual(facts.unknownTables, []);
  t.deepEqual(facts.storages, []);
});

test('the order of tables, rows and streams does not show', async (t) => {
  const number = seededNumbers(5);
  const shuffle = <T>(values: readonly T[]): T[] =>
    values
      .map((value) => [number(1 << 30), value] as const)
      .sort(([a], [b]) => a - b)
      .map(([, value]) => value);
  const database = sampleDatabase();
  const shuffled: Database = {
    ...database,
    tables: shuffle(database.tables).map((table) => ({ ...table, rows: shuffle(table.rows) })),
  };
  t.deepEqual(await writeDatabase(shuffled), await writeDatabase(database));
});

test('more than 65535 strings are referred to in three bytes', async (t) => {
  const texts = Array.from({ length: 40_000 }, (_, i) => `text ${i}`);
  const facts = await readBack(await writeDatabase(textsDatabase(texts)));
  const found = new Map(facts.tables[0]?.rows.map(([key, value]) => [key, value]));
  t.is(found.size, texts.length);
  for (const [index, text] of texts.entries()) if (found.get(`P${index}`) !== text) t.fail(text);
});

test('a string that is used more often than 16 bits can count is read back', async (t) => {
  const facts = await readBack(await writeDatabase(textsDatabase(Array.from({ length: 66_000 }, () => 'same'))));
  t.true(facts.tables[0]?.rows.every(([, value]) => value === 'same'));
});

/** Stream of a table as it is stored. */
async function storedTable(database: Database, name: string): Promise<Buffer> {
  const { streams } = await readCompoundFile(memorySource('x.msi', await writeDatabase(database)));
  return streamBytes(streams.find((stream) => stream.name === packName(name, 'table', 'x'))!); // missing ones fail the test
}

test('strings are counted wherever they are referred to, up to 65535 times', async (t) => {
  const columns = [
    { name: 'T', type: 's9', key: true },
    { name: 'B', type: 'S9', key: false },
  ];
  const table: Table = {
    name: 'T',
    columns,
    rows: [
      ['a', 'a'],
      ['b', null],
      ['T', 'a'],
    ],
  };
  const pool = await storedTable(oneTable(table), '_StringPool');
  // B: a column. T: a table, twice the table of a column, a column, a cell. a: three cells. b: a cell.
  t.is(pool.toString('hex'), 'e9fd0000' + '01000100' + '01000500' + '01000300' + '01000100');
  const many = await storedTable(textsDatabase(Array.from({ length: 65_536 }, () => 'same')), '_StringPool');
  t.is(many.toString('hex').slice(-8), '0400ffff');
});

test('columns are described in the bits that Windows Installer has', async (t) => {
  const types = ['s72', 'S0', 'l255', 'L0', 'i2', 'I2', 'i4', 'I4', 'v0', 'V0'];
  const described = await storedTable(oneTable(columns(...types)), '_Columns');
  const bits = types.map((_, index) => described.readUInt16LE(described.length - 2 * (types.length - index)) ^ 0x8000);
  t.deepEqual(
    bits.map((word) => word.toString(16)),
    ['2d48', '1d00', 'fff', '1f00', '502', '1502', '104', '1104', '900', '1900'],
  );
});

test('names are packed two characters in one, and unpacked', (t) => {
  t.is(packName('_Tables', 'table', 'x'), '\u4840\u3f7f\u4164\u422f\u4836');
  t.is(packName('_StringData', 'table', 'x'), '\u4840\u3f3f\u4577\u446c\u3b6a\u45e4\u4824');
  for (const name of ['Icon.app.ico', 'Binary.x', 'a', 'ab', 'a b', 'ü1', '\u0005Digital', 'Zz09._', '-_-']) {
    t.deepEqual(unpackName(packName(name, 'stream', 'x')), { name, table: false });
    t.deepEqual(unpackName(packName(name, 'table', 'x')), { name, table: true });
  }
  t.throws(() => packName('a'.repeat(63), 'stream', 'x'), { message: /takes 32 of at most 31 characters/ });
  t.notThrows(() => packName('a'.repeat(62), 'stream', 'x'));
  t.throws(() => packName('\u4840a', 'stream', 'x'), { message: /between U\+3800 and U\+4840/ });
});

test('a table prints as a text archive', (t) => {
  const table: Table = {
    name: 'Thing',
    columns: [
      { name: 'A', type: 's72', key: true },
      { name: 'B', type: 'I2', key: true },
      { name: 'C', type: 'V0', key: false },
    ],
    rows: [
      ['a\tb\r\nc', null, null],
      ['d', 7, bytesContent('x')],
    ],
  };
  t.is(tableText(table), 'A\tB\tC\r\ns72\tI2\tV0\r\nThing\tA\tB\r\na\u0010b\u0011\u0019c\t\t\r\nd\t7\tThing.d.7\r\n');
});

const COLUMNS = [
  { name: 'Key', type: 's4', key: true },
  { name: 'Second', type: 'i2', key: true },
  { name: 'Word', type: 'L3', key: false },
  { name: 'Data', type: 'V0', key: false },
];
const row = (...cells: Cell[]): Table => ({ name: 'T', columns: COLUMNS, rows: [cells] });
const columns = (...types: string[]): Table => ({
  name: 'T',
  columns: types.map((type, index) => ({ name: `C${index}`, type, key: index === 0 })),
  rows: [],
});

for (const [sentence, table, message] of [
  [
    'null where it is not allowed',
    row(null, 1, null, null),
    'x.msi: table T, row [null,1], column Key: null is not allowed',
  ],
  ['an empty string', row('a', 1, '', null), 'row ["a",1], column Word: an empty string cannot be stored'],
  ['a string that is too long', row('a', 1, 'four', null), 'column Word: "four" has 4 characters, and 3 are the most'],
  ['half a character', row('a', 1, '\ud800', null), 'has a NUL or half a character'],
  ['a NUL', row('a', 1, 'a\0b', null), 'has a NUL or half a character'],
  ['a number for a string', row('a', 1, 5, null), 'column Word: 5 is not a string'],
  ['a string for a number', row('a', '1', null, null), 'column Second: "1" is not an integer'],
  ['a string for a stream', row('a', 1, null, 'x'), 'column Data: "x" is not a stream'],
  ['a stream for a string', row('a', 1, bytesContent('x'), null), 'column Word: a stream is not a string'],
  ['a number that is too large', row('a', 32_768, null, null), '32768 is not an integer between -32767 and 32767'],
  ['the number that stands for null', row('a', -32_768, null, null), '-32768 is not an integer'],
  ['half a number', row('a', 0.5, null, null), '0.5 is not an integer'],
  ['a row that is too short', row('a', 1, null), 'row ["a",1]: it has 3 cells, and the table has 4 columns'],
  ['no columns', columns(), 'table T: it has 0 columns, and may have 1 to 32'],
  ['33 columns', columns(...Array.from({ length: 33 }, () => 's72')), 'it has 33 columns'],
  ['no key', { ...columns('s72'), columns: [{ name: 'A', type: 's72', key: false }] }, 'table T: it has no key'],
  ['keys that do not come first', { ...columns(), columns: [...COLUMNS].reverse() }, 'its keys do not come first'],
  ['a type that is none', columns('s72', 'x4'), 'column C1: "x4" is not a column type'],
  ['a width that is none', columns('s72', 'i3'), 'column C1: "i3" is not a column type'],
  ['a width that has no place', columns('s256'), 'column C0: "s256" is not a column type'],
  ['a key that is a stream', columns('v0'), 'column C0: "v0" is not a column type'],
  ['a name that is none', { ...columns('s72'), name: 'a b' }, '"a b" is not a table\'s name'],
  ["the database's own name", { ...columns('s72'), name: '_Tables' }, "the table _Tables is the database's own"],
  ['two columns of one name', { ...columns(), columns: [COLUMNS[0]!, COLUMNS[0]!] }, 'it has two columns Key'],
  [
    'two rows of one key',
    standardTable('Property', [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]),
    'table Property, row "a": the key is there twice',
  ],
] as const) {
  test(`a table with ${sentence} is refused`, async (t) => {
    const error = await t.throwsAsync(writeDatabase(oneTable(table)), { instanceOf: PackwrightError });
    t.true(error.message.includes(message), error.message);
  });
}

test('two tables of one name, and two streams of one name, are refused', async (t) => {
  const tables = [PROPERTIES, standardTable('Property', [['Z', 'z']])];
  await t.throwsAsync(writeDatabase({ tables, summary: SUMMARY, streams: [] }), { message: /two tables Property/ });
  const icon = standardTable('Icon', [['a', bytesContent('x')]]);
  const streams = [{ name: 'Icon.a', ...bytesContent('y') }];
  await t.throwsAsync(writeDatabase({ tables: [icon], summary: SUMMARY, streams }), { message: /two streams Icon\.a/ });
});

test('a stream whose keys make too long a name is refused', async (t) => {
  const table = standardTable('Binary', [['k'.repeat(60), bytesContent('x')]]);
  await t.throwsAsync(writeDatabase(oneTable(table)), {
    message: /"Binary\.k+" takes 34 of at most 31 characters .*shorten the keys/,
  });
});

test('a row with a stream and a null in its key is refused', async (t) => {
  const columns = [
    { name: 'A', type: 's9', key: true },
    { name: 'B', type: 'I2', key: true },
    { name: 'C', type: 'v0', key: false },
  ];
  await t.throwsAsync(writeDatabase(oneTable({ name: 'T', columns, rows: [['a', null, bytesContent('x')]] })), {
    message: /table T, row \["a",null\]: a row with a stream has a null in its key/,
  });
});

test('a summary that cannot be stored is refused', async (t) => {
  const attempt = (change: Partial<typeof SUMMARY>) =>
    writeDatabase({ tables: [], summary: { ...SUMMARY, ...change }, streams: [] });
  await t.throwsAsync(attempt({ title: 'a\0' }), { message: /summary information: title: "a\\u0000" has a NUL/ });
  await t.throwsAsync(attempt({ created: 0.5 }), { message: /created: 0\.5 is not a time/ });
  await t.throwsAsync(attempt({ security: -1 }), { message: /security: -1 is not an integer/ });
  await t.notThrowsAsync(attempt({ created: -1e10 }));
});
