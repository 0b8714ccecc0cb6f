import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../../build/model/format.ts';
import { type Row, readDirectory, refuse } from './read-directory.ts';

/** A file of a zip, in the zip's order. */
export interface ZipMember {
  name: string;
  /** Bytes. */
  size: number;
  /** What the CRC-32 of `data` has to be, eight hex digits: whoever reads them takes it. */
  crc32: string;
  /** As many bytes as `size` says, or a PackwrightError. */
  data: AsyncIterable<Uint8Array>;
}

const HEADER = 30;

/**
 * The files of a zip, each header compared with the directory. They have to lie one behind another from the first byte to the directory,
 * so that none overlaps another and nothing is hidden between them.
 * @throws PackwrightError on damage of any kind, names that lead elsewhere or come twice, encryption, and what no package has.
 */
export async function* readZip(source: ByteSource, unpacker: Unpacker): AsyncGenerator<ZipMember, void, undefined> {
  const { rows, offset: end } = await readDirectory(source);
  let at = 0;
  for (const row of rows) {
    if (row.offset !== at) throw refuse(source, `${row.name} begins at byte ${row.offset}, not at ${at}`);
    const begin = at + (await readHeader(source, row, end));
    at = begin + row.packedSize;
    if (at > end) throw refuse(source, `${row.name} reaches into the directory`);
    const bytes = unpacker.unpack(source, begin, row.packedSize, row.method);
    yield { name: row.name, size: row.size, crc32: row.crc32, data: countBytes(bytes, row.size, source, row.name) };
  }
  if (at !== end) throw refuse(source, `${end - at} bytes before its directory belong to no file`);
}

/** The length of the header before the data (4.3.7), which says the same as the directory. */
async function readHeader(source: ByteSource, row: Row, end: number): Promise<number> {
  const isBig = row.size >= 0xffffffff || row.packedSize >= 0xffffffff;
  const length = HEADER + row.nameBytes.length + (isBig ? 20 : 0);
  if (row.offset + length > end) throw refuse(source, `the header of ${row.name} reaches into the directory`);
  const read = await source.read(row.offset, length);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  const extra = bytes.subarray(HEADER + row.nameBytes.length);
  const sizes = isBig
    ? [extra.readBigUInt64LE(4), extra.readBigUInt64LE(12)]
    : [BigInt(bytes.readUInt32LE(22)), BigInt(bytes.readUInt32LE(18))];
  const isSame =
    bytes.readUInt32LE(0) === 0x04034b50 &&
    bytes.subarray(6, 18).equals(row.description) &&
    bytes.readUInt16LE(26) === row.nameBytes.length &&
    bytes.readUInt16LE(28) === extra.length &&
    bytes.subarray(HEADER, HEADER + row.nameBytes.length).equals(row.nameBytes) &&
    (!isBig || extra.readUInt32LE(0) === 0x00100001) &&
    sizes[0] === BigInt(row.size) &&
    sizes[1] === BigInt(row.packedSize);
  if (!isSame) throw refuse(source, `the header of ${row.name} says something else than the directory`);
  return length;
}

/** The chunks themselves, so that whoever knows whose bytes they are still does. */
async function* countBytes(
  data: AsyncIterable<Uint8Array>,
  size: number,
  source: ByteSource,
  name: string,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of data) {
    count += chunk.byteLength;
    if (count > size) break;
    yield chunk;
  }
  if (count === size) return;
  const more = count > size ? 'more' : `${count}`;
  throw new PackwrightError(source.name, `${name} is said to be ${size} bytes, and is ${more}`, 'get the file again');
}
