/** The end of a zip and its directory (APPNOTE.TXT 6.3.10, 4.3.12 to 4.3.16), read from the last byte backwards. */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource } from '../../../build/model/format.ts';
import { openNames } from './read-names.ts';

/** A file as the directory has it. */
export interface Row {
  name: string;
  /** As it is stored, to be compared with the header before the data. */
  nameBytes: Buffer;
  method: 'deflate' | 'none';
  /** From "flags" to "CRC-32", which the header before the data repeats. */
  description: Buffer;
  /** Eight hex digits. */
  crc32: string;
  /** Bytes as they are stored, and before compression. */
  packedSize: number;
  size: number;
  /** Where its header begins. */
  offset: number;
}

export interface Directory {
  rows: readonly Row[];
  /** Where the files end and the directory begins. */
  offset: number;
}

const [END_SIZE, LOCATOR_SIZE, ZIP64_END_SIZE, ROW_SIZE] = [22, 20, 56, 46];
const [UINT32_ELSEWHERE, UINT16_ELSEWHERE] = [0xffffffff, 0xffff];
/** Larger directories are read by nobody here: of a hundred thousand files it has ten. */
const LARGEST_DIRECTORY = 64 << 20;
/** Deflate's best: 258 bytes for two bits. */
const DEFLATE_MOST = 1032;
/** 4.4.4: a name in UTF-8, and two bits in which a compressor says how hard it tried. */
const KNOWN_FLAGS = 0x0806;
const IS_UTF8 = 0x0800;
/** 4.4.2, 4.4.15: a file that everybody may read and its owner write, with the archive bit. */
const [MADE_ON_UNIX, PLAIN_FILE] = [3, 0x81a40020];

/** @throws PackwrightError on what is damaged, cut short or followed by anything, on a comment, and on what no package of ours has. */
export async function readDirectory(source: ByteSource): Promise<Directory> {
  const { offset, size, count } = await findDirectory(source);
  if (size > LARGEST_DIRECTORY) throw refuse(source, `its directory of ${size} bytes is too large`);
  if (count * ROW_SIZE > size) throw refuse(source, `its directory of ${size} bytes cannot hold ${count} files`);
  const bytes = bufferOf(await source.read(offset, size));
  const names = openNames();
  const rows: Row[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const { row, length } = readRow(source, bytes.subarray(at));
    const fault = names.findFault(row.name);
    if (fault) throw refuse(source, `the name ${JSON.stringify(row.name)} ${fault}`);
    rows.push(row);
    at += length;
  }
  if (at !== size) throw refuse(source, `${size - at} bytes of its directory belong to no file`);
  return { rows, offset };
}

/** Where the directory is. Its end, and what ZIP64 adds, has to be the last of the file, and right behind it. */
async function findDirectory(source: ByteSource): Promise<{ offset: number; size: number; count: number }> {
  if (source.size < END_SIZE) throw refuse(source, 'it is too short for a zip');
  const endAt = source.size - END_SIZE;
  const end = bufferOf(await source.read(endAt, END_SIZE));
  if (end.readUInt32LE(0) !== 0x06054b50 || end.readUInt16LE(20) !== 0) {
    throw refuse(source, 'it does not end as a zip does, or has a comment');
  }
  const old = {
    disks: [end.readUInt16LE(4), end.readUInt16LE(6)],
    counts: [end.readUInt16LE(8), end.readUInt16LE(10)],
    size: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
  };
  const isZip64 =
    old.counts[1] === UINT16_ELSEWHERE || old.size === UINT32_ELSEWHERE || old.offset === UINT32_ELSEWHERE;
  const [found, behind] = isZip64 ? await readZip64End(source, endAt) : [old, endAt];
  const [here, all] = found.counts;
  if (found.disks.some((disk) => disk !== 0) || here !== all) throw refuse(source, 'it is a part of several');
  if (found.offset + found.size !== behind) throw refuse(source, 'its directory is not where its end says');
  return { offset: found.offset, size: found.size, count: all ?? 0 };
}

