/** The central directory of a zip archive (PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3). */
import type { ByteRange } from './byte-range.ts';
import { damaged } from './volume-error.ts';

const [END, END64, LOCATOR64, CENTRAL, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const LARGEST_COMMENT = 0xffff;
const [MANY, FAR] = [0xffff, 0xffffffff];
/** Smallest record of the directory: the fixed part and a name of one character. */
const SMALLEST_RECORD = 47;
/** Most bytes of a directory: some ten million blocks. */
const LARGEST_DIRECTORY = 1 << 30;

export interface ZipEntry {
  /** `/` between its parts, whatever the archive has. */
  name: string;
  /** 0 stored, 8 deflate, 93 zstd. */
  method: number;
  crc: number;
  /** Bytes in the archive, and of the content. */
  packed: number;
  size: number;
  /** Of the local header, from the archive's first byte. */
  at: number;
}

/** All entries by name, in the directory's order. Of two of the same name the later counts, as for Duplicati. @throws VolumeError */
export function readZipDirectory(range: ByteRange): Map<string, ZipEntry> {
  const { at, size, count } = findDirectory(range);
  if (size > LARGEST_DIRECTORY || size > range.size) throw damaged('its directory is too large');
  if (count > size / SMALLEST_RECORD) throw damaged('it announces more entries than its directory holds');
  const bytes = range.read(at, size);
  const entries = new Map<string, ZipEntry>();
  let from = 0;
  for (let n = 0; n < count; n++) {
    const { entry, length } = readRecord(bytes, from);
    if (entry.at + 30 + entry.packed > at) throw damaged(`entry ${entry.name} lies outside the archive`);
    entries.delete(entry.name);
    entries.set(entry.name, entry);
    from += length;
  }
  if (from !== size) throw damaged('its directory is longer than its entries');
  return entries;
}

/** An entry's bytes as they stand in the archive, in one piece with their header where that is as long as the directory lets expect. @throws VolumeError */
export function readPacked(range: ByteRange, entry: ZipEntry): Buffer {
  const expected = 30 + Buffer.byteLength(entry.name);
  const bytes = range.read(entry.at, expected + entry.packed);
  const start = startOf(bytes, entry);
  if (start <= expected) return bytes.subarray(start, start + entry.packed);
  return range.read(entry.at + start, entry.packed);
}

/** Where an entry's bytes begin: the local header has a name and extra fields of its own. @throws VolumeError */
export function dataStart(range: ByteRange, entry: ZipEntry): number {
  return entry.at + startOf(range.read(entry.at, 30), entry);
}

function startOf(head: Buffer, { name }: ZipEntry): number {
  if (head.readUInt32LE(0) !== LOCAL) throw damaged(`entry ${name} has no header`);
  return 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
}

function findDirectory(range: ByteRange): { at: number; size: number; count: number } {
  const length = Math.min(range.size, 22 + LARGEST_COMMENT);
  const tail = range.read(range.size - length, length);
  for (let at = length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END || at + 22 + tail.readUInt16LE(at + 20) !== length) continue;
    const found = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      at: tail.readUInt32LE(at + 16),
    };
    const isFull = found.count === MANY || found.size === FAR || found.at === FAR;
    return (isFull && findDirectory64(range, range.size - length + at)) || found;
  }
  throw damaged('it is no zip archive, or its end is missing');
}

/** Undefined where there is no locator: then the small numbers are what they say. */
function findDirectory64(range: ByteRange, end: number): { at: number; size: number; count: number } | undefined {
  if (end < 20) return undefined;
  const locator = range.read(end - 20, 20);
  if (locator.readUInt32LE(0) !== LOCATOR64) return undefined;
  const record = range.read(toNumber(locator.readBigUInt64LE(8)), 56);
  if (record.readUInt32LE(0) !== END64) throw damaged('the zip64 record at its end is missing');
  return {
    count: toNumber(record.readBigUInt64LE(32)),
    size: toNumber(record.readBigUInt64LE(40)),
    at: toNumber(record.readBigUInt64LE(48)),
  };
}

function readRecord(bytes: Buffer, at: number): { entry: ZipEntry; length: number } {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw damaged('its directory is broken');
  const [nameLength, extraLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)];
  const length = 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  if (at + length > bytes.length || nameLength === 0) throw damaged('its directory is broken');
  const name = bytes.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/');
  if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw damaged(`entry ${name} is encrypted by zip`);
  const entry: ZipEntry = {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
  };
  widen(entry, bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
  return { entry, length };
}

/** The zip64 extra field has, in this order, those of the numbers that are full in the record (4.5.3). */
function widen(entry: ZipEntry, extra: Buffer): void {
  const full = (['size', 'packed', 'at'] as const).filter((number) => entry[number] === FAR);
  if (full.length === 0) return;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    if (field.length < full.length * 8) throw damaged(`entry ${entry.name} has a broken zip64 field`);
    for (const [index, number] of full.entries()) entry[number] = toNumber(field.readBigUInt64LE(index * 8));
    return;
  }
}

function toNumber(big: bigint): number {
  if (big > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('a number in it is impossibly large');
  return Number(big);
}
