import type { Content } from '../../build/model/content.ts';

/** A cell: null is the empty cell, a content a binary one. */
export type Cell = string | number | Content | null;
/** Cells in the order of the table's columns. */
export type Row = readonly Cell[];
/** Rows by table name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** A value as text for a hash: of a content its digest alone, since where it lies differs from host to host. */
export function describeValue(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'object' && one && 'sha256' in one ? one.sha256 : one));
}

/** Tables of several parts as one. */
export function joinTables(parts: readonly Tables[]): Record<string, Row[]> {
  const joined: Record<string, Row[]> = {};
  for (const part of parts) {
    for (const [name, rows] of Object.entries(part)) joined[name] = [...(joined[name] ?? []), ...rows];
  }
  return joined;
}

/** Text that a Formatted column shows as it is: what it would take for a property is escaped ("Formatted" data type). */
export function literal(text: string): string {
  return text.replace(/[[\]{}]/g, (character) => `[\\${character}]`);
}
