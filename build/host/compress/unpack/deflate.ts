import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import type { KnownPiece } from '../known-pieces.ts';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { runDecoder } from './node-decoder.ts';
import { corrupt, readRange, type Stretch } from './stretch.ts';

/** RFC 1951, section 2: how far back anything refers. */
const WINDOW = 32768;

/** The bytes of one deflate stream. @throws PackwrightError on anything that is not such a stream to the last byte. */
export async function* unpackDeflate(stretch: Stretch, known: Knowledge): AsyncGenerator<Uint8Array> {
  let at = 0;
  let window: Buffer = Buffer.alloc(0);
  for (;;) {
    // Pieces end with a whole byte, so that what follows begins a block, in whatever stream they stand.
    const piece = await findKnownPiece(stretch, at, known);
    if (!piece) break;
    yield* readKnownPiece(piece);
    at += piece.packed.length;
    window = Buffer.concat([window, await readEnd(piece)]).subarray(-WINDOW);
  }
  const dictionary = window.length > 0 ? { dictionary: window } : {};
  const inflate = createInflateRaw({ chunkSize: 256 * 1024, ...dictionary });
  try {
    yield* runDecoder(inflate, readRange(stretch, at, stretch.length - at));
  } catch (cause) {
    throw corrupt(stretch, 'deflate', at, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const end = at + inflate.bytesWritten;
  if (end !== stretch.length) throw corrupt(stretch, 'deflate', end, `it ends ${stretch.length - end} bytes early`);
}

/** What may be referred to behind the piece. */
async function readEnd({ raw }: KnownPiece): Promise<Buffer> {
  const length = Math.min(WINDOW, raw.length);
  const handle = await open(raw.file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, raw.offset + raw.length - length);
    return buffer;
  } finally {
    await handle.close();
  }
}
