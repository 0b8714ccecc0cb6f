/** Blocks become files under temporary names beside their places. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { codeOf, messageOf, UserError } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { namesOf, wantedOf } from './choose-entries.ts';
import { isZeros } from './shape-holes.ts';
import type { Target } from './target.ts';
import type { BlockUse } from './use-pages.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
/** Files of several blocks that stay open. */
const MOST_OPEN = 100;

/** Names and places that one entry cannot have, or that somebody took away meanwhile: everything else is restored. */
const OF_ONE_ENTRY = new Set([
  'ENAMETOOLONG',
  'EILSEQ',
  'EINVAL',
  'ENOTDIR',
  'ELOOP',
  'EISDIR',
  'EEXIST',
  'ENOENT',
  'EFBIG',
]);

export interface FileWriter {
  /** A block, for a file, or for metadata, or both. @param isFirst false where the same place of the same stream was written for another file. */
  write(use: BlockUse, bytes: Buffer, isFirst: boolean): void;
  /** The temporary name of an entry's file, beside its own. */
  temporary(entry: number): string;
  /** Makes the file of an entry that has no bytes. */
  makeEmpty(entry: number, names: readonly string[]): void;
  /** True for the file that this made under an entry's temporary name, and for nothing that somebody put there instead. */
  isOwn(entry: number, inode: bigint): boolean;
  /** True where zeros were left out. */
  hasHoles(entry: number): boolean;
  /** Why an entry was given up. */
  failure(entry: number): string | undefined;
  /** The file has its own name now, or is gone. */
  forget(entry: number): void;
  /** Takes the file of an entry away that gets no name of its own. */
  drop(entry: number): void;
  close(): void;
  /** Takes away what has no name of its own. */
  discard(): void;
}

export function createFileWriter(
  database: LocalDatabase,
  target: Target,
  prefix: string,
  blocksize: number,
): FileWriter {
  database.exec(`DROP TABLE IF EXISTS temp.metadata_part;
    CREATE TEMP TABLE metadata_part(stream INTEGER, position INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (stream, position)) STRICT, WITHOUT ROWID`);
  const part = database.prepare('INSERT OR REPLACE INTO metadata_part VALUES (?, ?, ?)');
  const one = database.prepare('SELECT * FROM wanted WHERE entry = ?');
  const open = new Map<number, number>();
  /** Inodes of the files that were made and have no name of their own yet. */
  const made = new Map<number, bigint>();
  const failures = new Map<number, string>();
  const sparse = new Set<number>();
  // Not to be guessed, so that nothing waits under it, and not met by another run into the same folder.
  const run = randomBytes(9).toString('base64url');
  const temporary = (entry: number) => `.restore-${run}-${entry}`;

  function create(entry: number, names: readonly string[]): number {
    if (names.length === 0) throw new UserError('it has no name', 100);
    const place = target.at([...names.slice(0, -1), temporary(entry)]);
    const known = made.get(entry);
    if (known === undefined) {
      const handle = openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      made.set(entry, fstatSync(handle, { bigint: true }).ino);
      return handle;
    }
    const handle = openSync(place, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    const found = fstatSync(handle, { bigint: true });
    if (found.ino === known && found.isFile() && found.nlink === 1n) return handle;
    closeSync(handle);
    throw new UserError('somebody replaced it while it was restored', 100);
  }
  function handleOf(entry: number, names: readonly string[]): number {
    const known = open.get(entry);
    if (known !== undefined) return known;
    const handle = create(entry, names);
    open.set(entry, handle);
    for (const [oldest, old] of open) {
      if (open.size <= MOST_OPEN) break;
      open.delete(oldest);
      closeSync(old);
    }
    return handle;
  }
  /** A disk that is full, or fails, ends everything; what else goes wrong costs this file. */
  function tryFile({ entry, path, position, size }: BlockUse, bytes: Buffer): void {
    if (failures.has(entry)) return;
    try {
      writeFile(entry, path, position, bytes, isZeros(bytes), size <= bytes.length);
    } catch (thrown) {
      if (!(thrown instanceof UserError) && !OF_ONE_ENTRY.has(codeOf(thrown))) throw thrown;
      failures.set(entry, messageOf(thrown));
    }
  }
  function writeFile(
    entry: number,
    path: string,
    position: number,
    bytes: Buffer,
    isHole: boolean,
    isWhole: boolean,
  ): void {
    const handle = handleOf(entry, namesOf(path, prefix));
    const end = position * blocksize + bytes.length;
    // What is a hole, and what zeros, its metadata says in the end.
    if (isHole) sparse.add(entry);
    if (isHole && fstatSync(handle).size < end) ftruncateSync(handle, end);
    for (let done = 0; done < bytes.length && !isHole; ) {
      done += writeSync(handle, bytes, done, bytes.length - done, position * blocksize + done);
    }
    if (!isWhole) return;
    open.delete(entry);
    closeSync(handle);
  }
  function drop(entry: number): void {
    if (!made.delete(entry)) return;
    const row = one.get(entry);
    try {
      if (row)
        rmSync(target.at([...namesOf(wantedOf(row).path, prefix).slice(0, -1), temporary(entry)]), { force: true });
    } catch {
      // somebody moved its folder away
    }
  }
  return {
    temporary,
    makeEmpty: (entry, names) => closeSync(create(entry, names)),
    isOwn: (entry, inode) => made.get(entry) === inode,
    hasHoles: (entry) => sparse.has(entry),
    failure: (entry) => failures.get(entry),
    forget(entry) {
      made.delete(entry);
      sparse.delete(entry);
    },
    write(use, bytes, isFirst) {
      if (use.isMetadata && isFirst) part.run(use.stream, use.position, bytes);
      if (use.entry !== 0) tryFile(use, bytes);
    },
    close() {
      for (const handle of open.values()) closeSync(handle);
      open.clear();
    },
    drop,
    discard() {
      for (const entry of made.keys()) drop(entry);
    },
  };
}
