/** Writes what dlists say into the local database. */
import type { Statement } from '../../database/database.ts';
import type { ListEntry, Stream } from '../volumes/file-list.ts';
import type { LocalDatabase } from './local-database.ts';
import { splitPath } from './split-path.ts';

/** What a stream of one block is of: files have one size of block, and one algorithm for all of their hashes or two. */
export interface EntryRecorder {
  /** Adds entries to a version. In one transaction. */
  add(version: number, entries: readonly ListEntry[]): void;
}

export function recordEntries(database: LocalDatabase): EntryRecorder {
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
  const streamOf = (stream: Stream | undefined) => {
    if (!stream) return 0;
    const { id, isNew } = statements.stream(bytesOf(stream.hash), stream.size);
    if (!isNew || stream.size === 0) return id;
    for (const [position, hash] of (stream.blocklists ?? []).entries())
      statements.list.run(id, position, bytesOf(hash));
    if (!stream.blocklists) {
      statements.streamBlock.run(id, statements.block(bytesOf(stream.blockhash ?? stream.hash), stream.size).id);
    }
    return id;
  };
  return {
    add(version, entries) {
      database.transaction(() => {
        for (const entry of entries) {
          const { folder, name } = splitPath(entry.path);
          const content = entry.type === 'File' ? streamOf(entry.content) : 0;
          const row = statements.entry(folderOf(folder), name, entry.type, content, streamOf(entry.metadata));
          statements.member.run(version, row.id, entry.type === 'File' ? entry.time : null);
        }
      });
    },
  };
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
