import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Backup, Definition } from './backup.ts';
import type { Backups } from './backups.ts';

/** Most that are kept; the oldest go, but for those with a job. More than a server has that is brought back at once. */
const KEPT = 500;

/** A backup on its way: what is said about it, with its schedule, and what is known of it. */
export interface Carried {
  definition: Definition;
  metadata: Readonly<Record<string, string>>;
}

/** Backups that are not stored: somebody restores straight from a destination, and is done with it then. */
export interface TemporaryBackups {
  /** @param metadata what is known of it where it comes from */
  add(definition: Definition, metadata?: Readonly<Record<string, string>>): Backup;
  /** What it would be as a stored one. */
  carried(id: string): Carried | undefined;
  find(id: string): Backup | undefined;
  /** False when there is none. */
  update(id: string, definition: Definition): boolean;
  remove(id: string): boolean;
  /** Takes away what they left in the data folder. */
  close(): void;
}

/** @param folder where their local databases lie @param isBusy true for one whose job runs or waits */
export function openTemporaryBackups(folder: string, isBusy: (id: string) => boolean = () => false): TemporaryBackups {
  const kept = new Map<string, Backup>();
  const carried = new Map<string, Carried>();
  const remove = (id: string) => {
    const backup = kept.get(id);
    if (!backup) return false;
    kept.delete(id);
    carried.delete(id);
    for (const end of ['', '-wal', '-shm']) rmSync(path.join(folder, `${backup.database}${end}`), { force: true });
    return true;
  };
  return {
    add(definition, metadata = {}) {
      const id = randomUUID();
      const { schedule: _, ...rest } = definition; // it never runs by itself
      const backup: Backup = { ...rest, id, database: `temporary-${id}.sqlite`, metadata: {} };
      kept.set(id, backup);
      carried.set(id, { definition: plain(definition), metadata });
      const oldest = kept.size > KEPT ? kept.keys().find((one) => one !== id && !isBusy(one)) : undefined;
      if (oldest !== undefined) remove(oldest);
      return backup;
    },
    find: (id) => kept.get(id),
    carried: (id) => carried.get(id),
    update(id, definition) {
      const { schedule: _, ...rest } = definition;
      const backup = kept.get(id);
      if (backup) carried.set(id, { metadata: carried.get(id)?.metadata ?? {}, definition: plain(definition) });
      if (backup) kept.set(id, { ...backup, ...rest });
      return backup !== undefined;
    },
    remove,
    close() {
      for (const id of [...kept.keys()]) remove(id);
    },
  };
}

/** A definition without what a stored backup has beside it. */
function plain({ name, description, tags, targetUrl, connection, sources, options, filters, schedule }: Definition) {
  const said = { name, description, tags, targetUrl, connection, sources, options, filters };
  return schedule ? { ...said, schedule } : said;
}

/** The stored backups, and by their identifiers the temporary ones. */
export function withTemporary(stored: Backups, temporary: TemporaryBackups): Backups {
  return {
    ...stored,
    find: (id) => stored.find(id) ?? temporary.find(id),
    update: (id, definition) => temporary.update(id, definition) || stored.update(id, definition),
    remove: (id) => temporary.remove(id) || stored.remove(id),
  };
}
