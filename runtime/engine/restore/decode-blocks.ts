import { hash } from 'node:crypto';
import type { HashName } from '../volumes/hash-text.ts';
import { entryNameOf, HASHES, nodeHash } from '../volumes/hash-text.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { damaged, VolumeError } from '../volumes/volume-error.ts';

/** Blocks that are wanted: their hashes one behind the other, and their sizes. */
export interface BlockAsks {
  hashes: Uint8Array;
  sizes: readonly number[];
}

/** How a backup cuts and hashes. */
export interface BlockForm {
  blocksize: number;
  blockHash: HashName;
}

/** Why a block could not be had; null where it is there. */
export type Complaint = string | null;

/** Bytes that a block takes in memory. */
export const roomOf = (size: number, { blocksize }: BlockForm) => Math.min(size, blocksize);

/** Puts blocks of a volume one behind the other, each after a look at its hash. One that cannot be had leaves its room empty. */
export function decodeBlocks(volume: Volume, into: Buffer, { hashes, sizes }: BlockAsks, form: BlockForm): Complaint[] {
  const length = HASHES[form.blockHash];
  const keys = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  let at = 0;
  return sizes.map((size, index) => {
    const begin = at;
    at += roomOf(size, form);
    try {
      into.set(readBlock(volume, keys.subarray(index * length, (index + 1) * length), size, form), begin);
      return null;
    } catch (thrown) {
      if (thrown instanceof VolumeError) return thrown.message;
      throw thrown;
    }
  });
}

function readBlock(volume: Volume, key: Buffer, size: number, { blocksize, blockHash }: BlockForm): Buffer {
  const text = key.toString('base64');
  const entry = volume.entries.get(entryNameOf(text));
  if (!entry) throw damaged(`block ${text} is not in its volume`);
  const bytes = volume.read(entry, blocksize);
  if (bytes.length !== size || !hash(nodeHash(blockHash), bytes, 'buffer').equals(key)) {
    throw damaged(`block ${text} holds other bytes than it says`);
  }
  return bytes;
}
