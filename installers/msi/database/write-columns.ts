/** Columns as `_Columns` describes them in 16 bits, and what a cell of each may be. */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Cell, Column, Table } from './database.ts';

/** Bits of a column's type: 0x100 always, 0x400 for all but 4-byte integers and streams; the low byte is the width. */
const BITS = { s: 0xd00, l: 0xf00, i2: 0x500, i4: 0x100, v: 0x900 } as const;
const [NULLABLE, KEY] = [0x1000, 0x2000];
const MOST_COLUMNS = 32;
/** Of a table's or column's name: an identifier. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,30}$/;

export interface ColumnType {
  kind: 'string' | 'integer' | 'stream';
  /** Characters of a string (0: any number), bytes of an integer. */
  width: number;
  nullable: boolean;
  /** As `_Columns` has it. */
  bits: number;
}

/** @throws PackwrightError naming table and column. */
export function parseColumns(table: Table, where: string): ColumnType[] {
  const { name, columns } = table;
  if (!NAME.test(name)) {
    throw new PackwrightError(
      where,
      `${JSON.stringify(name)} is not a table's name`,
      'use up to 31 letters, digits, _ and .',
    );
  }
  const place = `${where}: table ${name}`;
  if (columns.length < 1 || columns.length > MOST_COLUMNS) {
    throw new PackwrightError(place, `it has ${columns.length} columns, and may have 1 to ${MOST_COLUMNS}`);
  }
  const keys = columns.filter(({ key }) => key).length;
  if (keys === 0) throw new PackwrightError(place, 'it has no key', 'mark its first column as one');
  if (columns.slice(0, keys).some(({ key }) => !key)) throw new PackwrightError(place, 'its keys do not come first');
  const names = new Set<string>();
  return columns.map((column) => {
    if (!NAME.test(column.name)) {
      throw new PackwrightError(place, `${JSON.stringify(column.name)} is not a column's name`);
    }
    if (names.has(column.name)) throw new PackwrightError(place, `it has two columns ${column.name}`);
    names.add(column.name);
    return parseType(column, `${place}, column ${column.name}`);
  });
}

function parseType(column: Column, place: string): ColumnType {
  const [, letter, digits] = /^([slivSLIV])(0|[1-9]\d{0,2})$/.exec(column.type) ?? [];
  const unknown = () => new PackwrightError(place, `${JSON.stringify(column.type)} is not a column type`);
  if (letter === undefined) throw unknown();
  const width = Number(digits);
  const nullable = letter !== letter.toLowerCase();
  const flags = (nullable ? NULLABLE : 0) | (column.key ? KEY : 0) | width;
  switch (letter.toLowerCase()) {
    case 'i':
      if (width !== 2 && width !== 4) throw unknown();
      return { kind: 'integer', width, nullable, bits: (width === 2 ? BITS.i2 : BITS.i4) | flags };
    case 'v':
      if (width !== 0 || column.key) throw unknown();
      return { kind: 'stream', width, nullable, bits: BITS.v | flags };
    default:
      if (width > 0xff) throw unknown();
      return { kind: 'string', width, nullable, bits: (letter.toLowerCase() === 's' ? BITS.s : BITS.l) | flags };
  }
}

/** @throws PackwrightError when the cell is not of the column's type; `place` names table, row and column. */
export function checkCell(cell: Cell, type: ColumnType, place: () => string): void {
  if (cell === null) {
    if (!type.nullable) throw new PackwrightError(place(), 'null is not allowed', 'give it a value');
    return;
  }
  const wanted = { string: 'string', integer: 'number', stream: 'object' }[type.kind];
  if (typeof cell !== wanted) {
    const found = typeof cell === 'object' ? 'a stream' : JSON.stringify(cell);
    throw new PackwrightError(place(), `${found} is not ${type.kind === 'integer' ? 'an integer' : `a ${type.kind}`}`);
  }
  if (typeof cell === 'string') checkText(cell, type.width, place);
  if (typeof cell === 'number') checkInteger(cell, type.width, place);
}

function checkText(text: string, width: number, place: () => string): void {
  if (text === '') throw new PackwrightError(place(), 'an empty string cannot be stored', 'use null');
  if (width > 0 && text.length > width) {
    const what = `${JSON.stringify(text.slice(0, 80))} has ${text.length} characters, and ${width} are the most`;
    throw new PackwrightError(place(), what, 'shorten it');
  }
  if (!text.isWellFormed() || text.includes('\0')) {
    throw new PackwrightError(
      place(),
      `${JSON.stringify(text.slice(0, 80))} has a NUL or half a character`,
      'remove it',
    );
  }
}

/** The lowest number of each width stands for null. */
function checkInteger(value: number, bytes: number, place: () => string): void {
  const most = 2 ** (bytes * 8 - 1) - 1;
  if (!Number.isInteger(value) || Object.is(value, -0) || Math.abs(value) > most) {
    throw new PackwrightError(place(), `${value} is not an integer between ${-most} and ${most}`);
  }
}
