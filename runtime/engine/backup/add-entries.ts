/** Everything that the scan meets becomes part of a version: as it was, where nothing changed, else read and recorded. */
import { hash as hashAtOnce } from 'node:crypto';
import { codeOf, messageOf } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { entryRows } from '../local-database/record-entries.ts';
import { splitPath } from '../local-database/split-path.ts';
import { openReaders } from '../reading/readers.ts';
import { type Describer, type Description, describeEntry } from '../scan/describe.ts';
import type { Found, Skipped } from '../scan/scan.ts';
import { HASHES, nodeHash } from '../volumes/hash-text.ts';
import { listedSeconds } from '../volumes/metadata.ts';
import type { VolumeForm } from '../volumes/volume-writer.ts';
import type { BlockWriter } from './block-writer.ts';
import { createEntryWriter, type NewEntry, type Written } from './entry-writer.ts';
import { createNames } from './file-names.ts';
import { type Before, readPrevious } from './previous.ts';
import { createStreamWriter } from './stream-writer.ts';
import type { Version } from './versions.ts';

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
  blocks: BlockWriter;
  form: VolumeForm;
  describer: Describer;
  /** Files are read whatever is known of them. */
  readAll?: boolean;
  version: Version;
  before: Version | undefined;
  /** True for a name whose content would not become smaller. */
  isCompressed(name: string): boolean;
  skip(skipped: Skipped): void;
  /** Said before each entry. */
  report(path: string, counts: Counts): void;
  /** Aborted when the run shall end and keep what it has. */
  stop: AbortSignal;
  /** Threads that read; without a number as many as help. */
  threads?: number;
}

export interface Added {
  counts: Counts;
  /** Entries of the version before whose paths are not there any more. */
  deleted: number;
  /** Puts what did not change into the version. */
  recordUnchanged(): void;
}

/** Entries after which others get their turn: answers of threads, uploads, the wish to stop. */
const TURN = 64;

/** Resolves when all that is new is recorded, or `stop` was aborted. The caller has a transaction open. */
export async function addEntries(found: Iterable<Found>, order: AddOrder): Promise<Added> {
  const { database, version, form } = order;
  const { blocksize, blockHash, fileHash } = form.manifest;
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
  const rows = entryRows(database);
  const previous = readPrevious(database, order.before);
  const names = createNames();
  const blockForm = {
    blocksize,
    blockHash: nodeHash(blockHash),
    hashSize: HASHES[blockHash],
    compression: form.compression,
  };
  const writer = createEntryWriter({
    readers: openReaders(blockForm, order.threads),
    blocks: order.blocks,
    streams: createStreamWriter(database, order.blocks, form),
    form,
    record,
  });
  const words = { File: 'Files', Folder: 'Folders', Symlink: 'Symlinks' } as const;
  const wholeHash = nodeHash(fileHash);

  function record(entry: NewEntry, written: Written): void {
    const { path, type, status } = entry.found;
    names.settle(entry.found, written);
    if ('code' in written) {
      // What went away since its folder was read was deleted: that is no fault.
      if (written.code !== 'ENOENT') order.skip({ path, why: written.message });
      return;
    }
    const { metadata, content, size, hasChanged } = written;
    if (type === 'File' && !entry.content) {
      counts.openedFiles++;
      counts.openedBytes += size;
    }
    if (hasChanged) order.skip({ path, why: 'it changed while it was read; what was read is in this version' });
    const row = rows.entry(path, type, content, metadata);
    const old = order.readAll ? previous.of(path) : undefined;
    const modified = secondsOf(type, status.mtimeNs);
    if (old?.entry === row && old.modified === modified) {
      previous.keep(old);
      return;
    }
    rows.addTo(version.id, row, modified);
    if (entry.isKnown) previous.replace();
    counts[`${entry.isKnown ? 'modified' : 'added'}${words[type]}`]++;
  }
  async function addOne(one: Found): Promise<void> {
    const { path, type, status } = one;
    const description = describeEntry(one, order.describer);
    if (type === 'File') {
      counts.examinedFiles++;
      counts.examinedBytes += Number(status.size);
    }
    const old = previous.of(path);
    const isRead = type === 'File' && (order.readAll || isRacy(old));
    const sameness =
      old && !isRead ? howSame(old, one, description, (bytes) => hashAtOnce(wholeHash, bytes, 'buffer')) : 'no';
    if (old && sameness === 'all') {
      names.keep(one, { content: old.content, size: old.size });
      return previous.keep(old);
    }
    const known =
      names.known(one) ??
      (old && sameness === 'content' ? () => ({ content: old.content, size: old.size }) : undefined);
    await writer.add({
      found: one,
      isKnown: old !== undefined,
      metadata: description.metadata,
      holes: description.holes,
      ...(known ? { content: known } : {}),
      isStored: order.isCompressed(splitPath(path).name),
    });
  }

  /** Without metadata nothing is finer than a second: what changed in the one in which the version before was begun may have changed again. */
  const isRacy = (old: Before | undefined) =>
    order.describer.isSkipped === true && (old?.modified ?? 0) >= (order.before?.time ?? 0);

  try {
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
      if (++beats % TURN === 0) await new Promise(setImmediate);
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  return { counts, deleted: previous.gone, recordUnchanged: () => previous.record(version.id) };
}

/**
 * The metadata holds the time to 100 ns: with the same hash, size and second a file is unchanged. With the same but for what is ours, as where Duplicati,
 * or an earlier release, made the version before, its content is.
 */
function howSame(
  old: Before,
  { type, status }: Found,
  { metadata, plain }: Description,
  hash: (bytes: Buffer) => Buffer,
): 'all' | 'content' | 'no' {
  if (old.isBroken || old.type !== type || !old.metadata) return 'no';
  if (type === 'File' && (old.modified !== secondsOf(type, status.mtimeNs) || old.size !== Number(status.size)))
    return 'no';
  if (hash(metadata).equals(old.metadata)) return 'all';
  return type === 'File' && hash(plain()).equals(old.metadata) ? 'content' : 'no';
}

function secondsOf(type: Found['type'], nanoseconds: bigint): number | null {
  return type === 'File' ? listedSeconds(nanoseconds) : null;
}

/** A failure to look at one entry, and none of ours: the run goes on. */
function isOfFile(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'syscall' in thrown &&
    /^(?:l?stat|fstat|llistxattr|lgetxattr|lseek)/.test(String(thrown.syscall))
  );
}
