/** What `_Validation` says of columns, held against the cells. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import type { Cell, Column, FoundTable } from '../database/database.ts';
import { STANDARD_TABLES } from '../database/standard-tables.ts';
import { isOfForm } from './column-forms.ts';
import { error, type Fault, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

/** What is known of a column. */
interface Facts {
  nullable: boolean;
  min: number;
  max: number;
  bounded: boolean;
  category: string;
  keyTables: readonly string[];
  keyColumn: number;
  set: readonly string[];
}
/** Custom actions whose source is a key: `Type & 0x3f` and the table ("Custom Action Types"). Properties are not looked at. */
const SOURCES: ReadonlyMap<number, string> = new Map([
  ...[1, 2, 5, 6].map((type) => [type, 'Binary'] as const),
  ...[17, 18, 21, 22].map((type) => [type, 'File'] as const),
  ...[34, 35].map((type) => [type, 'Directory'] as const),
]);
const LONGEST_QUOTE = 60;
const SEE = 'see this column in the documentation of its table';

/**
 * Everything that can be told cell by cell. Not looked at: the grammar of conditions, formatted texts, paths and templates. A package
 * without `_Validation` ("not shipped with the installer database", says its page) is held against the tables of Windows Installer 5.0.
 */
export const ice03: Rule = function* (tables) {
  const own = tables.has('_Validation') ? ownFacts(tables) : undefined;
  for (const table of tables.facts.tables) {
    yield* repeatedKeys(tables, table);
    const rows = tables.rows(table.name);
    for (const [index, column] of table.columns.entries()) {
      const facts = own ? own.get(`${table.name}/${column.name}`) : standardFacts(table.name, column.name);
      // The page gives no level for this one; a column more hinders no installation.
      if (!facts && own)
        yield warning([table.name, undefined, column.name], '_Validation says nothing of this column', 'add the row');
      if (column.key && /^l/i.test(column.type))
        yield error([table.name, undefined, column.name], 'a key cannot be localized', 'make it s');
      const targets = facts && targetsOf(tables, facts);
      for (const [at, cells] of table.rows.entries()) {
        const fault = faultOf(cells[index] ?? null, column, facts, targets, [table.name, rows[at]!, column.name]);
        if (fault) yield fault;
      }
    }
  }
  yield* sourcesOfActions(tables);
};

function* repeatedKeys(tables: Tables, table: FoundTable): Iterable<Fault> {
  if (!table.columns.some(({ key }) => key)) return;
  const seen = new Set<string>();
  for (const row of tables.rows(table.name)) {
    const { key } = row;
    if (seen.has(key)) yield error([table.name, row], 'another row has the same key', 'remove one');
    seen.add(key);
  }
}

/** The first fault of a cell; no generator, since there are millions of cells. */
function faultOf(
  cell: Cell,
  column: Column,
  facts: Facts | undefined,
  targets: ReadonlySet<string> | undefined,
  place: readonly [string, Row, string],
): Fault | undefined {
  if (cell === null) return facts && !facts.nullable ? error(place, 'it is null', SEE) : undefined;
  if (typeof cell === 'object') return undefined;
  const fault =
    facts && (typeof cell === 'number' ? faultOfNumber(cell, facts, place) : faultOfText(cell, facts, targets, place));
  const longest = Number(column.type.slice(1));
  if (fault || typeof cell === 'number' || !(longest > 0 && cell.length > longest)) return fault;
  // A warning in what WiX prints; the page gives no level, and says that the installer does not mind.
  return warning(place, `it is longer than ${longest} characters`, SEE);
}

function faultOfNumber(cell: number, facts: Facts, place: readonly [string, Row, string]): Fault | undefined {
  if (facts.set.includes(String(cell))) return undefined;
  if (facts.set.length > 0 && !facts.bounded) return error(place, `${cell} is none of ${facts.set.join(', ')}`, SEE);
  if (cell < facts.min) return error(place, `${cell} is below ${facts.min}`, SEE);
  return cell > facts.max ? error(place, `${cell} is above ${facts.max}`, SEE) : undefined;
}

