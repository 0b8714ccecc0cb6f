/** Reads a package's database of any origin: what its tables, its summary and its streams say. */
import type { ByteSource } from '../../../build/model/format.ts';
import { readCompoundFile } from '../../archives/compound-file/compound-file.ts';
import type { Cell, DatabaseFacts, FoundStream, FoundTable } from './database.ts';
import { type Refuse, readStream, refuser } from './read-bytes.ts';
import { unpackName } from './read-names.ts';
import { readStrings, type StringTable } from './read-strings.ts';
import { readSummary } from './read-summary.ts';
import { countRows, descriptionColumns, readColumns, readRows, rowBudget, type StoredColumn } from './read-tables.ts';

const SUMMARY = '\u0005SummaryInformation';
/** Bytes that are held in memory at most, several times what the largest known packages have. */
const MOST = { _StringPool: 8 << 20, _StringData: 64 << 20, summary: 1 << 20, tables: 32 << 20 } as const;

/** Streams of a package by what they are. */
interface Parts {
  tables: Map<string, FoundStream>;
  others: Map<string, FoundStream>;
}

/** Reads tables whole; further streams and those of cells are read when they are opened. @throws PackwrightError on what is not sound. */
export async function readDatabase(source: ByteSource): Promise<DatabaseFacts> {
  const refuse = refuser(source.name);
  const file = await readCompoundFile(source);
  const parts = sortStreams(file.streams, refuse);
  const summary = parts.others.get(SUMMARY);
  parts.others.delete(SUMMARY);
  const strings = await loadStrings(parts.tables, refuse);
  const { tables, owned } = await loadTables(parts, strings, refuse);
  return {
    clsid: file.clsid,
    codePage: strings.codePage,
    tables,
    summary: summary ? readSummary(await readStream(summary, MOST.summary, 'the summary', refuse), refuse) : {},
    streams: [...parts.others.values()].filter(({ name }) => !owned.has(name)).sort(byName),
    unknownTables: [...parts.tables.keys()].sort(),
    storages: file.storages,
  };
}

function sortStreams(streams: readonly FoundStream[], refuse: Refuse): Parts {
  const parts: Parts = { tables: new Map(), others: new Map() };
  for (const stream of streams) {
    if (stream.name.includes('/')) continue; // in a storage
    const { name, table } = unpackName(stream.name);
    const kind = table ? parts.tables : parts.others;
    if (kind.has(name)) refuse(`the stream ${JSON.stringify(name)} is there twice`);
    kind.set(name, { name, size: stream.size, open: () => stream.open(), locate: () => stream.locate() });
  }
  return parts;
}

/** A table's stream, which is then no unknown one. */
async function takeStream(tables: Map<string, FoundStream>, name: string, most: number, refuse: Refuse) {
  const stream = tables.get(name);
  tables.delete(name);
  return stream && readStream(stream, most, name, refuse);
}

async function loadStrings(tables: Map<string, FoundStream>, refuse: Refuse): Promise<StringTable> {
  const pool = await takeStream(tables, '_StringPool', MOST._StringPool, refuse);
  const data = await takeStream(tables, '_StringData', MOST._StringData, refuse);
  if (!pool) return refuse('is not a database of Windows Installer: it has no string pool');
  return readStrings(pool, data ?? Buffer.alloc(0), refuse);
}

async function loadTables(
  { tables: streams, others }: Parts,
  strings: StringTable,
  refuse: Refuse,
): Promise<{ tables: FoundTable[]; owned: Set<string> }> {
  const spend = rowBudget(refuse);
  const owned = new Set<string>();
  const findStream = (table: string, keys: readonly Cell[]) => {
    const name = [table, ...keys.filter((key) => key !== null)].join('.');
    owned.add(name);
    return others.get(name) ?? refuse(`table ${table} has no stream ${JSON.stringify(name)}`);
  };
  let bytesLeft = MOST.tables;
  const load = async (name: string, columns: readonly StoredColumn[]) => {
    // A table without rows has no stream.
    const bytes = (await takeStream(streams, name, bytesLeft, refuse)) ?? Buffer.alloc(0);
    bytesLeft -= bytes.length;
    spend(name, countRows(name, columns, bytes.length, refuse), columns.length);
    return readRows(name, columns, bytes, strings, findStream, refuse);
  };

  const { _Tables, _Columns } = descriptionColumns(strings);
  const names = new Set<string>();
  for (const [name] of await load('_Tables', _Tables)) {
    if (typeof name !== 'string') return refuse('a row of _Tables has no name');
    if (names.has(name)) refuse(`table ${name} is there twice`);
    names.add(name);
  }
  const described = readColumns(await load('_Columns', _Columns), strings, refuse);
  const tables: FoundTable[] = [];
  for (const name of [...new Set([...names, ...described.keys()])].sort()) {
    const columns = described.get(name) ?? refuse(`table ${name} has no columns`);
    const rows = await load(name, columns);
    tables.push({
      name,
      columns: columns.map(({ name: column, type, key }) => ({ name: column, type, key })),
      rows,
      listed: names.has(name),
    });
  }
  return { tables, owned };
}

function byName(a: FoundStream, b: FoundStream): number {
  return a.name < b.name ? -1 : 1;
}
