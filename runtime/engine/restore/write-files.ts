/** Blocks become files under temporary names beside their places. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { namesOf, wantedOf } from './choose-entries.ts';
import type { Target } from './target.ts';

const { O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
/** Files of several blocks that stay open. */
const MOST_OPEN = 100;

export interface FileWriter {
  /** A block of a stream, for every file that has this content, or for the metadata. */
  write(stream: number, position: number, bytes: Buffer): void;
  /** The temporary name of an entry's file, beside its own. */
  temporary(entry: number): string;
  close(): void;
}

export function createFileWriter(
  database: LocalDatabase,
  target: Target,
  prefix: string,
  blocksize: number,
): FileWriter {
  database.exec(`DROP TABLE IF EXISTS temp.metadata_part;
    CREATE TEMP TABLE metadata_part(stream INTEGER, position INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (stream, position)) STRICT, WITHOUT ROWID`);
  const kind = database.prepare('SELECT is_metadata FROM wanted_stream WHERE stream = ?');
  const part = database.prepare('INSERT OR REPLACE INTO metadata_part VALUES (?, ?, ?)');
  const users = database.prepare('SELECT * FROM wanted WHERE content = ?');
  const size = database.prepare('SELECT size FROM stream WHERE id = ?');
  const open = new Map<number, number>();
  // The names of two runs into one folder do not meet.
  const run = process.pid.toString(36);
  const temporary = (entry: number) => `.restore-${run}-${entry}`;

  function handleOf(entry: number, names: readonly string[]): number {
    const known = open.get(entry);
    if (known !== undefined) return known;
    const place = target.at([...names.slice(0, -1), temporary(entry)]);
    const handle = openSync(place, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
    open.set(entry, handle);
    for (const [oldest, old] of open) {
      if (open.size <= MOST_OPEN) break;
      open.delete(oldest);
      closeSync(old);
    }
    return handle;
  }
  function writeFiles(stream: number, position: number, bytes: Buffer): void {
    const isWhole = Number(size.get(stream)?.size) <= bytes.length;
    for (const row of users.all(stream)) {
      const { entry, path } = wantedOf(row);
      const handle = handleOf(entry, namesOf(path, prefix));
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(handle, bytes, done, bytes.length - done, position * blocksize + done);
      }
      if (!isWhole) continue;
      open.delete(entry);
      closeSync(handle);
    }
  }
  return {
    temporary,
    write(stream, position, bytes) {
      const uses = Number(kind.get(stream)?.is_metadata);
      if (uses > 0) part.run(stream, position, bytes);
      if (uses !== 1) writeFiles(stream, position, bytes);
    },
    close() {
      for (const handle of open.values()) closeSync(handle);
      open.clear();
    },
  };
}
