/** A database as one file: its tables and strings become streams of a compound file, beside those that come as they are. */
import { PackwrightError } from '../../../build/model/errors.ts';
import { type CompoundStream, compoundFile } from '../../archives/compound-file/compound-file.ts';
import type { Database, NamedStream, StreamContent } from './database.ts';
import { packName } from './write-names.ts';
import { encodeStrings } from './write-strings.ts';
import { encodeSummary } from './write-summary.ts';
import { type CheckedTable, checkTable, DESCRIPTIONS, encodeTable, listStreams } from './write-tables.ts';

/** Class of a package's root storage: msi.dll looks at it before anything else. */
const PACKAGE_CLSID = '{000C1084-0000-0000-C000-000000000046}';

const RESERVED = ['_Tables', '_Columns', '_StringPool', '_StringData', '_Streams', '_Storages', '_TransformView'];

/**
 * A package's bytes; streams are read while it is. The same database gives the same bytes, whatever the order of its tables and rows.
 * @throws PackwrightError naming table, row and column where something cannot be stored.
 */
export function databaseFile(database: Database, where: string): StreamContent {
  return compoundFile(encodeDatabase(database, where), PACKAGE_CLSID, where);
}

/** The streams of the compound file. */
function encodeDatabase({ tables, summary, streams }: Database, where: string): CompoundStream[] {
  const checked = tables.map((table) => checkTable(table, where));
  const contents = [...checked.flatMap((table) => listStreams(table, where)), ...streams];
  checkNames(tables, 'table', where);
  checkNames(contents, 'stream', where);
  const described = describeTables(checked, where);
  const strings = encodeStrings(listTexts([...described, ...checked]), where);
  const encoded = [
    ...described.map((table) => ({ table, bytes: encodeTable(table, strings, where) })),
    ...checked.map((table) => ({ table, bytes: encodeTable(table, strings, where) })),
  ];
  return [
    { name: '\u0005SummaryInformation', ...heldBytes(encodeSummary(summary, where)) },
    { name: packName('_StringPool', 'table', where), ...heldBytes(strings.pool) },
    { name: packName('_StringData', 'table', where), ...heldBytes(strings.data) },
    // A table without rows has no stream: its columns are known all the same.
    ...encoded
      .filter(({ bytes }) => bytes.length > 0)
      .map(({ table, bytes }) => ({ name: packName(table.name, 'table', where), ...heldBytes(bytes) })),
    ...contents.map((stream) => packedStream(stream, where)),
  ];
}

function checkNames(things: readonly { name: string }[], kind: 'table' | 'stream', where: string): void {
  const seen = new Set<string>();
  for (const { name } of things) {
    if (kind === 'table' && RESERVED.includes(name)) {
      throw new PackwrightError(where, `the table ${name} is the database's own`, 'leave it out');
    }
    if (seen.has(name)) throw new PackwrightError(where, `there are two ${kind}s ${name}`, 'rename or join them');
    seen.add(name);
  }
}

/** `_Tables` and `_Columns`. */
function describeTables(tables: readonly CheckedTable[], where: string): CheckedTable[] {
  const columns = tables.flatMap((table) =>
    table.columns.map(({ name, type }, index) => [table.name, index + 1, name, type.bits]),
  );
  return [
    checkTable({ ...DESCRIPTIONS._Tables, rows: tables.map(({ name }) => [name]) }, where),
    checkTable({ ...DESCRIPTIONS._Columns, rows: columns }, where),
  ];
}

function* listTexts(tables: readonly CheckedTable[]): Generator<string, void, undefined> {
  for (const { rows } of tables) {
    for (const row of rows) for (const cell of row) if (typeof cell === 'string') yield cell;
  }
}

function packedStream(stream: NamedStream, where: string): CompoundStream {
  return { name: packName(stream.name, 'stream', where), size: stream.size, open: () => stream.open() };
}

function heldBytes(bytes: Uint8Array): StreamContent {
  return {
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}
