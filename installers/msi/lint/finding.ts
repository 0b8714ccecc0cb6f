import type { Cell, DatabaseFacts } from '../database/database.ts';

/** What a rule of Windows Installer's internal consistency evaluators (SDK, "ICE Reference") found. */
export interface Finding {
  /** `ICE03`. */
  rule: string;
  severity: 'error' | 'warning';
  table: string;
  /** The row's primary key, parts joined by `/`; empty for the table as a whole. */
  row: string;
  column?: string;
  what: string;
  hint: string;
}
export type Rule = (database: DatabaseFacts) => Finding[];

export interface Row {
  key: string;
  /** The cell as text, an empty string for null, a stream or a column that is not there. */
  text(column: string): string;
  /** The cell as an integer, 0 where it is none. */
  number(column: string): number;
  cell(column: string): Cell;
}

/** A table's rows by column name; none where the table is missing. */
export function rowsOf(database: DatabaseFacts, name: string): Row[] {
  const table = database.tables.find((one) => one.name === name);
  if (!table) return [];
  const places = new Map(table.columns.map((column, index) => [column.name, index]));
  const keys = table.columns.filter(({ key }) => key).length;
  return table.rows.map((cells) => {
    const cell = (column: string): Cell => cells[places.get(column) ?? -1] ?? null;
    return {
      key: cells.slice(0, keys).join('/'),
      cell,
      text: (column) => {
        const value = cell(column);
        return value === null || typeof value === 'object' ? '' : String(value);
      },
      number: (column) => {
        const value = cell(column);
        return typeof value === 'number' ? value : 0;
      },
    };
  });
}

/** Values of a column, as a set. */
export function valuesOf(database: DatabaseFacts, table: string, column: string): Set<string> {
  return new Set(rowsOf(database, table).map((row) => row.text(column)));
}

/** Values of the Property table by name. */
export function propertiesOf(database: DatabaseFacts): Map<string, string> {
  return new Map(rowsOf(database, 'Property').map((row) => [row.text('Property'), row.text('Value')]));
}

/** A finding in one row. */
export function find(
  [rule, severity]: readonly [rule: string, severity: Finding['severity']],
  [table, row, column]: readonly [table: string, row?: Row | undefined, column?: string],
  what: string,
  hint: string,
): Finding {
  return { rule, severity, table, row: row?.key ?? '', ...(column ? { column } : {}), what, hint };
}
