import { PackwrightError } from '../../../build/model/errors.ts';
import { dosTime } from '../dos-time.ts';

/** A file to be: its bytes as they are to be stored, and what they are before compression. */
export interface ZipFile {
  /** Relative, with `/` between its parts. */
  name: string;
  method: 'deflate' | 'none';
  /** Of the bytes before compression, eight hex digits. */
  crc32: string;
  /** Bytes before compression. */
  rawSize: number;
  data: { size: number; open(): AsyncIterable<Uint8Array> };
}

// Numbers of sections are those of APPNOTE.TXT 6.3.10.
const LOCAL_HEADER = 0x04034b50; // 4.3.7
const DIRECTORY_HEADER = 0x02014b50; // 4.3.12
const ZIP64_END = 0x06064b50; // 4.3.14
const ZIP64_LOCATOR = 0x07064b50; // 4.3.15
const END = 0x06054b50; // 4.3.16
/** 4.4.5. */
const METHODS = { none: 0, deflate: 8 } as const;
/**
 * 4.4.3: version 2.0 for deflate, 4.5 for ZIP64; 4.4.2: made by version 6.3 on UNIX, since unzip takes the names of other systems for those
 * of a DOS code page, whatever their flag says.
 */
const [PLAIN, ZIP64, MADE_BY] = [20, 45, (3 << 8) | 63];
/** 4.4.15: a file with mode 0644 and, for MS-DOS, the archive bit. */
const ATTRIBUTES = ((0o100644 << 16) | 0x20) >>> 0;
/** 4.4.4, bit 11: the name is UTF-8. */
const NAME_IS_UTF8 = 0x0800;
/** What says "look into the ZIP64 field" in 32 and 16 bits. */
const [BIG, MANY] = [0xffffffff, 0xffff];

interface Placed {
  file: ZipFile;
  name: Buffer;
  offset: number;
}

/**
 * An archive's bytes, the files in the order given; their data are read while it is. Sizes and checksums stand before the data.
 * @param epoch seconds since 1970, for the date of every file; in UTC, since a zip knows no time zone.
 * @throws PackwrightError for what the format cannot hold.
 */
export function zipArchive(
  files: readonly ZipFile[],
  { epoch, where = 'zip' }: { epoch: number; where?: string },
): { size: number; open(): AsyncIterable<Uint8Array> } {
  const [date, time] = dosTime(epoch);
  const stamp = (time | (date << 16)) >>> 0;
  const placed: Placed[] = [];
  const locals: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const one = { file, name: encodeName(file.name, where), offset: at };
    const header = localHeader(one, stamp);
    placed.push(one);
    locals.push(header);
    at += header.length + file.data.size;
  }
  const directory = placed.map((one) => directoryHeader(one, stamp));
  const directorySize = directory.reduce((sum, { length }) => sum + length, 0);
  const end = endOfArchive(files.length, at, directorySize);
  return {
    size: at + directorySize + end.length,
    async *open() {
      for (const [index, { data }] of files.entries()) {
        yield locals[index]!;
        yield* data.open();
      }
      yield Buffer.concat([...directory, end]);
    },
  };
}

function encodeName(name: string, where: string): Buffer {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length > 0 && bytes.length <= 0xffff && !name.startsWith('/') && !name.includes('\\')) return bytes;
  throw new PackwrightError(where, `"${name}" is no name for a file in it`, 'use a relative path of 1 to 65535 bytes');
}

/** 4.3.7; in ZIP64 both sizes are there, though one of them would fit (4.5.3). */
function localHeader({ file, name }: Placed, stamp: number): Buffer {
  const isBig = file.rawSize >= BIG || file.data.size >= BIG;
  const extra = isBig ? zip64Field([file.rawSize, file.data.size]) : Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  writeDescription(header, 4, file, isBig ? [BIG, BIG] : [file.data.size, file.rawSize], stamp);
  header.writeUInt16LE(isBig ? ZIP64 : PLAIN, 4);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

/** 4.3.12; in ZIP64 only what does not fit is in the field. */
function directoryHeader({ file, name, offset }: Placed, stamp: number): Buffer {
  const numbers = [file.rawSize, file.data.size, offset];
  const large = numbers.filter((number) => number >= BIG);
  const [rawSize = 0, size = 0, place = 0] = numbers.map((number) => Math.min(number, BIG));
  const extra = large.length > 0 ? zip64Field(large) : Buffer.alloc(0);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(DIRECTORY_HEADER, 0);
  header.writeUInt16LE(MADE_BY, 4);
  writeDescription(header, 6, file, [size, rawSize], stamp);
  header.writeUInt16LE(large.length > 0 ? ZIP64 : PLAIN, 6);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(ATTRIBUTES, 38);
  header.writeUInt32LE(place, 42);
  return Buffer.concat([header, name, extra]);
}

/** What both headers have from "version needed" on, which is left out: flags, method, time, checksum, sizes. */
function writeDescription(
  header: Buffer,
  at: number,
  { name, method, crc32 }: ZipFile,
  [size = 0, rawSize = 0]: readonly number[],
  stamp: number,
): void {
  header.writeUInt16LE(isAscii(name) ? 0 : NAME_IS_UTF8, at + 2);
  header.writeUInt16LE(METHODS[method], at + 4);
  header.writeUInt32LE(stamp, at + 6);
  header.writeUInt32LE(Number.parseInt(crc32, 16), at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(rawSize, at + 18);
}

function isAscii(name: string): boolean {
  return Buffer.byteLength(name) === name.length;
}

/** 4.5.3. */
function zip64Field(numbers: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * numbers.length, 2);
  numbers.forEach((number, index) => {
    field.writeBigUInt64LE(BigInt(number), 4 + 8 * index);
  });
  return field;
}

/** 4.3.14 to 4.3.16: the end of the directory, in ZIP64 where a number does not fit into the old one. */
function endOfArchive(count: number, directoryAt: number, directorySize: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(count, MANY), 8);
  end.writeUInt16LE(Math.min(count, MANY), 10);
  end.writeUInt32LE(Math.min(directorySize, BIG), 12);
  end.writeUInt32LE(Math.min(directoryAt, BIG), 16);
  if (count < MANY && directorySize < BIG && directoryAt < BIG) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(ZIP64_END, 0);
  record.writeBigUInt64LE(BigInt(record.length - 12), 4);
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(ZIP64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(directorySize), 40);
  record.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(ZIP64_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(directoryAt + directorySize), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}
