/** Databases that others made, whole and damaged. */
import test from 'ava';
import { bytesContent } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { compoundFile, readCompoundFile } from '../../../../installers/archives/compound-file/compound-file.ts';
import { type Database, type DatabaseFacts, standardTable } from '../../../../installers/msi/database/database.ts';
import { packName } from '../../../../installers/msi/database/write-names.ts';
import { memorySource, readArtifact } from '../../../suites/blobs.ts';
import { plainRows, readBack, SUMMARY, sampleDatabase, streamBytes, writeDatabase } from './sample-database.ts';

const CLSID = '{000C1084-0000-0000-C000-000000000046}';
const COLUMNS = [
  { name: 'Key', type: 's72', key: true },
  { name: 'Number', type: 'i2', key: false },
  { name: 'Data', type: 'V0', key: false },
];
/** Strings in order: 1 Data, 2 Key, 3 Number, 4 T, 5 a, 6 ö. */
const TINY: Database = {
  tables: [
    {
      name: 'T',
      columns: COLUMNS,
      rows: [
        ['a', 1, bytesContent('of a')],
        ['ö', 2, null],
      ],
    },
  ],
  summary: SUMMARY,
  streams: [],
};

/** Streams by name; those of tables begin with `!`. */
type Streams = Map<string, Buffer>;

/** A database whose streams were changed before they went into a compound file. */
async function rewrite(database: Database, change: (streams: Streams) => void): Promise<DatabaseFacts> {
  const { streams } = await readCompoundFile(memorySource('x.msi', await writeDatabase(database)));
  const named: Streams = new Map();
  for (const stream of streams) named.set(stream.name, await streamBytes(stream));
  change(named);
  const file = compoundFile(
    [...named].map(([name, bytes]) => ({ name, ...bytesContent(bytes) })),
    CLSID,
    'x.msi',
  );
  return readBack(await readArtifact({ name: 'x.msi', ...file }));
}

const table = (name: string) => packName(name, 'table', 'test');
const edit = (name: string, change: (bytes: Buffer) => unknown) => (streams: Streams) => {
  const bytes = streams.get(table(name)) ?? Buffer.alloc(0);
  const changed = change(bytes);
  streams.set(table(name), Buffer.isBuffer(changed) ? changed : bytes);
};

test('texts of other code pages are read', async (t) => {
  for (const [codePage, bytes, text] of [
    [1252, 'f680', 'ö€'],
    [1251, 'd6e0', 'Ца'],
    [932, '938c', '東'],
    [0, 'c3b6', 'ö'],
    [0, 'f680', 'ö€'],
  ] as const) {
    const facts = await rewrite(TINY, (streams) => {
      edit('_StringPool', (pool) => pool.writeUInt16LE(codePage, 0))(streams);
      edit('_StringData', (data) => Buffer.concat([data.subarray(0, -2), Buffer.from(bytes, 'hex')]))(streams);
    });
    t.is(facts.codePage, codePage);
    t.is(facts.tables[0]?.rows[1]?.[0], text);
  }
});

test('strings that nobody counted, and numbers without a string, are no harm', async (t) => {
  const facts = await rewrite(
    TINY,
    edit('_StringPool', (pool) => {
      for (let at = 6; at < pool.length; at += 4) pool.writeUInt16LE(0, at);
      return Buffer.concat([pool, Buffer.alloc(8)]);
    }),
  );
  t.deepEqual(await plainRows(facts.tables[0]), [
    ['a', 1, Buffer.from('of a')],
    ['ö', 2, null],
  ]);
});

test('a table without a stream has no rows', async (t) => {
  const facts = await rewrite(TINY, (streams) => streams.delete(table('T')));
  t.deepEqual(facts.tables[0]?.rows, []);
  t.deepEqual(
    facts.streams.map(({ name }) => name),
    ['T.a'],
    'its stream has no owner then',
  );
});

test('a table that _Tables does not name is found all the same', async (t) => {
  const facts = await rewrite(TINY, (streams) => streams.delete(table('_Tables')));
  t.deepEqual(
    facts.tables.map(({ name, listed }) => [name, listed]),
    [['T', false]],
  );
});

test('streams of tables that nobody describes are told', async (t) => {
  const facts = await rewrite(TINY, (streams) => streams.set(table('Hidden'), Buffer.from('x')));
  t.deepEqual(facts.unknownTables, ['Hidden']);
});

test('an integer of one byte is stored in two', async (t) => {
  const facts = await rewrite(
    TINY,
    edit('_Columns', (columns) => columns.writeUInt16LE(0x8501, columns.length - 4)),
  );
  t.deepEqual(
    facts.tables[0]?.columns.map(({ type }) => type),
    ['s72', 'i2', 'V0'],
  );
  t.is(facts.tables[0]?.rows[1]?.[1], 2);
});

test('a database without a summary is read', async (t) => {
  t.deepEqual((await rewrite(TINY, (streams) => streams.delete('\u0005SummaryInformation'))).summary, {});
});

