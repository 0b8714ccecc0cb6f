import { inflateRawSync } from 'node:zlib';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { corrupt, peek, type Stretch } from './stretch.ts';

// [MS-CAB] 2.4: records of checksum, packed size, raw size and data. [MS-MCI] 2: "CK" and one deflate stream of at most 32 KiB, with the
// bytes before it as its history.

const HEADER = 8;
const WINDOW = 32768;
/** [MS-MCI] 2: a block is never larger than this. */
const LONGEST = 32780;

/** The bytes of a cabinet folder's records. @throws PackwrightError on anything that is not such records to the last byte. */
export async function* unpackMszip(stretch: Stretch, known: Knowledge): AsyncGenerator<Uint8Array> {
  let window: Buffer = Buffer.alloc(0);
  for (let at = 0; at < stretch.length; ) {
    const piece = await findKnownPiece(stretch, at, known);
    if (piece) {
      // What was compressed as one piece refers to nothing before it, and nothing behind it refers to it.
      yield* readKnownPiece(piece);
      at += piece.packed.length;
      window = Buffer.alloc(0);
      continue;
    }
    const { block, length } = await readBlock(stretch, at, window);
    at += length;
    window = keepWindow(window, block);
    yield block;
  }
}

async function readBlock(stretch: Stretch, at: number, window: Buffer) {
  const refuse = (what: string, cause?: unknown) => corrupt(stretch, 'MSZIP', at, what, cause);
  const record = await peek(stretch, at, HEADER + LONGEST);
  if (record.length < HEADER) throw refuse('it ends inside a record');
  const packed = record.readUInt16LE(4);
  const size = record.readUInt16LE(6);
  if (packed < 2 || packed > LONGEST || size > WINDOW) throw refuse(`a block of ${packed} bytes for ${size}`);
  if (record.length < HEADER + packed) throw refuse('it ends inside a block');
  const data = record.subarray(HEADER, HEADER + packed);
  const checksum = record.readUInt32LE(0);
  if (checksum !== 0 && checksum !== checksumOf(data, record.readUInt32LE(4))) throw refuse('the checksum differs');
  if (data.toString('latin1', 0, 2) !== 'CK') throw refuse('no block begins here');
  let block: Buffer;
  try {
    const dictionary = window.length > 0 ? { dictionary: window } : {};
    block = inflateRawSync(data.subarray(2), { maxOutputLength: WINDOW, ...dictionary });
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (block.length !== size) throw refuse(`${block.length} bytes came instead of ${size}`);
  return { block, length: HEADER + packed };
}

function keepWindow(window: Buffer, block: Buffer): Buffer {
  if (block.length >= WINDOW) return block;
  return Buffer.concat([window, block]).subarray(-WINDOW);
}

/** [MS-CAB] 3.1. A checksum of zero says that there is none. */
function checksumOf(data: Buffer, seed: number): number {
  let sum = seed;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) sum ^= data.readInt32LE(at);
  const rest = data.length - at;
  if (rest === 3) sum ^= (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
  if (rest === 2) sum ^= (data[at]! << 8) | data[at + 1]!;
  if (rest === 1) sum ^= data[at]!;
  return sum >>> 0;
}
