import type { LzxPlace } from './lzx-records.ts';
import { type FileRange, type Source, sourceSize } from './source.ts';

/** Which branch filter and which literal and position bits suit the bytes (xz only). */
export type Filter = 'x64' | 'arm64' | 'none';

/** How one piece is compressed. Everything that changes the resulting bytes is in here. */
export type Encoding =
  | { method: 'xz'; level: number; filter: Filter }
  | { method: 'zstd'; level: number; threaded: boolean }
  | { method: 'gzip' | 'deflate' | 'mszip'; level: number }
  | { method: 'lzx'; level: number; place: LzxPlace };

/** A piece of a compressed stream: an xz block, a zstd frame, a gzip member, deflate blocks, or records of a cabinet. */
export interface Unit {
  /** Bytes in the stream. */
  size: number;
  /** Bytes before compression. */
  rawSize: number;
  /** xz only: Unpadded Size of the block (xz file format 1.2, section 4.3); 0 for others. */
  unpaddedSize: number;
  /** The first 32 bytes (or all, if it is shorter), hex: what a reader looks a piece up by. */
  head: string;
}

/** Bytes of a source that its piece stands for. */
export function rawSizeOf(source: Source, encoding: Encoding): number {
  return sourceSize(source) - (encoding.method === 'lzx' ? encoding.place.history : 0);
}

/** Work for a thread. */
export type Job =
  | { kind: 'encode'; source: Source; encoding: Encoding }
  | { kind: 'digest'; sources: readonly Source[]; algorithms: readonly string[] }
  | { kind: 'compare'; one: FileRange; other: FileRange };

/** `digests` are lower-case hex, in the order of the algorithms. */
export type Answer =
  | { kind: 'encode'; bytes: Uint8Array<ArrayBuffer>; unit: Unit }
  | { kind: 'digest'; digests: readonly string[] }
  | { kind: 'compare'; same: boolean };

/** What goes back over the wire: a PackwrightError keeps its parts, anything else (`where` is empty) its stack. */
export type Reply = { ok: true; answer: Answer } | { ok: false; where: string; what: string; hint: string };

/** Estimated peak of a job in bytes, for deciding how many may run at once. */
export function estimateMemory(job: Job): number {
  const MiB = 2 ** 20;
  if (job.kind !== 'encode') return 2 * MiB;
  const { encoding } = job;
  const size = sourceSize(job.source);
  // liblzma: 94 MiB at level 6, 186 at 7 and above; input and output lie beside it.
  if (encoding.method === 'xz') return (encoding.level > 6 ? 190 : 96) * MiB + 2 * size;
  if (encoding.method === 'zstd')
    return (encoding.level > 12 ? 100 : 40) * MiB * (encoding.threaded ? 3 : 1) + 2 * size;
  // Trees of a window, a decoder's window, items of a block; input as it is and translated, output twice.
  if (encoding.method === 'lzx') return 32 * MiB + 4 * size;
  return 2 * MiB + 2 * size;
}
