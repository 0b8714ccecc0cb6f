/** New and changed entries on their way into volumes: read and hashed by threads, looked up, compressed by threads, appended in the order they came. */
import { createHash, hash as hashAtOnce } from 'node:crypto';
import { blockAt, type PackOrder, type PartRead, type ReadPart } from '../reading/jobs.ts';
import type { Readers } from '../reading/readers.ts';
import type { Found } from '../scan/scan.ts';
import { HASHES, nodeHash } from '../volumes/hash-text.ts';
import type { Hole } from '../volumes/metadata.ts';
import { nameOfText } from '../volumes/name-text.ts';
import { packContent, type VolumeForm } from '../volumes/volume-writer.ts';
import { storedContent } from '../volumes/zip-writer.ts';
import type { BlockWriter } from './block-writer.ts';
import { cutFile, type Run } from './cut-file.ts';
import type { StreamBlock, StreamWriter } from './stream-writer.ts';
import type { Job, Step, Work } from './work.ts';

/** An entry that is to be recorded. */
export interface NewEntry {
  found: Found;
  /** True where the version before has something under its path. */
  isKnown: boolean;
  metadata: Buffer;
  /** What would not become smaller is not compressed. */
  isStored: boolean;
  /** Where a file has no data: it is not read there. */
  holes: readonly Hole[];
  /** Where its content needs no reading: which it is, asked when everything that was added before is recorded. */
  content?(): Known;
}

/** The row of a content, or why there is none. */
export type Known = { content: number; size: number } | { code: string; message: string };

/** What became of one: rows of its streams, 0 where it has no content; or why it could not be read. */
export type Written =
  | { metadata: number; content: number; size: number; hasChanged: boolean }
  | { code: string; message: string };

export interface EntryWriter {
  /** Resolves when there is room for more. @throws what an earlier one failed with that is not the file's fault */
  add(entry: NewEntry): Promise<void>;
  /** When all are recorded. */
  finish(): Promise<void>;
  /** Ends what is under way. To be called whatever happened. */
  close(): Promise<void>;
}

export interface EntryWriterOrder {
  readers: Readers;
  blocks: BlockWriter;
  streams: StreamWriter;
  form: VolumeForm;
  /** Called in the order in which entries were added. */
  record(entry: NewEntry, written: Written): void;
}

/** Parts of a job: an answer is not to be long in coming. */
const MOST_PARTS = 512;
/** Bytes of a hole that are hashed at once: the main thread has others to serve. */
const MOST_ZEROS = 8 << 20;
/** Room for a file that said it has no bytes: those of /proc say so. */
const SAID_EMPTY = 4096;

