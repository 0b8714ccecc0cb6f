import type { Machine } from '../backup/backup.ts';
import type { VolumePlan } from '../backup/block-writer.ts';
import { forgetUnused } from '../delete/delete-versions.ts';
import type { EntryType } from '../list/entries.ts';
import { CHANGES, rewriteVersion } from './rewrite-version.ts';

export interface PurgeOrder extends VolumePlan {
  /** Rows. */
  versions: readonly number[];
  /** Which paths go; folders end with their separator. */
  isPurged(path: string): boolean;
  dryRun: boolean;
  /** Whether a version may be left with no file. */
  allowEmpty: boolean;
  /** Told of each entry, before it is done. */
  report(purged: PurgedEntry): void;
  signal: AbortSignal;
}

export interface PurgedEntry {
  version: number;
  path: string;
  type: EntryType;
  size: number;
}

export interface Purged {
  /** Rows of versions that were written again, and the names of their lists. */
  rewritten: { version: number; old?: string; new?: string; entries: number }[];
  entries: number;
  /** Of files, as they are in each version. */
  bytes: number;
}

/** Versions that would have no file left, by their rows. */
export class EmptyVersions extends Error {
  readonly versions: readonly number[];

  constructor(versions: readonly number[]) {
    super('versions would be left without any file');
    this.versions = versions;
  }
}

/**
 * Takes entries out of versions, the oldest version first. What their blocks leave in volumes is for compacting.
 * @throws EmptyVersions before anything is done, where that is not allowed
 */
export async function purge(machine: Machine, order: PurgeOrder): Promise<Purged> {
  const { database } = machine;
  const result: Purged = { rewritten: [], entries: 0, bytes: 0 };
  const chosen = chooseEntries(machine, order);
  const emptied = [...chosen].filter(([, { rest, gone }]) => rest === 0 && gone > 0).map(([version]) => version);
  if (emptied.length > 0 && !order.allowEmpty) throw new EmptyVersions(emptied);
  for (const [version, { entries, bytes }] of chosen) {
    order.signal.throwIfAborted();
    result.entries += entries.length;
    result.bytes += bytes;
    if (order.dryRun) {
      result.rewritten.push({ version, entries: entries.length });
      continue;
    }
    fillChanges(
      machine,
      entries.map((entry) => [entry, null]),
    );
    const names = await rewriteVersion(machine, order, version, order.signal);
    result.rewritten.push({ version, ...names, entries: entries.length });
  }
  if (result.rewritten.length > 0 && !order.dryRun) forgetUnused(database);
  return result;
}

/** What goes of each version, those of which nothing goes left out. `rest` and `gone` count files and links. */
function chooseEntries(
  { database }: Pick<Machine, 'database'>,
  order: PurgeOrder,
): Map<number, { entries: number[]; bytes: number; rest: number; gone: number }> {
  const rows = database.prepare(
    `SELECT entry.id AS id, folder.path || name AS path, type, coalesce(stream.size, 0) AS size
     FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN folder ON folder.id = entry.folder
     LEFT JOIN stream ON stream.id = entry.content WHERE version = ? ORDER BY path`,
  );
  const time = database.prepare('SELECT time FROM version WHERE id = ?');
  const chosen = new Map<number, { entries: number[]; bytes: number; rest: number; gone: number }>();
  for (const version of order.versions.toSorted((a, b) => Number(time.get(a)?.time) - Number(time.get(b)?.time))) {
    const one: { entries: number[]; bytes: number; rest: number; gone: number } = {
      entries: [],
      bytes: 0,
      rest: 0,
      gone: 0,
    };
    for (const row of rows.iterate(version)) {
      const path = String(row.path);
      const type = row.type === 'Folder' || row.type === 'Symlink' ? row.type : 'File';
      if (!order.isPurged(path)) {
        if (type !== 'Folder') one.rest++;
        continue;
      }
      if (type !== 'Folder') one.gone++;
      one.entries.push(Number(row.id));
      one.bytes += Number(row.size);
      order.report({ version, path, type, size: Number(row.size) });
    }
    if (one.entries.length > 0) chosen.set(version, one);
  }
  return chosen;
}

/** @param changes rows of entries that go, and of what comes instead or null. */
export function fillChanges(
  { database }: Pick<Machine, 'database'>,
  changes: Iterable<readonly [number, number | null]>,
): void {
  database.exec(CHANGES);
  const add = database.prepare('INSERT OR REPLACE INTO temp.purged(entry, instead) VALUES (?, ?)');
  database.transaction(() => {
    for (const [entry, instead] of changes) add.run(entry, instead);
  });
}
