/** What is done after a backup, so that the destination does not only grow. */
import type { Machine } from '../backup/backup.ts';
import type { VolumePlan } from '../backup/block-writer.ts';
import { type Compacted, compact } from '../compact/compact.ts';
import { type CompactRules, planCompact } from '../compact/plan.ts';
import { readVolumeFacts } from '../compact/volume-facts.ts';
import { deleteVersions } from '../delete/delete-versions.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Here } from '../options/times.ts';
import { chooseVersionsToDelete, type Deletion, type RetentionRules } from '../retention/retention.ts';

/** Deletes the versions that the rules choose, newest first; of what is there, with `dryRun` none. */
export async function applyRetention(
  { database, sink }: Pick<Machine, 'database' | 'sink'>,
  rules: RetentionRules,
  here: Here,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<Deletion[]> {
  const rows = versionRows(database);
  const chosen = chooseVersionsToDelete(rows, rules, here);
  const ids = chosen.map(({ version }) => rows[version]!.id); // each is one of the rows
  if (!dryRun && ids.length > 0) await deleteVersions(database, sink, ids, signal);
  return chosen;
}

export interface CompactionOrder extends VolumePlan {
  rules: CompactRules;
  uploadsAtOnce: number;
  dryRun: boolean;
  signal: AbortSignal;
}

export interface Compaction {
  /** Why, or why not: a sentence. */
  why: string;
  /** Names of volumes. */
  remove: string[];
  rewrite: string[];
  /** Absent where there was nothing to do, and with `dryRun`. */
  done?: Compacted;
}

/** Compacts where the rules say that it is worth it. */
export async function compactWhereWorth(machine: Machine, order: CompactionOrder): Promise<Compaction> {
  const facts = readVolumeFacts(machine.database);
  const plan = planCompact(facts, order.rules);
  if (order.dryRun || plan.remove.length + plan.rewrite.length === 0) return plan;
  const ids = new Map(facts.map(({ id, name }) => [name, id]));
  const rowsOf = (names: readonly string[]) => names.map((name) => ids.get(name)!); // the plan's names are those of the facts
  const done = await compact(machine, { ...order, drop: rowsOf(plan.remove), rewrite: rowsOf(plan.rewrite) });
  return { ...plan, done };
}

/** Versions whose list is at the destination, newest first. */
function versionRows(database: LocalDatabase): { id: number; time: number; isFull: boolean }[] {
  return database
    .prepare(
      `SELECT version.id AS id, time, is_full FROM version JOIN volume ON volume.id = version.volume
       WHERE state IN ('uploaded', 'verified') ORDER BY time DESC`,
    )
    .all()
    .map((row) => ({ id: Number(row.id), time: Number(row.time), isFull: row.is_full === 1 }));
}
