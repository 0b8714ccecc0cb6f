import type { KnownPiece } from '../known-pieces.ts';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { decodeXzStream } from './liblzma-decoder.ts';
import { readRange, type Stretch } from './stretch.ts';
import { buildXzStream, readXzIndex, type XzBlock } from './xz-index.ts';

/**
 * The bytes of one xz stream. Runs of blocks that are not known are decoded as a stream of their own; with nothing known that is the
 * very stream, its index included.
 * @throws PackwrightError on anything that is not one sound stream to the last byte.
 */
export async function* unpackXz(stretch: Stretch, known: Knowledge): AsyncGenerator<Uint8Array> {
  const { flags, blocks } = await readXzIndex(stretch);
  const pieces: (KnownPiece | undefined)[] = [];
  for (const block of blocks) {
    const piece = await findKnownPiece(stretch, block.offset, known);
    const whole = piece?.packed.length === block.size && piece.raw.length === block.rawSize;
    pieces.push(whole ? piece : undefined);
  }
  if (!pieces.some((piece) => piece)) {
    yield* decodeXzStream(stretch, readRange(stretch, 0, stretch.length));
    return;
  }
  let unknown: XzBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    const piece = pieces[index];
    if (!piece) {
      unknown.push(block);
      continue;
    }
    if (unknown.length > 0) yield* decodeXzStream(stretch, buildXzStream(stretch, flags, unknown));
    unknown = [];
    yield* readKnownPiece(piece);
  }
  if (unknown.length > 0) yield* decodeXzStream(stretch, buildXzStream(stretch, flags, unknown));
}
