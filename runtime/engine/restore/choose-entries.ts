/** What of a version is restored, and where to: rows of temporary tables, however many there are. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import { isWindowsPath } from '../local-database/split-path.ts';

/** An entry that is to be restored. */
export interface Wanted {
  entry: number;
  type: 'File' | 'Folder' | 'Symlink';
  /** As it was backed up. */
  path: string;
  /** Streams; 0 where there is none. */
  content: number;
  metadata: number;
  /** Seconds since 1970, of files. */
  modified: number | null;
}

/**
 * Fills the table `wanted` with the entries of a version that a filter lets through, and `wanted_stream` with their streams.
 * @returns how many there are.
 */
export function chooseEntries(database: LocalDatabase, version: number, isWanted: (path: string) => boolean): number {
  database.exec(`
    DROP TABLE IF EXISTS temp.wanted;
    DROP TABLE IF EXISTS temp.wanted_stream;
    CREATE TEMP TABLE wanted(entry INTEGER PRIMARY KEY, type TEXT NOT NULL, path TEXT NOT NULL, content INTEGER NOT NULL,
      metadata INTEGER NOT NULL, modified INTEGER) STRICT;
    CREATE TEMP TABLE wanted_stream(stream INTEGER PRIMARY KEY, is_metadata INTEGER NOT NULL, size INTEGER NOT NULL) STRICT`);
  const all = database.prepare(
    `SELECT entry.id AS entry, type, folder.path || name AS path, content, metadata, modified
     FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN folder ON folder.id = entry.folder
     WHERE version = ? AND entry.id > ? ORDER BY entry.id LIMIT 1000`,
  );
  const insert = database.prepare('INSERT INTO wanted VALUES (?, ?, ?, ?, ?, ?)');
  let count = 0;
  for (let rows = all.all(version, 0); rows.length > 0; rows = all.all(version, rows.at(-1)!.entry!)) {
    database.transaction(() => {
      for (const { entry, type, path, content, metadata, modified } of rows) {
        if (!isWanted(String(path))) continue;
        insert.run(entry!, type!, path!, content!, metadata!, modified!);
        count++;
      }
    });
  }
  database.exec(`
    CREATE INDEX temp.wanted_by_content ON wanted(content);
    CREATE INDEX temp.wanted_by_path ON wanted(type, path);
    INSERT INTO wanted_stream SELECT id, 1, size FROM stream WHERE id IN (SELECT metadata FROM wanted WHERE metadata > 0);
    INSERT INTO wanted_stream SELECT id, 0, size FROM stream WHERE id IN (SELECT content FROM wanted WHERE content > 0)
      ON CONFLICT(stream) DO UPDATE SET is_metadata = 2`);
  return count;
}

export function wantedOf(row: Record<string, unknown>): Wanted {
  const type = row.type;
  return {
    entry: Number(row.entry),
    type: type === 'Folder' || type === 'Symlink' ? type : 'File',
    path: String(row.path),
    content: Number(row.content),
    metadata: Number(row.metadata),
    modified: row.modified === null ? null : Number(row.modified),
  };
}

/** Longest run of names that all wanted paths begin with; only folders count. With its separator at its end. */
export function commonFolder(database: LocalDatabase): string {
  const { first, last } = database.prepare('SELECT min(path) AS first, max(path) AS last FROM wanted').get()!;
  if (typeof first !== 'string' || typeof last !== 'string') return '';
  // What the least and the greatest have in common, all between have.
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  const separator = isWindowsPath(first) ? '\\' : '/';
  return first.slice(0, first.lastIndexOf(separator, length - 1) + 1);
}

/** The names of a path behind a prefix; of Windows' drives and servers, too, as folders of their own. */
export function namesOf(path: string, prefix: string): string[] {
  const rest = path.slice(prefix.length);
  const names = isWindowsPath(path) ? rest.split('\\').map((name) => name.replace(/:$/, '')) : rest.split('/');
  return names.filter((name) => name !== '');
}
