/** Tables as text archive files (IDT): three lines of columns, types and keys, then a line a row, cells parted by tabs. */
import type { Cell, Table } from './database.ts';

/** Control characters that part cells and lines stand in a cell as others. */
const STAND_INS: Readonly<Record<string, string>> = { '\t': '\u0010', '\r': '\u0011', '\n': '\u0019' };

/** A stream's cell is its stream's name. Lines end as Windows has it. */
export function tableText(table: Table): string {
  const keys = table.columns.filter(({ key }) => key).map(({ name }) => name);
  const lines = [
    table.columns.map(({ name }) => name),
    table.columns.map(({ type }) => type),
    [table.name, ...keys],
    ...table.rows.map((row) => row.map((cell) => cellText(cell, [table.name, ...row.slice(0, keys.length)]))),
  ];
  return lines.map((cells) => `${cells.join('\t')}\r\n`).join('');
}

function cellText(cell: Cell, name: readonly Cell[]): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return name.filter((part) => part !== null).join('.');
  return String(cell).replace(/[\t\r\n]/g, (character) => STAND_INS[character]!);
}