function faultOfText(
  cell: string,
  facts: Facts,
  targets: ReadonlySet<string> | undefined,
  place: readonly [string, Row, string],
): Fault | undefined {
  if (facts.set.includes(cell) || targets?.has(cell)) return undefined;
  const quoted = JSON.stringify(cell.length > LONGEST_QUOTE ? `${cell.slice(0, LONGEST_QUOTE)}…` : cell);
  if (facts.set.length > 0) return error(place, `${quoted} is none of ${facts.set.join(', ')}`, SEE);
  if (targets && !mayBeNoKey(facts.category, cell))
    return error(place, `${quoted} is not in ${facts.keyTables.join(', ')}`, 'name a row that is there');
  // A list of tables, though its category is that of one.
  if (place[0] === '_Validation' && place[2] === 'KeyTable') return undefined;
  return isOfForm(facts.category, cell) ? undefined : error(place, `${quoted} is no ${facts.category}`, SEE);
}

/** Versions may be companion files, shortcuts formatted texts, sources properties. */
function mayBeNoKey(category: string, cell: string): boolean {
  return (
    ['Version', 'CustomSource', 'Formatted', 'Template', 'Property'].includes(category) ||
    (category === 'Shortcut' && cell.includes('['))
  );
}

function targetsOf(tables: Tables, facts: Facts): ReadonlySet<string> | undefined {
  const sets = facts.keyTables.map((name) => {
    const column = tables.facts.tables.find((table) => table.name === name)?.columns[facts.keyColumn - 1];
    return column ? tables.values(name, column.name) : new Set<string>();
  });
  if (sets.length === 0) return undefined;
  return sets.length === 1 ? sets[0] : new Set(sets.flatMap((set) => [...set]));
}

function* sourcesOfActions(tables: Tables): Iterable<Fault> {
  for (const row of tables.rows('CustomAction')) {
    const table = SOURCES.get(row.number('Type') & 0x3f);
    const column = table === 'Binary' ? 'Name' : table;
    if (!table || !column || tables.values(table, column).has(row.text('Source'))) continue;
    // A folder of type 35 that is missing is ICE12's.
    if (table !== 'Directory')
      yield error(
        ['CustomAction', row, 'Source'],
        `${row.text('Source')} is not in ${table}`,
        'name a row that is there',
      );
  }
}

function ownFacts(tables: Tables): ReadonlyMap<string, Facts> {
  return new Map(
    tables.rows('_Validation').map((row) => {
      const bounded = row.text('MinValue') !== '' || row.text('MaxValue') !== '';
      return [
        `${row.text('Table')}/${row.text('Column')}`,
        {
          nullable: /[Yy@]/.test(row.text('Nullable')),
          min: row.text('MinValue') === '' ? -Infinity : row.number('MinValue'),
          max: row.text('MaxValue') === '' ? Infinity : row.number('MaxValue'),
          bounded,
          category: row.text('Category'),
          keyTables: wordsOf(row.text('KeyTable')),
          keyColumn: row.number('KeyColumn') || 1,
          set: wordsOf(row.text('Set')),
        },
      ];
    }),
  );
}

function standardFacts(table: string, name: string): Facts | undefined {
  const column = Object.hasOwn(STANDARD_TABLES, table)
    ? STANDARD_TABLES[table]?.columns.find((one) => one.name === name)
    : undefined;
  if (!column) return undefined;
  return {
    nullable: /^[A-Z]/.test(column.type),
    min: column.min ?? -Infinity,
    max: column.max ?? Infinity,
    bounded: column.min !== undefined || column.max !== undefined,
    category: column.category ?? '',
    keyTables: wordsOf(column.keyTable ?? ''),
    keyColumn: column.keyColumn ?? 1,
    set: wordsOf(column.set ?? ''),
  };
}

function wordsOf(list: string): string[] {
  return list === '' ? [] : list.split(';');
}

export const ice06: Rule = function* (tables) {
  const columns = new Map(
    tables.facts.tables.map((table) => [table.name, new Set(table.columns.map(({ name }) => name))]),
  );
  for (const row of tables.rows('_Validation'))
    if (columns.get(row.text('Table'))?.has(row.text('Column')) === false)
      yield error(['_Validation', row], 'its table has no such column', 'add the column, or remove the row');
};
