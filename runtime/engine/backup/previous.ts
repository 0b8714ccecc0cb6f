/** What the version before had, and what of it goes on unchanged. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import { splitPath } from '../local-database/split-path.ts';
import { BROKEN, type Version } from './versions.ts';

/** An entry of the version before. */
export interface Before {
  entry: number;
  type: string;
  /** Hash of its metadata; absent where it has none. */
  metadata: Uint8Array | undefined;
  /** Seconds since 1970, of files. */
  modified: number | null;
  /** Row of its content; 0 where it has none. */
  content: number;
  size: number;
  /** Something of it is in no volume any more: it is read again. */
  isBroken: boolean;
}

export interface Previous {
  of(path: string): Before | undefined;
  /** It is in the new version, too. */
  keep(before: Before): void;
  /** Something else is there under its path. */
  replace(): void;
  /** Entries whose paths are not there any more, of those that were neither kept nor replaced. */
  readonly gone: number;
  /** Puts everything that was kept into the version. */
  record(version: number): void;
}

/** Entries of a folder that are read at once: more of them are looked up one by one. */
const MANY = 20_000;
/** Folders that are remembered: those on the way from the root to where the scan is, and their neighbours. */
const FOLDERS = 100;
const PAGE = 10_000;

/** In place of what was kept a bit an entry is remembered, and all of it goes into the version at its end: nothing is written for what did not change. */
export function readPrevious(database: LocalDatabase, before: Version | undefined): Previous {
  if (!before) return { of: () => undefined, keep() {}, replace() {}, gone: 0, record() {} };
  const id = before.id;
  database.exec(
    `DROP TABLE IF EXISTS temp.broken; CREATE TEMP TABLE broken(stream INTEGER PRIMARY KEY); INSERT INTO broken ${BROKEN}`,
  );
  const { all, most } =
    database.prepare('SELECT count(*) AS "all", max(entry) AS most FROM version_entry WHERE version = ?').get(id) ?? {};
  const kept = new Uint8Array((Number(most ?? 0) >> 3) + 1);
  let [keptCount, replaced] = [0, 0];
  const columns = `SELECT name, entry.id AS entry, type, modified, content, stream.size AS size, about.hash AS metadata,
      content IN (SELECT stream FROM broken) OR metadata IN (SELECT stream FROM broken) AS is_broken
    FROM folder JOIN entry ON entry.folder = folder.id JOIN version_entry ON version_entry.entry = entry.id AND version = ?
    LEFT JOIN stream ON stream.id = content LEFT JOIN stream AS about ON about.id = metadata WHERE folder.path = ?`;
  const select = database.prepare(`${columns} LIMIT ${MANY}`);
  const one = database.prepare(`${columns} AND name = ?`);
  const folders = new Map<string, Map<string, Before> | undefined>();

  return {
    of(path) {
      const { folder, name } = splitPath(path);
      if (!folders.has(folder)) {
        const rows = select.all(id, folder);
        if (folders.size > FOLDERS) folders.delete(folders.keys().next().value!);
        folders.set(
          folder,
          rows.length < MANY ? new Map(rows.map((row) => [String(row.name), beforeOf(row)])) : undefined,
        );
      }
      const entries = folders.get(folder);
      if (entries) return entries.get(name);
      const row = one.get(id, folder, name);
      return row && beforeOf(row);
    },
    keep({ entry }) {
      keptCount++;
      kept[entry >> 3]! |= 1 << (entry & 7);
    },
    replace: () => void replaced++,
    get gone() {
      return Number(all) - keptCount - replaced;
    },
    record(version) {
      const page = database.prepare(
        `SELECT entry FROM version_entry WHERE version = ? AND entry > ? ORDER BY entry LIMIT ${PAGE}`,
      );
      database.exec('DROP TABLE IF EXISTS temp.dropped; CREATE TEMP TABLE dropped(entry INTEGER PRIMARY KEY)');
      const drop = database.prepare('INSERT INTO dropped VALUES (?)');
      for (let rows = page.all(id, 0); rows.length > 0; rows = page.all(id, rows.at(-1)!.entry!)) {
        for (const { entry } of rows) {
          if ((kept[Number(entry) >> 3]! & (1 << (Number(entry) & 7))) === 0) drop.run(entry!);
        }
      }
      database
        .prepare(
          `INSERT OR IGNORE INTO version_entry(version, entry, modified) SELECT ?, entry, modified FROM version_entry
           WHERE version = ? AND entry NOT IN (SELECT entry FROM dropped)`,
        )
        .run(version, id);
    },
  };
}

function beforeOf(row: Record<string, unknown>): Before {
  return {
    entry: Number(row.entry),
    type: String(row.type),
    metadata: row.metadata instanceof Uint8Array ? row.metadata : undefined,
    modified: row.modified === null ? null : Number(row.modified),
    content: Number(row.content),
    size: Number(row.size ?? 0),
    isBroken: row.is_broken === 1,
  };
}
