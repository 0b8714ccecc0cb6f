import { createZstdDecompress } from 'node:zlib';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { runDecoder } from './node-decoder.ts';
import { corrupt, peek, readRange, type Stretch } from './stretch.ts';

// RFC 8878, section 3.1: frames one after another. Node's decoder stops silently after the first, so the ends are found here.

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** Block_Maximum_Size (section 3.1.1.2.4). */
const LARGEST_BLOCK = 128 * 1024;
const WINDOW = 64 * 1024;

/** The bytes of all frames. @throws PackwrightError on anything that is not frames to the last byte. */
export async function* unpackZstd(stretch: Stretch, known: Knowledge): AsyncGenerator<Uint8Array> {
  let at = 0;
  do {
    const piece = await findKnownPiece(stretch, at, known);
    if (piece) {
      yield* readKnownPiece(piece);
      at += piece.packed.length;
      continue;
    }
    const magic = await peek(stretch, at, 8);
    if (magic.length === 8 && (magic.readUInt32LE(0) & 0xfffffff0) === SKIPPABLE) {
      at += 8 + magic.readUInt32LE(4);
      if (at > stretch.length) throw corrupt(stretch, 'zstd', stretch.length, 'it ends inside a skippable frame');
      continue;
    }
    const end = await findFrameEnd(stretch, at);
    yield* unpackFrame(stretch, at, end - at);
    at = end;
  } while (at < stretch.length);
}

async function* unpackFrame(stretch: Stretch, from: number, length: number): AsyncGenerator<Uint8Array> {
  const decoder = createZstdDecompress({ chunkSize: 256 * 1024 });
  try {
    yield* runDecoder(decoder, readRange(stretch, from, length));
  } catch (cause) {
    throw corrupt(stretch, 'zstd', from, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (decoder.bytesWritten !== length) throw corrupt(stretch, 'zstd', from, 'the frame ends before its last block');
}

/** Follows the block headers of a frame (section 3.1.1) to the byte behind it. */
async function findFrameEnd(stretch: Stretch, from: number): Promise<number> {
  let windowAt = 0;
  let window: Buffer = Buffer.alloc(0);
  async function bytesAt(at: number, length: number): Promise<Buffer> {
    if (at < windowAt || at + length > windowAt + window.length) {
      windowAt = at;
      window = await peek(stretch, at, Math.max(length, WINDOW));
    }
    if (at + length > windowAt + window.length)
      throw corrupt(stretch, 'zstd', stretch.length, 'it ends inside a frame');
    return window.subarray(at - windowAt, at - windowAt + length);
  }

  const start = await bytesAt(from, 5);
  if (start.readUInt32LE(0) !== MAGIC) throw corrupt(stretch, 'zstd', from, 'no frame begins here');
  const descriptor = start[4]!;
  const singleSegment = (descriptor >> 5) & 1;
  const contentSizeBytes = [singleSegment, 2, 4, 8][descriptor >> 6]!;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  let at = from + 5 + (singleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (;;) {
    const header = (await bytesAt(at, 3)).readUIntLE(0, 3);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > LARGEST_BLOCK) throw corrupt(stretch, 'zstd', at, 'no block begins here');
    // An RLE block stands for `size` bytes with one.
    at += 3 + (type === 1 ? 1 : size);
    if (header & 1) break;
  }
  if (descriptor & 4) at += 4;
  if (at > stretch.length) throw corrupt(stretch, 'zstd', stretch.length, 'it ends inside a frame');
  return at;
}
