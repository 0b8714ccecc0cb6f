/** Tables as streams: column by column, rows sorted by their keys, each cell a number. */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Cell, NamedStream, Table } from './database.ts';
import { type ColumnType, checkCell, parseColumns } from './write-columns.ts';
import type { StringPool } from './write-strings.ts';

/** A table whose every cell has been checked. */
export interface CheckedTable {
  name: string;
  keys: number;
  columns: readonly { name: string; type: ColumnType }[];
  rows: readonly (readonly Cell[])[];
}

/** Tables that describe the others. */
export const DESCRIPTIONS: Record<'_Tables' | '_Columns', Omit<Table, 'rows'>> = {
  _Tables: { name: '_Tables', columns: [{ name: 'Name', type: 's64', key: true }] },
  _Columns: {
    name: '_Columns',
    columns: [
      { name: 'Table', type: 's64', key: true },
      { name: 'Number', type: 'i2', key: true },
      { name: 'Name', type: 's64', key: false },
      { name: 'Type', type: 'i2', key: false },
    ],
  },
};

/** @throws PackwrightError naming the table, the row's key and the column. */
export function checkTable(table: Table, where: string): CheckedTable {
  const types = parseColumns(table, where);
  const keys = table.columns.filter(({ key }) => key).length;
  for (const row of table.rows) {
    const place = `${where}: table ${table.name}, row ${rowName(row, keys)}`;
    if (row.length !== types.length) {
      throw new PackwrightError(place, `it has ${row.length} cells, and the table has ${types.length} columns`);
    }
    for (const [index, cell] of row.entries()) {
      checkCell(cell, types[index]!, () => `${place}, column ${table.columns[index]!.name}`);
    }
  }
  const columns = table.columns.map(({ name }, index) => ({ name, type: types[index]! }));
  return { name: table.name, keys, columns, rows: table.rows };
}

/** What a row is called in errors: its keys. */
function rowName(row: readonly Cell[], keys: number): string {
  const said = row.slice(0, keys).map((cell) => (typeof cell === 'object' && cell !== null ? 'a stream' : cell));
  return JSON.stringify(said.length === 1 ? said[0] : said);
}

/** Streams of the cells that are streams, `Table.key1.key2`. @throws PackwrightError when a key is null, which has no text. */
export function listStreams(table: CheckedTable, where: string): NamedStream[] {
  const streams: NamedStream[] = [];
  for (const row of table.rows) {
    for (const cell of row) {
      if (cell === null || typeof cell !== 'object') continue;
      const keys = row.slice(0, table.keys);
      if (keys.includes(null)) {
        const place = `${where}: table ${table.name}, row ${rowName(row, table.keys)}`;
        throw new PackwrightError(place, 'a row with a stream has a null in its key', 'give the key a value');
      }
      streams.push({ name: [table.name, ...keys].join('.'), size: cell.size, open: () => cell.open() });
    }
  }
  return streams;
}

/** @throws PackwrightError when two rows have the same key. */
export function encodeTable(table: CheckedTable, strings: StringPool, where: string): Buffer {
  const { columns, keys } = table;
  const rows = table.rows.map((row) => ({
    row,
    numbers: row.map((cell, i) => encodeCell(cell, columns[i]!.type, strings)),
  }));
  const compareKeys = (a: readonly number[], b: readonly number[]): number => {
    for (let i = 0; i < keys; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
    return 0;
  };
  rows.sort((a, b) => compareKeys(a.numbers, b.numbers));
  for (const [index, { row, numbers }] of rows.entries()) {
    const previous = rows[index - 1];
    if (previous && compareKeys(previous.numbers, numbers) === 0) {
      const place = `${where}: table ${table.name}, row ${rowName(row, keys)}`;
      throw new PackwrightError(place, 'the key is there twice', 'remove or rename one of the two');
    }
  }
  const widths = columns.map(({ type }) => cellWidth(type, strings));
  const bytes = Buffer.alloc(widths.reduce((sum, width) => sum + width, 0) * rows.length);
  let at = 0;
  for (const [index, width] of widths.entries()) {
    for (const { numbers } of rows) {
      bytes.writeUIntLE(numbers[index]!, at, width);
      at += width;
    }
  }
  return bytes;
}

function cellWidth(type: ColumnType, strings: StringPool): number {
  if (type.kind === 'string') return strings.width;
  return type.kind === 'integer' ? type.width : 2;
}

/** Strings by number, integers with their sign bit turned over so that 0 is free for null, 1 for a stream. */
function encodeCell(cell: Cell, type: ColumnType, strings: StringPool): number {
  if (cell === null) return 0;
  if (typeof cell === 'string') return strings.idOf(cell);
  return typeof cell === 'number' ? cell + 2 ** (type.width * 8 - 1) : 1;
}