export function createEntryWriter({ readers, blocks, streams, form, record }: EntryWriterOrder): EntryWriter {
  const { blocksize, blockHash, fileHash } = form.manifest;
  const [block, whole] = [nodeHash(blockHash), nodeHash(fileHash)];
  const hashSize = HASHES[blockHash];
  const { slabs, slabSize } = readers;
  const free = slabs.map((_, index) => index);
  /** Blocks that are being compressed. */
  const packing = new Set<string>();
  let wake: (() => void) | undefined;
  let job: Job | undefined;
  let failure: { thrown: unknown } | undefined;
  let isClosed = false;
  let decided: Promise<unknown> = Promise.resolve();
  let appended: Promise<unknown> = Promise.resolve();

  const fail = (thrown: unknown) => {
    failure ??= { thrown };
    wake?.();
  };
  const throwFailure = () => {
    if (failure) throw failure.thrown;
  };

  async function newJob(): Promise<Job> {
    while (free.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      throwFailure();
    }
    return { slab: free.pop()!, used: 0, parts: [], steps: [] };
  }
  /** A place for a part; a new slab where this one has none. */
  async function place(length: number): Promise<{ job: Job; at: number }> {
    if (job && (job.used + length > slabSize || job.parts.length >= MOST_PARTS)) send();
    job ??= await newJob();
    const at = job.used;
    job.used += length;
    return { job, at };
  }
  function send(): void {
    if (!job) return;
    const sent = job;
    job = undefined;
    const reading = readers.read(sent);
    reading.catch(fail);
    const orders = decided.then(async () => {
      const reads = await reading;
      throwFailure();
      return decide(sent, reads);
    });
    decided = orders.catch(fail);
    const packed = orders.then((ready) =>
      ready.length === 0
        ? undefined
        : readers.pack(
            sent.slab,
            ready.map(({ order }) => order),
          ),
    );
    packed.catch(fail);
    appended = appended
      .then(async () => {
        const [ready, done] = [await orders, await packed];
        throwFailure();
        for (const [index, { step, number, key }] of ready.entries()) {
          step.packed.set(number, done![index]!);
          packing.delete(key);
        }
        await append(sent);
        free.push(sent.slab);
        wake?.();
      })
      .catch(fail);
  }

  /** In the order of the entries: the hash of a whole file goes on from part to part, and of blocks that are the same only the first is compressed. */
  function decide(
    sent: Job,
    reads: readonly PartRead[],
  ): { order: PackOrder; step: Step; number: number; key: string }[] {
    const orders: { order: PackOrder; step: Step; number: number; key: string }[] = [];
    for (const [index, step] of sent.steps.entries()) {
      const [part, read] = [sent.parts[index]!, reads[index]!];
      const { work } = step;
      if (step.of === 'content') noteContent(work, part, read, slabs[sent.slab]!);
      if (work.error || 'code' in read || (step.of === 'content' && work.isOver && read.size === 0)) continue;
      const { size } = read;
      const hashes = Buffer.from(read.hashes.buffer, read.hashes.byteOffset, read.hashes.byteLength);
      step.read = { size, hashes };
      const isStored = step.of === 'content' && work.isStored;
      for (let done = 0, number = 0; done < size; done += blocksize, number++) {
        const hash = hashes.subarray(number * hashSize, (number + 1) * hashSize);
        const length = Math.min(blocksize, size - done);
        const key = `${hash.toString('latin1')}${length}`;
        if (packing.has(key) || blocks.has(hash, length)) continue;
        packing.add(key);
        orders.push({ order: { at: blockAt(part, done), size: length, isStored }, step, number, key });
      }
    }
    return orders;
  }
  function noteContent(work: Work, part: ReadPart, read: PartRead, slab: Buffer): void {
    if ('code' in read) {
      work.error ??= read;
      return;
    }
    // What comes behind an end that was met is not this file any more.
    if (work.isOver) read.size = 0;
    if (read.begin) work.begin ??= read.begin;
    if (read.end) work.end = read.end;
    work.isOver ||= read.size < part.length;
    work.size += read.size;
    // Of a file of one block, the block's hash is the file's where both are made the same way.
    if (work.expected > blocksize || block !== whole) {
      work.digest ??= createHash(whole);
      const step = part.kind === 'zeros' ? blocksize : read.size;
      for (let done = 0; done < read.size; done += step) {
        const at = blockAt(part, done);
        work.digest.update(slab.subarray(at, at + Math.min(step, read.size - done)));
      }
    }
  }

  async function append(sent: Job): Promise<void> {
    const slab = slabs[sent.slab]!;
    for (const [index, step] of sent.steps.entries()) {
      const { work, read } = step;
      const part = sent.parts[index]!;
      const { size, hashes } = read ?? { size: 0, hashes: Buffer.alloc(0) };
      for (let done = 0, number = 0; done < size; done += blocksize, number++) {
        const hash = Buffer.from(hashes.subarray(number * hashSize, (number + 1) * hashSize));
        const length = Math.min(blocksize, size - done);
        const raw = () => slab.subarray(blockAt(part, done), blockAt(part, done) + length);
        const id = blocks.add(hash, length, () => {
          const ready = step.packed.get(number);
          if (ready) return { ...ready, size: length, packed: raw().subarray(0, ready.packed) };
          // Another entry was to bring it, and could not be read to its end.
          return step.of === 'content' && work.isStored ? storedContent(raw()) : packContent(raw(), form.compression);
        });
        work.blocks[step.of].push({ id, hash });
        if (blocks.isFull) await blocks.flush();
        if (isClosed) throw new Error('the run has ended');
      }
      if (step.isLast) record(work, work.error ?? (await written(work)));
    }
  }
  async function written(work: Work): Promise<Written> {
    const metadata = work.known ?? (await metadataRow(work));
    if (work.content) return { metadata, hasChanged: false, ...work.content() };
    if (work.found.type !== 'File') return { metadata, content: 0, size: 0, hasChanged: false };
    const { size, begin, end, digest, blocks: made } = work;
    const sum = digest?.digest() ?? made.content[0]?.hash ?? hashAtOnce(whole, '', 'buffer');
    const hasChanged = begin?.modified !== end?.modified || end?.size !== size;
    return { metadata, content: streams.record(sum, size, made.content), size, hasChanged };
  }
  async function metadataRow(work: Work): Promise<number> {
    const hash = hashAtOnce(whole, work.metadata, 'buffer');
    const size = work.metadata.length;
    // Another entry may have brought the same meanwhile.
    return streams.find(hash, size) ?? streams.record(hash, size, await metadataBlocks(work));
  }
  /** Metadata that was too large to travel with the others is cut here. */
  async function metadataBlocks({ blocks: made, metadata }: Work): Promise<StreamBlock[]> {
    if (made.metadata.length > 0) return made.metadata;
    for (let at = 0; at < metadata.length; at += blocksize) {
      const part = metadata.subarray(at, at + blocksize);
      const hash = hashAtOnce(block, part, 'buffer');
      made.metadata.push({ id: blocks.add(hash, part.length, () => packContent(part, form.compression)), hash });
      if (blocks.isFull) await blocks.flush();
    }
    return made.metadata;
  }

  async function addRun(work: Work, { from, length, isZeros }: Run): Promise<void> {
    const { path, status } = work.found;
    const file = { path: nameOfText(path), device: status.dev, inode: status.ino };
    for (let done = 0, part = 0; done < length; done += part) {
      const [room, rest] = [job ? slabSize - job.used : slabSize, length - done];
      // Parts of a file are cut where its blocks are.
      const most = room >= blocksize ? room - (room % blocksize) : slabSize;
      if (isZeros) part = Math.min(rest, Math.max(blocksize, MOST_ZEROS - (MOST_ZEROS % blocksize)));
      else part = rest <= room || rest < blocksize ? rest : Math.min(rest, most);
      const { job: to, at } = await place(isZeros ? Math.min(part, blocksize) : part);
      if (isZeros) slabs[to.slab]!.fill(0, at, at + Math.min(part, blocksize));
      to.parts.push({ kind: isZeros ? 'zeros' : 'file', at, length: part, ...file, from: from + done });
      const isLast = from + done + part >= work.expected;
      to.steps.push({ work, of: 'content', isLast, packed: new Map() });
    }
  }

  return {
    async add(entry) {
      throwFailure();
      const { found, metadata } = entry;
      const isFile = found.type === 'File' && !entry.content;
      const expected = isFile ? Number(found.status.size) : 0;
      const known = streams.find(hashAtOnce(whole, metadata, 'buffer'), metadata.length);
      const work: Work = { ...entry, expected, known, blocks: { metadata: [], content: [] }, size: 0, isOver: false };
      const length = known === undefined && metadata.length <= slabSize ? metadata.length : 0;
      if (length > 0 || !isFile) {
        const { job: to, at } = await place(length);
        if (length > 0) slabs[to.slab]!.set(metadata, at);
        to.parts.push({ kind: 'bytes', at, length });
        to.steps.push({ work, of: 'metadata', isLast: !isFile, packed: new Map() });
      }
      if (!isFile) return;
      // What is no hole any more when it is come to is another file than the one that was looked at.
      if (entry.holes.length > 0) work.begin = { modified: found.status.mtimeNs, size: expected };
      const unknown = [{ from: 0, length: Math.min(SAID_EMPTY, slabSize), isZeros: false }];
      for (const run of expected === 0 ? unknown : cutFile(expected, entry.holes, blocksize)) await addRun(work, run);
    },
    async finish() {
      send();
      await decided;
      await appended;
      throwFailure();
    },
    async close() {
      isClosed = true;
      fail(new Error('the run has ended'));
      await readers.close();
      await Promise.all([decided, appended]);
    },
  };
}
