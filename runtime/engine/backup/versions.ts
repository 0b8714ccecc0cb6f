/** Versions in the local database: finished ones, and one that is being made. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import { formatRemoteName } from '../volumes/remote-name.ts';

export interface Version {
  id: number;
  /** Seconds since 1970. */
  time: number;
  /** Row and name of its dlist. */
  volume: number;
  name: string;
}

const FROM = 'FROM version JOIN volume ON volume.id = version.volume';
const COLUMNS = 'version.id AS id, time, volume.id AS volume, volume.name AS name';

/** The newest version whose list is at the destination. */
export function lastVersion(database: LocalDatabase): Version | undefined {
  const row = database
    .prepare(`SELECT ${COLUMNS} ${FROM} WHERE state IN ('uploaded', 'verified') ORDER BY time DESC LIMIT 1`)
    .get();
  return row && versionOf(row);
}

/** A version that a run began and did not end. */
export function unfinishedVersion(database: LocalDatabase): Version | undefined {
  const row = database.prepare(`SELECT ${COLUMNS} ${FROM} WHERE state = 'temporary' ORDER BY time DESC LIMIT 1`).get();
  return row && versionOf(row);
}

/** Begins a version, at the first second that no version has, no earlier than `seconds`. */
export function beginVersion(
  database: LocalDatabase,
  seconds: number,
  name: { prefix: string; encryption?: string },
): Version {
  const { newest } = database.prepare('SELECT max(time) AS newest FROM version').get() ?? {};
  const isTaken = database.prepare('SELECT 1 FROM volume WHERE name = ?');
  let time = Math.max(seconds, newest === null ? 0 : Number(newest) + 1);
  const nameAt = (at: number) => formatRemoteName({ ...name, kind: 'dlist', ident: at, compression: 'zip' });
  while (isTaken.get(nameAt(time))) time++;
  const volume = Number(
    database.prepare("INSERT INTO volume(name, kind, state) VALUES (?, 'dlist', 'temporary')").run(nameAt(time))
      .lastRowId,
  );
  const id = Number(
    database.prepare('INSERT INTO version(volume, time, is_full) VALUES (?, ?, 0)').run(volume, time).lastRowId,
  );
  return { id, time, volume, name: nameAt(time) };
}

/** Forgets a version whose list never was at the destination. */
export function dropVersion(database: LocalDatabase, { id, volume }: Version): void {
  database.prepare('DELETE FROM version_entry WHERE version = ?').run(id);
  database.prepare('DELETE FROM version WHERE id = ?').run(id);
  database.prepare('DELETE FROM volume WHERE id = ?').run(volume);
}

/**
 * Makes what an interrupted run left a version of its own: what it had finished, and of everything else what the version before had. What a volume
 * that did not arrive held is left out. Returns false, and forgets it, when it had nothing.
 */
export function completeUnfinished(database: LocalDatabase, unfinished: Version, before: Version | undefined): boolean {
  database
    .prepare(
      `DELETE FROM version_entry WHERE version = ? AND entry IN (SELECT entry.id FROM entry WHERE content IN (${BROKEN}) OR metadata IN (${BROKEN}))`,
    )
    .run(unfinished.id);
  const { count } =
    database.prepare('SELECT count(*) AS count FROM version_entry WHERE version = ?').get(unfinished.id) ?? {};
  if (Number(count) === 0) {
    dropVersion(database, unfinished);
    return false;
  }
  if (before) {
    database
      .prepare(
        `INSERT INTO version_entry(version, entry, modified)
         SELECT ?, old.entry, old.modified FROM version_entry AS old JOIN entry ON entry.id = old.entry
         WHERE old.version = ? AND NOT EXISTS (SELECT 1 FROM version_entry AS new JOIN entry AS other ON other.id = new.entry
           WHERE new.version = ? AND other.folder = entry.folder AND other.name = entry.name)`,
      )
      .run(unfinished.id, before.id, unfinished.id);
  }
  return true;
}

/** Streams of which a block, or a blocklist, is in no volume. */
export const BROKEN = `SELECT stream FROM stream_block JOIN block ON block.id = stream_block.block WHERE block.volume IS NULL
  UNION SELECT stream FROM stream_list WHERE NOT EXISTS
    (SELECT 1 FROM block WHERE block.hash = stream_list.hash AND block.volume IS NOT NULL)`;

function versionOf(row: Record<string, unknown>): Version {
  return { id: Number(row.id), time: Number(row.time), volume: Number(row.volume), name: String(row.name) };
}
