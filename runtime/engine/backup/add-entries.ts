/** Everything that the scan meets becomes part of a version: as it was, where nothing changed, else read and recorded. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf, messageOf } from '../../errors.ts';
import type { FileCalls } from '../../posix/file-calls.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { EntryRows } from '../local-database/record-entries.ts';
import { splitPath } from '../local-database/split-path.ts';
import type { Accounts } from '../scan/accounts.ts';
import { describeEntry } from '../scan/describe.ts';
import type { Found, Skipped } from '../scan/scan.ts';
import type { BlockWriter } from './block-writer.ts';
import type { StreamWriter } from './stream-writer.ts';
import { BROKEN, type Version } from './versions.ts';

const { O_NOATIME = 0, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** What came together, in Duplicati's words. */
export interface Counts {
  examinedFiles: number;
  examinedBytes: number;
  openedFiles: number;
  openedBytes: number;
  addedFiles: number;
  modifiedFiles: number;
  addedFolders: number;
  modifiedFolders: number;
  addedSymlinks: number;
  modifiedSymlinks: number;
}

export interface AddOrder {
  database: LocalDatabase;
  rows: EntryRows;
  blocks: BlockWriter;
  streams: StreamWriter;
  accounts: Accounts;
  calls: FileCalls | undefined;
  blocksize: number;
  version: Version;
  before: Version | undefined;
  /** True for a name whose content would not become smaller. */
  isCompressed(name: string): boolean;
  skip(skipped: Skipped): void;
  /** Said before each entry. */
  report(path: string, counts: Counts): void;
  /** Aborted when the run shall end and keep what it has. */
  stop: AbortSignal;
}

interface Before {
  entry: number;
  type: string;
  content: number;
  metadata: number;
  modified: number | null;
  size: number;
}

/** Resolves when all is recorded, or `stop` was aborted. The caller has a transaction open. */
export async function addEntries(found: Iterable<Found>, order: AddOrder): Promise<Counts> {
  const { rows, streams, version } = order;
  const counts: Counts = {
    examinedFiles: 0,
    examinedBytes: 0,
    openedFiles: 0,
    openedBytes: 0,
    addedFiles: 0,
    modifiedFiles: 0,
    addedFolders: 0,
    modifiedFolders: 0,
    addedSymlinks: 0,
    modifiedSymlinks: 0,
  };
  const beforeOf = previousEntries(order);
  const buffer = Buffer.allocUnsafe(order.blocksize);
  const words = { File: 'Files', Folder: 'Folders', Symlink: 'Symlinks' } as const;

  async function addOne(one: Found): Promise<void> {
    const { path, type, status } = one;
    const metadata = streams.addBytes(describeEntry(one, order.accounts, order.calls));
    const old = beforeOf(path);
    const isFile = type === 'File';
    const seconds = isFile ? Number(status.mtimeNs / 1_000_000_000n) : null;
    if (isFile) {
      counts.examinedFiles++;
      counts.examinedBytes += Number(status.size);
    }
    const isSame =
      old?.type === type &&
      old.metadata === metadata &&
      (!isFile || (old.modified === seconds && old.size === Number(status.size)));
    if (isSame) return rows.addTo(version.id, old.entry, old.modified);
    const content = isFile ? await readFile(one, order, buffer, counts) : 0;
    rows.addTo(version.id, rows.entry(path, type, content, metadata), seconds);
    counts[`${old ? 'modified' : 'added'}${words[type]}`]++;
  }

  let beats = 0;
  for (const one of found) {
    if (order.stop.aborted) break;
    order.report(one.path, counts);
    try {
      await addOne(one);
    } catch (thrown) {
      if (!isOfFile(thrown)) throw thrown;
      if (codeOf(thrown) !== 'ENOENT') order.skip({ path: one.path, why: messageOf(thrown) });
    }
    if (order.blocks.isFull) await order.blocks.flush();
    // Uploads and the wish to stop get their turn.
    if (++beats % 256 === 0) await new Promise(setImmediate);
  }
  return counts;
}

/** A failure to read one entry, and none of ours: the run goes on. */
function isOfFile(thrown: unknown): boolean {
  return (
    thrown instanceof ReadError ||
    (thrown instanceof Error && 'syscall' in thrown && /^(?:l?stat|llistxattr|lgetxattr)/.test(String(thrown.syscall)))
  );
}

class ReadError extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'ReadError';
    this.code = codeOf(cause);
  }
}

async function readFile({ path, status }: Found, order: AddOrder, buffer: Buffer, counts: Counts): Promise<number> {
  let handle: number;
  try {
    handle = openForReading(path);
  } catch (thrown) {
    throw new ReadError(thrown);
  }
  try {
    const now = fstatSync(handle, { bigint: true });
    if (now.dev !== status.dev || now.ino !== status.ino)
      throw new ReadError(new Error('another file took its place while it was looked at'));
    counts.openedFiles++;
    const { name } = splitPath(path);
    const { stream, size } = await order.streams.addBlocks(blocksOf(handle, buffer), order.isCompressed(name));
    counts.openedBytes += size;
    const after = fstatSync(handle, { bigint: true });
    if (after.mtimeNs !== now.mtimeNs || Number(after.size) !== size) {
      order.skip({ path, why: 'it changed while it was read; what was read is in this version' });
    }
    return stream;
  } finally {
    closeSync(handle);
  }
}

function openForReading(path: string): number {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  try {
    return openSync(path, flags | O_NOATIME);
  } catch (thrown) {
    // Only a file's owner may ask for it.
    if (codeOf(thrown) !== 'EPERM') throw thrown;
    return openSync(path, flags);
  }
}

/** @param buffer of a block's size; each block is overwritten by the next. */
function* blocksOf(handle: number, buffer: Buffer): Generator<Buffer> {
  for (;;) {
    let filled = 0;
    try {
      for (let count = -1; count !== 0 && filled < buffer.length; filled += count) {
        count = readSync(handle, buffer, filled, buffer.length - filled, null);
      }
    } catch (thrown) {
      throw new ReadError(thrown);
    }
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < buffer.length) return;
  }
}

/** What the version before had of a path, where it is whole. A folder's entries are read at once. */
function previousEntries({ database, before }: AddOrder): (path: string) => Before | undefined {
  if (!before) return () => undefined;
  database.exec(
    `DROP TABLE IF EXISTS temp.broken; CREATE TEMP TABLE broken AS SELECT DISTINCT stream FROM (${BROKEN})`,
  );
  const select = database.prepare(
    `SELECT name, entry.id AS entry, type, content, metadata, modified, stream.size AS size
     FROM folder JOIN entry ON entry.folder = folder.id JOIN version_entry ON version_entry.entry = entry.id AND version = ?
     LEFT JOIN stream ON stream.id = content
     WHERE folder.path = ? AND content NOT IN (SELECT stream FROM broken)`,
  );
  const folders = new Map<string, Map<string, Before>>();
  return (path) => {
    const { folder, name } = splitPath(path);
    let entries = folders.get(folder);
    if (!entries) {
      entries = new Map(select.all(before.id, folder).map((row) => [String(row.name), beforeOf(row)]));
      // Of the folders on the way from the root to here, and their neighbours.
      if (folders.size > 100) folders.delete(folders.keys().next().value!);
      folders.set(folder, entries);
    }
    return entries.get(name);
  };
}

function beforeOf(row: Record<string, unknown>): Before {
  return {
    entry: Number(row.entry),
    type: String(row.type),
    content: Number(row.content),
    metadata: Number(row.metadata),
    modified: row.modified === null ? null : Number(row.modified),
    size: Number(row.size ?? 0),
  };
}