async function readZip64End(source: ByteSource, endAt: number) {
  const at = endAt - LOCATOR_SIZE - ZIP64_END_SIZE;
  if (at < 0) throw refuse(source, 'it is too short for ZIP64');
  const bytes = bufferOf(await source.read(at, ZIP64_END_SIZE + LOCATOR_SIZE));
  const locator = bytes.subarray(ZIP64_END_SIZE);
  const isSound =
    bytes.readUInt32LE(0) === 0x06064b50 &&
    bytes.readBigUInt64LE(4) === BigInt(ZIP64_END_SIZE - 12) &&
    locator.readUInt32LE(0) === 0x07064b50 &&
    locator.readUInt32LE(4) === 0 &&
    locator.readBigUInt64LE(8) === BigInt(at) &&
    locator.readUInt32LE(16) === 1;
  if (!isSound) throw refuse(source, 'its end in ZIP64 is damaged or of a kind that is not known');
  const number = (offset: number) => numberOf(source, bytes.readBigUInt64LE(offset));
  const end = {
    disks: [bytes.readUInt32LE(16), bytes.readUInt32LE(20)],
    counts: [number(24), number(32)],
    size: number(40),
    offset: number(48),
  };
  return [end, at] as const;
}

function readRow(source: ByteSource, bytes: Buffer): { row: Row; length: number } {
  if (bytes.length < ROW_SIZE || bytes.readUInt32LE(0) !== 0x02014b50) throw refuse(source, 'its directory is damaged');
  const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) => bytes.readUInt16LE(offset)) as [
    number,
    number,
    number,
  ]; // three offsets, three numbers
  const length = ROW_SIZE + nameSize + extraSize;
  if (length > bytes.length || commentSize !== 0) throw refuse(source, 'its directory is damaged, or has comments');
  const nameBytes = bytes.subarray(ROW_SIZE, ROW_SIZE + nameSize);
  const flags = bytes.readUInt16LE(8);
  const name = decodeName(source, nameBytes, (flags & IS_UTF8) !== 0);
  const fault = (what: string) => refuse(source, `${name} ${what}`);
  if ((flags & ~KNOWN_FLAGS) !== 0)
    throw fault('is encrypted, has its sizes behind it, or is of a kind not known here');
  const methods: Readonly<Record<number, Row['method']>> = { 0: 'none', 8: 'deflate' };
  const method = methods[bytes.readUInt16LE(10)];
  if (!method) throw fault('is compressed by a method that is not known here');
  if (bytes[5] !== MADE_ON_UNIX || bytes.readUInt16LE(34) !== 0 || bytes.readUInt32LE(38) !== PLAIN_FILE) {
    throw fault('has attributes that no file in a package has');
  }
  const [packedSize = 0, size = 0, offset = 0] = readSizes(source, bytes, bytes.subarray(length - extraSize, length));
  if (method === 'none' ? packedSize !== size : size > packedSize * DEFLATE_MOST) {
    throw fault(`is said to be ${size} bytes, which ${packedSize} cannot hold`);
  }
  const crc32 = bytes.readUInt32LE(16).toString(16).padStart(8, '0');
  const description = bytes.subarray(8, 20);
  return { row: { name, nameBytes, method, description, crc32, packedSize, size, offset }, length };
}

/** Packed size, size and offset; those that are in a ZIP64 field stand there in the order size, packed size, offset (4.5.3). */
function readSizes(source: ByteSource, bytes: Buffer, extra: Buffer): number[] {
  const old = [24, 20, 42].map((offset) => bytes.readUInt32LE(offset));
  const large = old.filter((number) => number === UINT32_ELSEWHERE).length;
  const wanted = large === 0 ? 0 : 4 + 8 * large;
  if (extra.length !== wanted || (large > 0 && (extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== 8 * large))) {
    throw refuse(source, 'its directory has extra fields that are not known here');
  }
  let at = 4;
  const numbers = old.map((number) => {
    if (number !== UINT32_ELSEWHERE) return number;
    at += 8;
    return numberOf(source, extra.readBigUInt64LE(at - 8));
  });
  return [numbers[1]!, numbers[0]!, numbers[2]!];
}

function decodeName(source: ByteSource, bytes: Buffer, isUtf8: boolean): string {
  const text = bytes.toString('utf8');
  const isAscii = text.length === bytes.length;
  if (Buffer.from(text, 'utf8').equals(bytes) && (isUtf8 || isAscii)) return text;
  throw refuse(source, `the name ${JSON.stringify(text)} is not UTF-8`);
}

function numberOf(source: ByteSource, big: bigint): number {
  if (big <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(big);
  throw refuse(source, `${big} is no place or size in it`);
}

/** What is wrong, of a file that came from somewhere. */
export function refuse(source: ByteSource, what: string): PackwrightError {
  return new PackwrightError(source.name, what, 'get the file again, or build it again');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
