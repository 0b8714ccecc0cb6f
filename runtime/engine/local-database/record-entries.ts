/** Writes what dlists say into the local database. */
import type { Statement } from '../../database/database.ts';
import type { ListEntry, Stream } from '../volumes/file-list.ts';
import type { LocalDatabase } from './local-database.ts';
import { splitPath } from './split-path.ts';

/** Rows of entries and streams. None of these opens a transaction. */
export interface EntryRows {
  /** The row of what a dlist says of a stream; its blocks are those that it names itself. 0 for none. */
  listedStream(stream: Stream | undefined): number;
  /** The row of an entry, as it is in one version or more. */
  entry(path: string, type: ListEntry['type'], content: number, metadata: number): number;
  /** Adds an entry to a version. @param modified seconds since 1970, of files. */
  addTo(version: number, entry: number, modified: number | null): void;
}

export function entryRows(database: LocalDatabase): EntryRows {
  const statements = {
    folder: rowOf(database, 'folder', ['path']),
    entry: rowOf(database, 'entry', ['folder', 'name', 'type', 'content', 'metadata']),
    block: rowOf(database, 'block', ['hash', 'size']),
    stream: rowOf(database, 'stream', ['hash', 'size']),
    list: database.prepare('INSERT OR IGNORE INTO stream_list(stream, position, hash) VALUES (?, ?, ?)'),
    streamBlock: database.prepare('INSERT OR IGNORE INTO stream_block(stream, position, block) VALUES (?, 0, ?)'),
    member: database.prepare('INSERT OR REPLACE INTO version_entry(version, entry, modified) VALUES (?, ?, ?)'),
  };
  let lastFolder: { path: string; id: number } | undefined;
  const folderOf = (path: string) => {
    if (lastFolder?.path !== path) lastFolder = { path, id: statements.folder(path).id };
    return lastFolder.id;
  };
  return {
    listedStream(stream) {
      if (!stream) return 0;
      const { id, isNew } = statements.stream(bytesOf(stream.hash), stream.size);
      if (!isNew || stream.size === 0) return id;
      for (const [position, hash] of (stream.blocklists ?? []).entries())
        statements.list.run(id, position, bytesOf(hash));
      if (!stream.blocklists) {
        statements.streamBlock.run(id, statements.block(bytesOf(stream.blockhash ?? stream.hash), stream.size).id);
      }
      return id;
    },
    entry(path, type, content, metadata) {
      const { folder, name } = splitPath(path);
      return statements.entry(folderOf(folder), name, type, content, metadata).id;
    },
    addTo: (version, entry, modified) => void statements.member.run(version, entry, modified),
  };
}

/** Adds what a dlist names to a version, in one transaction. */
export function recordEntries(
  database: LocalDatabase,
  rows: EntryRows,
  version: number,
  entries: readonly ListEntry[],
): void {
  database.transaction(() => {
    for (const entry of entries) {
      const content = entry.type === 'File' ? rows.listedStream(entry.content) : 0;
      const row = rows.entry(entry.path, entry.type, content, rows.listedStream(entry.metadata));
      rows.addTo(version, row, entry.type === 'File' ? entry.time : null);
    }
  });
}

export function bytesOf(hash: string): Buffer {
  return Buffer.from(hash, 'base64');
}

/** Finds the row that has these values, or makes it. */
export function rowOf(database: LocalDatabase, table: string, columns: readonly string[]) {
  const find: Statement = database.prepare(
    `SELECT id FROM ${table} WHERE ${columns.map((name) => `${name} = ?`).join(' AND ')}`,
  );
  const make: Statement = database.prepare(
    `INSERT INTO ${table}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (...values: (string | number | Uint8Array)[]): { id: number; isNew: boolean } => {
    const found = find.get(...values);
    if (found) return { id: Number(found.id), isNew: false };
    return { id: Number(make.run(...values).lastRowId), isNew: true };
  };
}
