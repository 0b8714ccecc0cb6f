import { constants, deflateRawSync } from 'node:zlib';

/** A last block without anything in it (RFC 1951, 3.2.6): what a stream of pieces ends with. */
export const DEFLATE_END = Uint8Array.of(3, 0);

/**
 * Blocks of a deflate stream (RFC 1951) that refer to nothing before them, none of them the last, up to a whole byte: so that pieces one
 * after another, and `DEFLATE_END`, are one stream.
 */
export function encodeDeflatePiece(raw: Uint8Array, level: number): Buffer {
  return deflateRawSync(raw, { level, memLevel: 9, chunkSize: 1 << 20, finishFlush: constants.Z_SYNC_FLUSH });
}
