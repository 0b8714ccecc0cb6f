import type { Finding } from '../../../build/model/format.ts';
import type { Row, Tables } from './tables.ts';

/** What a rule gives: everything but its own name. */
export type Fault = Omit<Finding, 'rule'>;
/** One of Windows Installer's internal consistency evaluators. Faults come one by one, so that it can be stopped after many. */
export type Rule = (tables: Tables) => Iterable<Fault>;
/** Table, row and column. */
export type Place = readonly [table: string, row?: Row | undefined, column?: string];

/** Windows' own rule calls this an error: installation, repair, upgrade or removal go wrong. */
export function error(place: Place, what: string, hint: string): Fault {
  return fault('error', place, what, hint);
}

/** Windows' own rule calls this a warning. */
export function warning(place: Place, what: string, hint: string): Fault {
  return fault('warning', place, what, hint);
}

function fault(level: Finding['level'], [table, row, column]: Place, what: string, hint: string): Fault {
  return { level, table, row: row?.key ?? '', ...(column ? { column } : {}), what, hint };
}
