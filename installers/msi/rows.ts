import type { Content } from '../../build/model/content.ts';

/** A cell: null is the empty cell, a content a binary one. */
export type Cell = string | number | Content | null;
/** Cells in the order of the table's columns. */
export type Row = readonly Cell[];
/** Rows by table name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

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
