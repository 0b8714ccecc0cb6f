import { crc32 } from 'node:zlib';
import { corrupt, peek, readRange, type Stretch } from './stretch.ts';

// The .xz file format, version 1.2.1: https://tukaani.org/xz/xz-file-format.txt
// Read and, for a part of a stream, written here without anything from the compressor's side.

/** A block as the index tells it; `offset` is relative to the stream's start. */
export interface XzBlock {
  offset: number;
  /** Bytes with Block Padding. */
  size: number;
  unpaddedSize: number;
  rawSize: number;
}

const MAGIC = Buffer.from('fd377a585a00', 'hex');
/** Stream Header and Stream Footer. */
const EDGE = 12;
/** An index of a million blocks. */
const LARGEST_INDEX = 16 * 2 ** 20;

/**
 * Reads and checks header, footer and index of a stream that fills the stretch.
 * @throws PackwrightError when one is damaged, or when the blocks do not fill the space between them.
 */
export async function readXzIndex(stretch: Stretch): Promise<{ flags: Buffer; blocks: XzBlock[] }> {
  const fail = (at: number, what: string) => corrupt(stretch, 'xz', Math.max(0, at), what);
  const header = await peek(stretch, 0, EDGE);
  if (header.length < EDGE || !header.subarray(0, 6).equals(MAGIC)) throw fail(0, 'no stream begins here');
  const flags = header.subarray(6, 8);
  if (header.readUInt32LE(8) !== crc32(flags)) throw fail(8, 'the CRC32 of the stream header differs');
  const footerAt = stretch.length - EDGE;
  const footer = await peek(stretch, Math.max(EDGE, footerAt), EDGE);
  if (footer.length < EDGE || footer.toString('latin1', 10) !== 'YZ') {
    throw fail(footerAt, 'no stream ends here: it is truncated, or something follows it');
  }
  if (footer.readUInt32LE(0) !== crc32(footer.subarray(4, 10))) throw fail(footerAt, 'the CRC32 of the footer differs');
  if (!footer.subarray(8, 10).equals(flags)) throw fail(footerAt, 'header and footer differ');
  const indexSize = (footer.readUInt32LE(4) + 1) * 4;
  const indexAt = footerAt - indexSize;
  if (indexAt < EDGE || indexSize > LARGEST_INDEX) throw fail(footerAt, 'the index cannot be that large');
  const index = await peek(stretch, indexAt, indexSize);
  if (index.readUInt32LE(indexSize - 4) !== crc32(index.subarray(0, -4)))
    throw fail(indexAt, 'the CRC32 of the index differs');
  const blocks = parseRecords(index);
  if (!blocks) throw fail(indexAt, 'the index makes no sense');
  const last = blocks.at(-1);
  if ((last ? last.offset + last.size : EDGE) !== indexAt) throw fail(indexAt, 'the index does not fit the blocks');
  return { flags, blocks };
}

/** Section 4: Index Indicator, Number of Records, records, padding, CRC32. Undefined when it is not that. */
function parseRecords(index: Buffer): XzBlock[] | undefined {
  if (index[0] !== 0) return undefined;
  const end = index.length - 4;
  let at = 1;
  /** -1 for a number that is too long or cut off. */
  function number(): number {
    let value = 0;
    for (let scale = 1; at < end && scale < 2 ** 50; scale *= 128) {
      const byte = index[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return -1;
  }
  const count = number();
  if (count < 0 || count > index.length / 2) return undefined;
  const blocks: XzBlock[] = [];
  let offset = EDGE;
  for (let i = 0; i < count; i++) {
    const unpaddedSize = number();
    const rawSize = number();
    if (unpaddedSize < 5 || rawSize < 0) return undefined;
    const size = Math.ceil(unpaddedSize / 4) * 4;
    blocks.push({ offset, size, unpaddedSize, rawSize });
    offset += size;
  }
  if (end - at > 3 || index.subarray(at, end).some((byte) => byte !== 0)) return undefined;
  return blocks;
}

/** A stream of just these blocks, which stand one after another in the stretch. */
export async function* buildXzStream(
  stretch: Stretch,
  flags: Uint8Array,
  blocks: readonly XzBlock[],
): AsyncGenerator<Uint8Array> {
  yield Buffer.concat([MAGIC, flags, littleEndian(crc32(flags))]);
  const first = blocks[0]!;
  yield* readRange(
    stretch,
    first.offset,
    blocks.reduce((sum, block) => sum + block.size, 0),
  );
  const body: number[] = [0];
  writeNumber(body, blocks.length);
  for (const block of blocks) {
    writeNumber(body, block.unpaddedSize);
    writeNumber(body, block.rawSize);
  }
  while (body.length % 4) body.push(0);
  const records = Buffer.from(body);
  const backward = Buffer.concat([littleEndian(records.length / 4), flags]);
  yield Buffer.concat([
    records,
    littleEndian(crc32(records)),
    littleEndian(crc32(backward)),
    backward,
    Buffer.from('YZ'),
  ]);
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function writeNumber(into: number[], value: number): void {
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) into.push(Number(rest & 127n) | 128);
  into.push(Number(rest));
}
