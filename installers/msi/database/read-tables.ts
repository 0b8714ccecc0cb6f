/** Rows of a table, stored column by column, and the tables that describe all others. */
import type { Cell, Column, StreamContent } from './database.ts';
import type { Refuse } from './read-bytes.ts';
import type { StringTable } from './read-strings.ts';

const MOST_COLUMNS = 32;
/** All tables of a package together: the largest that are known have a tenth of it. */
const MOST_ROWS = 1 << 20;
const MOST_CELLS = 1 << 22;

/** A column as it is stored. */
export interface StoredColumn extends Column {
  kind: 'string' | 'integer' | 'stream';
  /** Bytes of a cell. */
  bytes: number;
}

/** Gives the stream of a cell, whose row has these keys. */
export type FindStream = (table: string, keys: readonly Cell[]) => StreamContent;

/** Counts what all tables have together. */
export function rowBudget(refuse: Refuse): (table: string, rows: number, columns: number) => void {
  let [rowsLeft, cellsLeft] = [MOST_ROWS, MOST_CELLS];
  return (table, rows, columns) => {
    rowsLeft -= rows;
    cellsLeft -= rows * columns;
    if (rowsLeft < 0) refuse(`with table ${table} it has more than ${MOST_ROWS} rows`);
    if (cellsLeft < 0) refuse(`with table ${table} it has more than ${MOST_CELLS} cells`);
  };
}

/** Number of rows in so many bytes. */
export function countRows(table: string, columns: readonly StoredColumn[], bytes: number, refuse: Refuse): number {
  const width = columns.reduce((sum, column) => sum + column.bytes, 0);
  if (bytes % width !== 0) refuse(`table ${table} has ${bytes} bytes, and its rows have ${width}`);
  return bytes / width;
}

/** @throws PackwrightError naming table, row number and column of what cannot be read. */
export function readRows(
  table: string,
  columns: readonly StoredColumn[],
  bytes: Buffer,
  strings: StringTable,
  findStream: FindStream,
  refuse: Refuse,
): Cell[][] {
  const count = countRows(table, columns, bytes.length, refuse);
  const rows: Cell[][] = Array.from({ length: count }, () => []);
  let start = 0;
  for (const column of columns) {
    for (const [index, row] of rows.entries()) {
      const number = bytes.readUIntLE(start + index * column.bytes, column.bytes);
      row.push(readCell(number, column, strings, () => `table ${table}, row ${index + 1}, column ${column.name}`));
    }
    start += count * column.bytes;
  }
  // Streams are named by their rows' keys, which must have been read.
  const keys = columns.flatMap(({ key }, index) => (key ? [index] : []));
  for (const [index, { kind }] of columns.entries()) {
    if (kind !== 'stream') continue;
    for (const row of rows)
      if (row[index] !== null)
        row[index] = findStream(
          table,
          keys.map((key) => row[key]!),
        ); // every row has every key
  }
  return rows;
}

function readCell(
  number: number,
  column: StoredColumn,
  strings: StringTable,
  what: () => string,
): string | number | null {
  if (number === 0) return null;
  if (column.kind === 'string') return strings.textOf(number, what);
  // An integer's sign bit is turned over, so that 0 is null.
  return column.kind === 'integer' ? number - 2 ** (column.bytes * 8 - 1) : number;
}

/** `_Tables` and `_Columns` are not described anywhere. */
export function descriptionColumns(strings: StringTable): Record<'_Tables' | '_Columns', StoredColumn[]> {
  const text = (name: string): StoredColumn => ({ name, type: 's64', key: true, kind: 'string', bytes: strings.width });
  const short = (name: string): StoredColumn => ({ name, type: 'i2', key: true, kind: 'integer', bytes: 2 });
  return { _Tables: [text('Name')], _Columns: [text('Table'), short('Number'), text('Name'), short('Type')] };
}

/** The columns of each table that `rows` of `_Columns` describe, in their order. */
export function readColumns(
  rows: readonly Cell[][],
  strings: StringTable,
  refuse: Refuse,
): Map<string, StoredColumn[]> {
  const tables = new Map<string, StoredColumn[]>();
  const numbered: [table: string, number: number, name: string, bits: number][] = [];
  for (const [table, number, name, bits] of rows) {
    if (
      typeof table !== 'string' ||
      typeof number !== 'number' ||
      typeof name !== 'string' ||
      typeof bits !== 'number'
    ) {
      return refuse('a row of _Columns is not complete');
    }
    numbered.push([table, number, name, bits]);
  }
  numbered.sort(([, a], [, b]) => a - b);
  for (const [table, number, name, bits] of numbered) {
    const columns = tables.get(table) ?? [];
    tables.set(table, columns);
    const place = `column ${name} of table ${table}`;
    if (number !== columns.length + 1 || number > MOST_COLUMNS) refuse(`${place} has the number ${number}`);
    if (columns.some((column) => column.name === name)) refuse(`${place} is there twice`);
    columns.push(
      readColumn(name, bits, strings, () => refuse(`${place} has the type 0x${(bits & 0xffff).toString(16)}`)),
    );
  }
  return tables;
}

/** Bits: 0xff width, 0x200 may be localised, 0x400 not a stream, 0x800 string, 0x1000 nullable, 0x2000 key. */
function readColumn(name: string, bits: number, strings: StringTable, bad: () => never): StoredColumn {
  const width = bits & 0xff;
  const key = (bits & 0x2000) !== 0;
  const word = (letter: string) => ((bits & 0x1000) === 0 ? letter : letter.toUpperCase());
  if (bits < 0 || (bits & 0x4000) !== 0) return bad();
  if ((bits & 0x800) !== 0) {
    if (width === 0 && (bits & 0x600) === 0) return { name, key, type: word('v') + '0', kind: 'stream', bytes: 2 };
    return { name, key, type: word((bits & 0x200) === 0 ? 's' : 'l') + width, kind: 'string', bytes: strings.width };
  }
  if (width > 4 || width === 3) return bad();
  const bytes = width === 4 ? 4 : 2;
  return { name, key, type: word('i') + bytes, kind: 'integer', bytes };
}
