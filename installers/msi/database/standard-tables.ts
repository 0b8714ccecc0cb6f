/**
 * The tables of Windows Installer 5.0 that packages here are made of: their columns as its documentation ("Database Tables") has them, with
 * what `_Validation` says of each. The rows are in the files beside this one.
 */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Cell, Column, Table } from './database.ts';
import { FILE_TABLES } from './standard-tables-files.ts';
import { INTERFACE_TABLES } from './standard-tables-interface.ts';
import { PRODUCT_TABLES } from './standard-tables-product.ts';
import { SYSTEM_TABLES } from './standard-tables-system.ts';

/** Data types of strings and streams: "Column Data Types" in the documentation. Integers have a range instead. */
export type Category =
  | 'AnyPath'
  | 'Binary'
  | 'Cabinet'
  | 'Condition'
  | 'CustomSource'
  | 'DefaultDir'
  | 'Filename'
  | 'Formatted'
  | 'FormattedSDDLText'
  | 'Guid'
  | 'Identifier'
  | 'Language'
  | 'Property'
  | 'RegPath'
  | 'Shortcut'
  | 'Template'
  | 'Text'
  | 'UpperCase'
  | 'Version'
  | 'WildCardFilename';

/** What `_Validation` says of a column beside its type. */
export interface ColumnFacts {
  category?: Category;
  /** Of an integer; any when absent. */
  min?: number;
  max?: number;
  /** Tables, parted by `;`, one of which has the value in its column `keyColumn`, counted from 1. */
  keyTable?: string;
  keyColumn?: number;
  /** Allowed values, parted by `;`. */
  set?: string;
}

/** `Name s72`, with a `*` in front for a key; a category or a range [min, max]; everything else. */
export type ColumnRow = readonly [
  column: string,
  kind?: Category | readonly [min: number, max: number] | undefined,
  more?: Omit<ColumnFacts, 'category' | 'min' | 'max'>,
];
export type TableRows = Readonly<Record<string, readonly ColumnRow[]>>;

export interface StandardColumn extends Column, ColumnFacts {}
export interface StandardTable {
  name: string;
  columns: readonly StandardColumn[];
}

const ROWS: TableRows = { ...PRODUCT_TABLES, ...FILE_TABLES, ...SYSTEM_TABLES, ...INTERFACE_TABLES };

/** Every table that is known here, by name. */
export const STANDARD_TABLES: Readonly<Record<string, StandardTable>> = Object.fromEntries(
  Object.entries(ROWS).map(([name, rows]) => [name, { name, columns: rows.map(parseRow) }]),
);

function parseRow([column, kind, more]: ColumnRow): StandardColumn {
  const [name = '', type = ''] = column.replace('*', '').split(' ');
  const range = typeof kind === 'object' ? { min: kind[0], max: kind[1] } : {};
  return {
    name,
    type,
    key: column.startsWith('*'),
    ...(typeof kind === 'string' ? { category: kind } : range),
    ...more,
  };
}

/** A standard table with these rows. @throws PackwrightError on a name that is none. */
export function standardTable(name: string, rows: readonly (readonly Cell[])[] = []): Table {
  const table = STANDARD_TABLES[name];
  if (!table)
    throw new PackwrightError('installers/msi/database', `no standard table is called ${JSON.stringify(name)}`);
  return { name, columns: table.columns, rows };
}

/**
 * `_Validation` of the tables with these names and of itself, from which Windows' own checks (ICE03 and others) take what each column may hold.
 * @throws PackwrightError on a name that is no standard table's.
 */
export function validationTable(names: Iterable<string>): Table {
  const tables = [...new Set([...names, '_Validation'])].map((name) => standardTable(name).name);
  const rows = tables.flatMap((name) => STANDARD_TABLES[name]!.columns.map((column) => validationRow(name, column)));
  return standardTable('_Validation', rows);
}

function validationRow(table: string, column: StandardColumn): Cell[] {
  const nullable = /^[A-Z]/.test(column.type) ? 'Y' : 'N';
  const { min = null, max = null, keyTable = null, keyColumn = null, category = null, set = null } = column;
  return [table, column.name, nullable, min, max, keyTable, keyColumn, category, set, null];
}
