import type { KnownPiece } from '../known-pieces.ts';

/** Where bytes that a reader holds come from: `offset` in the file, of which `raw` tells the rest. */
export interface Origin {
  raw: KnownPiece['raw'];
  offset: number;
}

/** By the memory of a chunk, so that a part of the chunk has an origin too. Forgotten with the memory. */
const byMemory = new WeakMap<ArrayBufferLike, Origin>();

/** Says that the chunk, alone in its memory, holds the file's bytes from `offset` on. */
export function markOrigin(chunk: Uint8Array, raw: KnownPiece['raw'], offset: number): void {
  byMemory.set(chunk.buffer, { raw, offset: offset - chunk.byteOffset });
}

/** Undefined for bytes that were decompressed or made otherwise. */
export function originOf(chunk: Uint8Array): Origin | undefined {
  const origin = byMemory.get(chunk.buffer);
  return origin && { raw: origin.raw, offset: origin.offset + chunk.byteOffset };
}
