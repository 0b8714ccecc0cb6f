/** What is in versions. */
import type { LocalDatabase } from '../local-database/local-database.ts';

export type EntryType = 'File' | 'Folder' | 'Symlink';

export interface ListedEntry {
  path: string;
  type: EntryType;
  /** Bytes of a file; 0 of everything else. */
  size: number;
  /** Seconds since 1970, of files. */
  modified: number | undefined;
}

const FROM = `FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN folder ON folder.id = entry.folder
  LEFT JOIN stream ON stream.id = entry.content`;
const COLUMNS = 'folder.path || name AS path, type, coalesce(stream.size, 0) AS size, modified';

/** Every entry of a version, by path. */
export function* listEntries(database: LocalDatabase, version: number): Generator<ListedEntry> {
  const rows = database.prepare(`SELECT ${COLUMNS} ${FROM} WHERE version = ? ORDER BY path`).iterate(version);
  for (const row of rows) yield entryOf(row);
}

/** What lies in one folder. @param folder with its separator at its end; the topmost folders of the version for `''` */
export function* listFolder(database: LocalDatabase, version: number, folder: string): Generator<ListedEntry> {
  // The topmost are those whose folder is no entry itself.
  const where =
    folder === ''
      ? `folder.path NOT IN (SELECT upper.path || above.name FROM version_entry AS member JOIN entry AS above ON above.id = member.entry
          JOIN folder AS upper ON upper.id = above.folder WHERE member.version = ? AND above.type = 'Folder')`
      : 'folder.path = ?';
  const values = [version, folder === '' ? version : folder];
  const rows = database.prepare(`SELECT ${COLUMNS} ${FROM} WHERE version = ? AND ${where} ORDER BY path`);
  for (const row of rows.iterate(...values)) yield entryOf(row);
}

export type Change = { path: string; type: EntryType; kind: 'added' | 'deleted' | 'modified' };

/** How a version differs from an earlier one, by path. */
export function* compareVersions(database: LocalDatabase, before: number, after: number): Generator<Change> {
  // What both have as the same row did not change; of the rest, a path that both have was modified.
  const rows = database.prepare(
    `SELECT folder.path || name AS path, max(type) AS type, max(version_entry.version = ?) AS is_before, max(version_entry.version = ?) AS is_after
     FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN folder ON folder.id = entry.folder
     WHERE version_entry.version IN (?, ?) AND NOT EXISTS (SELECT 1 FROM version_entry AS other
       WHERE other.entry = version_entry.entry AND other.version IN (?, ?) AND other.version <> version_entry.version)
     GROUP BY folder.path, name ORDER BY path`,
  );
  for (const { path, type, is_before, is_after } of rows.iterate(before, after, before, after, before, after)) {
    const kind = Number(is_before) === 0 ? 'added' : Number(is_after) === 0 ? 'deleted' : 'modified';
    yield { path: String(path), type: typeOf(type), kind };
  }
}

export interface AffectedEntry extends ListedEntry {
  /** Row of the version. */
  version: number;
  /** True where only metadata is. */
  isMetadata: boolean;
}

/** Entries of all versions of which something is in given dblocks, or in none. By path and time. @param volumes rows; without any: what no volume holds */
export function* listAffected(database: LocalDatabase, volumes: readonly number[]): Generator<AffectedEntry> {
  database.exec(`DROP TABLE IF EXISTS temp.affected;
    CREATE TEMP TABLE affected(stream INTEGER PRIMARY KEY) STRICT`);
  if (volumes.length === 0) {
    database.exec(`INSERT OR IGNORE INTO affected SELECT stream FROM stream_block JOIN block ON block.id = stream_block.block WHERE volume IS NULL;
      INSERT OR IGNORE INTO affected SELECT stream FROM stream_list
        WHERE NOT EXISTS (SELECT 1 FROM block WHERE block.hash = stream_list.hash AND volume IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM stream_block WHERE stream_block.stream = stream_list.stream)`);
  }
  const add = database.prepare(
    'INSERT OR IGNORE INTO affected SELECT stream FROM stream_block JOIN block ON block.id = stream_block.block WHERE volume = ?',
  );
  for (const volume of volumes) add.run(volume);
  const rows = database.prepare(
    `SELECT ${COLUMNS}, version_entry.version AS version, entry.content NOT IN (SELECT stream FROM affected) AS is_metadata ${FROM}
     JOIN version ON version.id = version_entry.version
     WHERE entry.content IN (SELECT stream FROM affected) OR entry.metadata IN (SELECT stream FROM affected) ORDER BY path, time DESC`,
  );
  for (const row of rows.iterate())
    yield { ...entryOf(row), version: Number(row.version), isMetadata: Number(row.is_metadata) === 1 };
}

function entryOf(row: Record<string, unknown>): ListedEntry {
  return {
    path: String(row.path),
    type: typeOf(row.type),
    size: Number(row.size),
    modified: row.modified === null ? undefined : Number(row.modified),
  };
}

function typeOf(type: unknown): EntryType {
  return type === 'Folder' || type === 'Symlink' ? type : 'File';
}