for (const [sentence, change, message] of [
  ['no string pool', (streams) => streams.delete(table('_StringPool')), /it has no string pool/],
  [
    'an unknown code page',
    edit('_StringPool', (pool) => pool.writeUInt16LE(437, 0)),
    /code page 437, which is not known/,
  ],
  [
    'texts that are none',
    edit('_StringData', (data) => data.writeUInt8(0xff, data.length - 2)),
    /string 6 is no text of code page 65001/,
  ],
  ['too little text', edit('_StringData', (data) => data.subarray(1)), /string 6 ends after _StringData does/],
  ['half an entry', edit('_StringPool', (pool) => pool.subarray(1)), /_StringPool has 27 bytes/],
  [
    'a long string without its length',
    edit('_StringPool', (pool) => Buffer.concat([pool, Buffer.from([0, 0, 1, 0])])),
    /ends within a long string/,
  ],
  ['half a row', edit('T', (rows) => rows.subarray(1)), /table T has 11 bytes, and its rows have 6/],
  [
    'a string that is not there',
    edit('T', (rows) => rows.writeUInt16LE(7, 0)),
    /table T, row 1, column Key refers to string 7/,
  ],
  [
    'a string that is not in use',
    (streams) => {
      edit('_StringPool', (pool) => Buffer.concat([pool, Buffer.alloc(4)]))(streams);
      edit('T', (rows) => rows.writeUInt16LE(7, 0))(streams);
    },
    /table T, row 1, column Key refers to string 7, which is not there/,
  ],
  ['a stream that is not there', edit('T', (rows) => rows.writeUInt16LE(1, 10)), /table T has no stream "T.ö"/],
  ['a table without columns', (streams) => streams.delete(table('_Columns')), /table T has no columns/],
  [
    'a column without a name',
    edit('_Columns', (rows) => rows.writeUInt16LE(0, 12)),
    /a row of _Columns is not complete/,
  ],
  [
    'a column that is missing',
    edit('_Columns', (rows) => rows.writeUInt16LE(0x8005, 10)),
    /column Data of table T has the number 5/,
  ],
  ['a column twice', edit('_Columns', (rows) => rows.writeUInt16LE(2, 14)), /column Key of table T is there twice/],
  [
    'a column of another type',
    edit('_Columns', (rows) => rows.writeUInt16LE(0x8503, 20)),
    /column Number of table T has the type 0x503/,
  ],
  ['a table twice', edit('_Tables', (rows) => Buffer.concat([rows, rows])), /table T is there twice/],
] as const satisfies [string, (streams: Streams) => unknown, RegExp][]) {
  test(`a database with ${sentence} is refused`, async (t) => {
    await t.throwsAsync(
      rewrite(TINY, (streams) => void change(streams)),
      { instanceOf: PackwrightError, message },
    );
  });
}

for (const [sentence, change, message] of [
  ['no byte order', (bytes) => bytes.writeUInt16LE(0, 0), /no property set/],
  ['a section outside', (bytes) => bytes.writeUInt32LE(0xffffffff, 44), /its section lies outside/],
  ['too many properties', (bytes) => bytes.writeUInt32LE(0xffffffff, 52), /it has 4294967295 properties/],
  ['a property outside', (bytes) => bytes.writeUInt32LE(0xffffffff, 60), /property 1 lies outside/],
  ['a property twice', (bytes) => bytes.writeUInt32LE(1, 64), /property 1 is there twice/],
  [
    'a string that does not end',
    (bytes) => bytes.writeUInt32LE(0xffff, 48 + bytes.readUInt32LE(68) + 4),
    /property 2 ends after the section/,
  ],
  [
    'a number for a text',
    (bytes) => bytes.writeUInt32LE(3, 48 + bytes.readUInt32LE(68)),
    /property 2 has another type/,
  ],
  [
    'a type that is none',
    (bytes) => bytes.writeUInt32LE(99, 48 + bytes.readUInt32LE(68)),
    /property 2 has the type 99/,
  ],
] as const satisfies [string, (bytes: Buffer) => unknown, RegExp][]) {
  test(`a summary with ${sentence} is refused`, async (t) => {
    const spoil = (streams: Streams) => void change(streams.get('\u0005SummaryInformation')!);
    await t.throwsAsync(rewrite(TINY, spoil), { instanceOf: PackwrightError, message });
  });
}

test('more rows than any package has are refused before they are made', async (t) => {
  const big = { ...TINY, tables: [standardTable('UIText')] };
  const attempt = rewrite(big, (streams) =>
    streams.set(table('UIText'), Buffer.alloc((2 << 20) + 4 * ((1 << 20) - (1 << 19)) + 4)),
  );
  await t.throwsAsync(attempt, {
    instanceOf: PackwrightError,
    message: /with table UIText it has more than 1048576 rows/,
  });
});

test('a compound file that is no database is refused', async (t) => {
  const file = compoundFile([{ name: 'WordDocument', ...bytesContent('text') }], CLSID, 'x.doc');
  const bytes = await readArtifact({ name: 'x.doc', ...file });
  await t.throwsAsync(readBack(bytes), { message: /is not a database of Windows Installer/ });
});

test('a database of many kinds survives being taken apart and put together', async (t) => {
  const facts = await rewrite(sampleDatabase(), () => {});
  t.is(facts.tables.length, 7);
});
