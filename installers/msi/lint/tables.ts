import type { Cell, DatabaseFacts, FoundTable } from '../database/database.ts';

export interface Row {
  /** The primary key, parts joined by `/`. */
  readonly key: string;
  /** The cell as text, an empty string for null, a stream or a column that is not there. */
  text(column: string): string;
  /** The cell as an integer, 0 where it is none. */
  number(column: string): number;
}

/** A database as rules look at it: every table is opened once, whatever number of rules ask for it. */
export interface Tables {
  readonly facts: DatabaseFacts;
  has(table: string): boolean;
  /** Rows in their stored order; none where the table is missing. */
  rows(table: string): readonly Row[];
  /** The texts of a column. */
  values(table: string, column: string): ReadonlySet<string>;
  /** Rows by the text of a column; the last one where it comes twice. */
  by(table: string, column: string): ReadonlyMap<string, Row>;
  /** Values of the Property table by name. */
  readonly properties: ReadonlyMap<string, string>;
}

export function openTables(facts: DatabaseFacts): Tables {
  const tables = new Map(facts.tables.map((table) => [table.name, table]));
  const rows = remember((name) => {
    const table = tables.get(name);
    return table ? openRows(table) : [];
  });
  const indexes = remember((place) => {
    const [table = '', column = ''] = place.split('/');
    return new Map(rows(table).map((row) => [row.text(column), row]));
  });
  const sets = remember((place) => new Set(indexes(place).keys()));
  return {
    facts,
    has: (table) => tables.has(table),
    rows,
    values: (table, column) => sets(`${table}/${column}`),
    by: (table, column) => indexes(`${table}/${column}`),
    properties: new Map(rows('Property').map((row) => [row.text('Property'), row.text('Value')])),
  };
}

function remember<T>(make: (word: string) => T): (word: string) => T {
  const made = new Map<string, T>();
  return (word) => {
    const known = made.get(word);
    if (known !== undefined) return known;
    const value = make(word);
    made.set(word, value);
    return value;
  };
}

function openRows(table: FoundTable): Row[] {
  const places = new Map(table.columns.map((column, index) => [column.name, index]));
  const keys = table.columns.filter(({ key }) => key).length;
  return table.rows.map((cells) => new CellRow(cells, places, keys));
}

/** A class, since a package may have a million rows: three closures a row would weigh more than the cells. */
class CellRow implements Row {
  readonly #cells: readonly Cell[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #keys: number;
  constructor(cells: readonly Cell[], places: ReadonlyMap<string, number>, keys: number) {
    this.#cells = cells;
    this.#places = places;
    this.#keys = keys;
  }
  get key(): string {
    return this.#cells.slice(0, this.#keys).map(textOf).join('/');
  }
  text(column: string): string {
    return textOf(this.#cells[this.#places.get(column) ?? -1] ?? null);
  }
  number(column: string): number {
    const cell = this.#cells[this.#places.get(column) ?? -1];
    return typeof cell === 'number' ? cell : 0;
  }
}

function textOf(cell: Cell): string {
  return cell === null || typeof cell === 'object' ? '' : String(cell);
}
