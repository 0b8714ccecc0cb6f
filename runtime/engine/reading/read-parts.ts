/** Reading, hashing and compressing in one piece of memory; synchronous, for a thread that does nothing else. */
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf, messageOf } from '../../errors.ts';
import { type Compression, packContent } from '../volumes/volume-writer.ts';
import type { FilePart, Packed, PackOrder, PartRead, ReadJob, ReadPart, Seen } from './jobs.ts';

const { O_NOATIME = 0, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** How blocks are made; one value for a run. */
export interface BlockForm {
  blocksize: number;
  /** Node's name of the hash of blocks, and its bytes. */
  blockHash: string;
  hashSize: number;
  compression: Compression;
}

const STORED: Compression = { method: 0, level: 0 };

export function readParts(slab: Buffer, { parts }: ReadJob, form: BlockForm): PartRead[] {
  return parts.map((part) => {
    if (part.kind === 'bytes') return { size: part.length, hashes: hashBlocks(slab, part.at, part.length, form) };
    try {
      return readFilePart(slab, part, form);
    } catch (thrown) {
      return { code: codeOf(thrown), message: messageOf(thrown) };
    }
  });
}

/** Puts each block's compressed bytes where the block is, if they are fewer. */
export function packBlocks(slab: Buffer, orders: readonly PackOrder[], form: BlockForm): Packed[] {
  return orders.map(({ at, size, isStored }) => {
    const { method, crc, packed } = packContent(slab.subarray(at, at + size), isStored ? STORED : form.compression);
    if (method !== 0) slab.set(packed, at);
    return { method, crc, packed: packed.byteLength };
  });
}

function readFilePart(slab: Buffer, part: ReadPart & FilePart, form: BlockForm): PartRead {
  const handle = openForReading(typeof part.path === 'string' ? part.path : Buffer.from(part.path));
  try {
    const begin = fstatSync(handle, { bigint: true });
    if (begin.dev !== part.device || begin.ino !== part.inode)
      throw new Error('another file took its place while it was looked at');
    if (part.kind === 'zeros') {
      const size = begin.size < part.from + part.length ? 0 : part.length;
      return { size, hashes: hashZeros(slab, part.at, size, form), begin: seenOf(begin), end: seenOf(begin) };
    }
    let size = 0;
    for (let count = -1; count !== 0 && size < part.length; size += count) {
      count = readSync(handle, slab, part.at + size, part.length - size, part.from + size);
    }
    const hashes = hashBlocks(slab, part.at, size, form);
    return { size, hashes, begin: seenOf(begin), end: seenOf(fstatSync(handle, { bigint: true })) };
  } finally {
    closeSync(handle);
  }
}

/** All blocks are the same: one is hashed. */
function hashZeros(slab: Buffer, at: number, size: number, form: BlockForm): Uint8Array {
  const one = hashBlocks(slab, at, Math.min(size, form.blocksize), form);
  return new Uint8Array(Buffer.alloc(Math.ceil(size / form.blocksize) * form.hashSize, one));
}

function seenOf({ mtimeNs, size }: { mtimeNs: bigint; size: bigint }): Seen {
  return { modified: mtimeNs, size: Number(size) };
}

function hashBlocks(slab: Buffer, at: number, size: number, { blocksize, blockHash, hashSize }: BlockForm): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(size / blocksize) * hashSize);
  for (let done = 0; done < size; done += blocksize) {
    const digest = hash(blockHash, slab.subarray(at + done, at + Math.min(done + blocksize, size)), 'buffer');
    hashes.set(digest, (done / blocksize) * hashSize);
  }
  return hashes;
}

function openForReading(path: string | Buffer): number {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  try {
    return openSync(path, flags | O_NOATIME);
  } catch (thrown) {
    // Only a file's owner may ask for it.
    if (codeOf(thrown) !== 'EPERM') throw thrown;
    return openSync(path, flags);
  }
}
