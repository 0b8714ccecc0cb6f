/** What the main thread and the threads that read say to each other. Bytes are not in it: they lie in memory that all of them share. */

/** One slab of shared memory, filled from several files or with a part of a large one. */
export interface ReadJob {
  slab: number;
  parts: readonly ReadPart[];
}

/** Bytes that are to be hashed block by block, at `at` of the slab. */
export type ReadPart = { at: number; length: number } & ({ kind: 'bytes' } | FilePart);

/**
 * `length` bytes of a file from `from`, if it is still the one that was met. Zeros are those of a hole, which is not read: whole blocks, or one that
 * is shorter, and at `at` is one of them.
 */
export interface FilePart {
  kind: 'file' | 'zeros';
  path: string | Uint8Array;
  device: bigint;
  inode: bigint;
  from: number;
}

/** Where in its slab the block of a part lies that begins `done` bytes behind the part's beginning. */
export function blockAt(part: ReadPart, done: number): number {
  return part.kind === 'zeros' ? part.at : part.at + done;
}

/** A file as it was when a part of it was begun, or ended. */
export interface Seen {
  modified: bigint;
  size: number;
}

/** What became of a part: how much there was, and the hashes of its blocks one behind the other. */
export type PartRead =
  | { size: number; hashes: Uint8Array; begin?: Seen; end?: Seen }
  /** The system's word and sentence. */
  | { code: string; message: string };

/** A block that is to be compressed, over itself. */
export interface PackOrder {
  at: number;
  size: number;
  isStored: boolean;
}

/** How it lies there now: where `method` is 0 its bytes are as they were. */
export interface Packed {
  method: 0 | 8 | 93;
  crc: number;
  packed: number;
}

/** To a thread, and back. */
export type Ask = { id: number } & ({ read: ReadJob } | { slab: number; pack: readonly PackOrder[] });
export type Reply = { id: number } & ({ read: PartRead[] } | { packed: Packed[] } | { failure: string });
