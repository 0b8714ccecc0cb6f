/** What `_Validation` says of columns, held against the rows. */
import type { Cell, Column, DatabaseFacts, Table } from '../database/database.ts';
import { STANDARD_TABLES, type StandardColumn } from '../database/standard-tables.ts';
import { type Finding, find, type Rule, rowsOf, valuesOf } from './finding.ts';

/** Forms of the categories that can be told by looking at the text alone. */
const FORMS: Readonly<Record<string, RegExp>> = {
  Identifier: /^[A-Za-z_][\w.]*$/,
  Property: /^%?[A-Za-z_][\w.]*$/,
  Guid: /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/,
  UpperCase: /^[^a-z]*$/,
  Version: /^\d{1,5}(\.\d{1,5}){0,3}$|^[A-Za-z_][\w.]*$/,
  Language: /^\d+(,\d+)*$/,
  Filename: /^[^\\/:*?"<>]+$/,
};

/** Nulls, lengths, ranges, forms and foreign keys of the standard tables. */
export const ice03: Rule = (database) =>
  database.tables.flatMap((table) => {
    const standard = STANDARD_TABLES[table.name];
    if (!standard || table.name === '_Validation') return [];
    return standard.columns.flatMap((column) => {
      const place = table.columns.findIndex(({ name }) => name === column.name);
      return place < 0 ? [] : checkColumn(database, table, column, place);
    });
  });

function checkColumn(database: DatabaseFacts, table: Table, column: StandardColumn, place: number): Finding[] {
  const targets = targetValues(database, column);
  const rows = rowsOf(database, table.name);
  return table.rows.flatMap((cells, index) => {
    const what = faultOf(cells[place] ?? null, column, targets);
    return what === ''
      ? []
      : [
          find(
            ['ICE03', 'error'],
            [table.name, rows[index], column.name],
            what,
            'see the column in the documentation of the table',
          ),
        ];
  });
}

/** Values that a foreign key may have, undefined where it is none that can be followed. */
function targetValues(database: DatabaseFacts, column: StandardColumn): Set<string> | undefined {
  if (!column.keyTable || column.category !== 'Identifier' || column.set) return undefined;
  const tables = column.keyTable.split(';');
  if (!tables.every((name) => STANDARD_TABLES[name])) return undefined;
  return new Set(
    tables.flatMap((name) => [
      ...valuesOf(database, name, STANDARD_TABLES[name]!.columns[(column.keyColumn ?? 1) - 1]?.name ?? ''),
    ]),
  );
}

function faultOf(cell: Cell, column: StandardColumn, targets: Set<string> | undefined): string {
  if (cell === null) return /^[A-Z]/.test(column.type) ? '' : 'it is null';
  if (typeof cell === 'object') return '';
  const allowed = column.set?.split(';');
  if (typeof cell === 'number') {
    if (allowed?.includes(String(cell))) return '';
    const { min = -Infinity, max = Infinity } = column;
    return cell < min || cell > max ? `${cell} is not within ${min} and ${max}` : '';
  }
  const longest = Number(column.type.slice(1));
  if (longest > 0 && cell.length > longest) return `it is longer than ${longest}`;
  if (allowed?.includes(cell)) return '';
  const form = FORMS[column.category ?? ''];
  if (form && !form.test(cell)) return `${JSON.stringify(cell)} is no ${column.category}`;
  return targets && !targets.has(cell) ? `${cell} is not in ${column.keyTable}` : '';
}

/** Every column that `_Validation` names is there. */
export const ice06: Rule = (database) => {
  const columns = new Map(
    database.tables.map(({ name, columns }) => [name, new Set(columns.map((one: Column) => one.name))]),
  );
  return rowsOf(database, '_Validation')
    .filter((row) => columns.get(row.text('Table'))?.has(row.text('Column')) === false)
    .map((row) => find(['ICE06', 'error'], ['_Validation', row], 'its table has no such column', 'add the column'));
};
