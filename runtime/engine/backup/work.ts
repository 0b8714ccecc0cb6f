/** What is under way while entries are read, hashed and compressed. */
import type { Hash } from 'node:crypto';
import type { Packed, ReadPart, Seen } from '../reading/jobs.ts';
import type { NewEntry } from './entry-writer.ts';
import type { StreamBlock } from './stream-writer.ts';

/** An entry while its parts are under way. */
export interface Work extends NewEntry {
  /** Bytes that are expected. */
  expected: number;
  /** The row of its metadata, where that is known. */
  known: number | undefined;
  blocks: { metadata: StreamBlock[]; content: StreamBlock[] };
  size: number;
  digest?: Hash;
  begin?: Seen;
  end?: Seen;
  /** It ended earlier than expected. */
  isOver: boolean;
  error?: { code: string; message: string };
}

/** What is to be done with a part. */
export interface Step {
  work: Work;
  of: 'metadata' | 'content';
  isLast: boolean;
  /** Bytes of it that count, and the hashes of their blocks. */
  read?: { size: number; hashes: Buffer };
  /** By the number of its block; absent where the block was known. */
  packed: Map<number, Packed>;
}

/** What one thread reads at once. */
export interface Job {
  slab: number;
  used: number;
  parts: ReadPart[];
  steps: Step[];
}
