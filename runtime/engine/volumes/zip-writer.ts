/** A zip archive as one forward stream (PKWARE APPNOTE.TXT 6.3.10): nothing that was written is looked at again. */
import { crc32 } from 'node:zlib';

const [LOCAL, CENTRAL, END, END64, LOCATOR64, DESCRIPTOR] = [
  0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50, 0x08074b50,
];
const [MANY, FAR] = [0xffff, 0xffffffff];
/** Names are UTF-8 (4.4.4, bit 11); sizes follow the content (bit 3). */
const [UTF8_NAME, SIZES_FOLLOW] = [0x800, 8];
/** Made by Unix, version 2.0; a regular file of mode 0644. Zip64 and zstd need versions of their own to be unpacked (4.4.3). */
const MADE_BY = (3 << 8) | 20;
const REGULAR_0644 = (0o100644 << 16) >>> 0;
const [NEEDS, NEEDS_ZIP64, NEEDS_ZSTD] = [20, 45, 63];

/** A content that is compressed already: its sizes are known before its header is written. */
export interface PackedContent {
  method: 0 | 8 | 93;
  crc: number;
  size: number;
  packed: Uint8Array;
}

export interface ZipWriter {
  /** Bytes written so far. */
  readonly written: number;
  /** Bytes that the directory and the end will take, for what was added so far. */
  readonly directorySize: number;
  add(name: string, content: PackedContent): void;
  /** An entry whose sizes are known at its end only: `part` takes compressed bytes, `end` what they were made of. Nothing comes between. */
  begin(
    name: string,
    method: PackedContent['method'],
  ): { part(packed: Uint8Array): void; end(crc: number, size: number): void };
  /** Writes the directory. Nothing follows. */
  end(): void;
}

interface Written {
  name: Buffer;
  flags: number;
  method: number;
  crc: number;
  size: number;
  packed: number;
  at: number;
}

/**
 * @param write takes bytes in order; it keeps none of the buffers beyond the call, or copies.
 * @param time of every entry, in seconds since 1970.
 */
export function createZip(write: (bytes: Uint8Array) => void, time: number): ZipWriter {
  const entries: Written[] = [];
  const dosTime = dosTimeOf(time);
  let [written, namesSize] = [0, 0];
  const put = (bytes: Uint8Array) => {
    written += bytes.byteLength;
    write(bytes);
  };
  const directorySize = () => {
    // The most that an entry takes, and all three records of the end.
    const each = 46 + 28;
    return entries.length * each + namesSize + 22 + 56 + 20;
  };
  const note = (entry: Written) => {
    entries.push(entry);
    namesSize += entry.name.length;
  };
  return {
    get written() {
      return written;
    },
    get directorySize() {
      return directorySize();
    },
    add(text, { method, crc, size, packed }) {
      const name = Buffer.from(text);
      const entry: Written = { name, flags: flagsOf(name), method, crc, size, packed: packed.byteLength, at: written };
      note(entry);
      put(localHeader(entry, dosTime));
      put(packed);
    },
    begin(text, method) {
      const name = Buffer.from(text);
      const entry: Written = {
        name,
        flags: flagsOf(name) | SIZES_FOLLOW,
        method,
        crc: 0,
        size: 0,
        packed: 0,
        at: written,
      };
      put(localHeader(entry, dosTime));
      const start = written;
      return {
        part: put,
        end(crc, size) {
          Object.assign(entry, { crc, size, packed: written - start });
          note(entry);
          put(descriptor(entry));
        },
      };
    },
    end() {
      const at = written;
      for (const entry of entries) put(directoryRecord(entry, dosTime));
      for (const record of endRecords(entries.length, at, written - at, written)) put(record);
    },
  };
}

/** A small content, not compressed. */
export function storedContent(bytes: Uint8Array): PackedContent {
  return { method: 0, crc: crc32(bytes), size: bytes.byteLength, packed: bytes };
}

/** MS-DOS date and time (4.4.6) in UTC, two seconds fine, from 1980 to 2107. */
function dosTimeOf(seconds: number): number {
  const date = new Date(Math.min(Math.max(seconds, 315_532_800), 4_354_819_198) * 1000);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}

/** Names of ASCII characters alone are the same in every code page: the flag is not set for them, as Duplicati's library has it. */
function flagsOf(name: Buffer): number {
  return name.every((byte) => byte < 0x80) ? 0 : UTF8_NAME;
}

function isLarge({ size, packed }: Written): boolean {
  return size >= FAR || packed >= FAR;
}

function versionOf(entry: Written): number {
  if (entry.method === 93) return NEEDS_ZSTD;
  return isLarge(entry) || entry.at >= FAR ? NEEDS_ZIP64 : NEEDS;
}

function localHeader(entry: Written, dosTime: number): Buffer {
  const isZip64 = isLarge(entry);
  const head = Buffer.alloc(30 + entry.name.length + (isZip64 ? 20 : 0));
  head.writeUInt32LE(LOCAL, 0);
  head.writeUInt16LE(versionOf(entry), 4);
  head.writeUInt16LE(entry.flags, 6);
  head.writeUInt16LE(entry.method, 8);
  head.writeUInt32LE(dosTime, 10);
  head.writeUInt32LE(entry.crc, 14);
  head.writeUInt32LE(isZip64 ? FAR : entry.packed, 18);
  head.writeUInt32LE(isZip64 ? FAR : entry.size, 22);
  head.writeUInt16LE(entry.name.length, 26);
  entry.name.copy(head, 30);
  if (isZip64) {
    head.writeUInt16LE(20, 28);
    writeZip64Field(head, 30 + entry.name.length, [entry.size, entry.packed]);
  }
  return head;
}

/** 4.3.9: with eight bytes a size where the entry is too large for four. Its local header promised neither. */
function descriptor(entry: Written): Buffer {
  const isZip64 = isLarge(entry);
  const bytes = Buffer.alloc(isZip64 ? 24 : 16);
  bytes.writeUInt32LE(DESCRIPTOR, 0);
  bytes.writeUInt32LE(entry.crc, 4);
  if (isZip64) {
    bytes.writeBigUInt64LE(BigInt(entry.packed), 8);
    bytes.writeBigUInt64LE(BigInt(entry.size), 16);
  } else {
    bytes.writeUInt32LE(entry.packed, 8);
    bytes.writeUInt32LE(entry.size, 12);
  }
  return bytes;
}

function directoryRecord(entry: Written, dosTime: number): Buffer {
  const wide = [entry.size, entry.packed, entry.at].filter((number) => number >= FAR);
  const extra = wide.length > 0 ? 4 + wide.length * 8 : 0;
  const record = Buffer.alloc(46 + entry.name.length + extra);
  record.writeUInt32LE(CENTRAL, 0);
  record.writeUInt16LE(MADE_BY, 4);
  record.writeUInt16LE(versionOf(entry), 6);
  record.writeUInt16LE(entry.flags, 8);
  record.writeUInt16LE(entry.method, 10);
  record.writeUInt32LE(dosTime, 12);
  record.writeUInt32LE(entry.crc, 16);
  record.writeUInt32LE(Math.min(entry.packed, FAR), 20);
  record.writeUInt32LE(Math.min(entry.size, FAR), 24);
  record.writeUInt16LE(entry.name.length, 28);
  record.writeUInt16LE(extra, 30);
  record.writeUInt32LE(REGULAR_0644, 38);
  record.writeUInt32LE(Math.min(entry.at, FAR), 42);
  entry.name.copy(record, 46);
  if (extra > 0) writeZip64Field(record, 46 + entry.name.length, wide);
  return record;
}

function writeZip64Field(bytes: Buffer, at: number, numbers: readonly number[]): void {
  bytes.writeUInt16LE(1, at);
  bytes.writeUInt16LE(numbers.length * 8, at + 2);
  for (const [index, number] of numbers.entries()) bytes.writeBigUInt64LE(BigInt(number), at + 4 + index * 8);
}

function* endRecords(count: number, at: number, size: number, here: number): Generator<Buffer> {
  if (count >= MANY || at >= FAR || size >= FAR) {
    const record = Buffer.alloc(56);
    record.writeUInt32LE(END64, 0);
    record.writeBigUInt64LE(44n, 4);
    record.writeUInt16LE(MADE_BY, 12);
    record.writeUInt16LE(NEEDS_ZIP64, 14);
    for (const [index, number] of [count, count, size, at].entries()) {
      record.writeBigUInt64LE(BigInt(number), 24 + index * 8);
    }
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(LOCATOR64, 0);
    locator.writeBigUInt64LE(BigInt(here), 8);
    locator.writeUInt32LE(1, 16);
    yield record;
    yield locator;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(count, MANY), 8);
  end.writeUInt16LE(Math.min(count, MANY), 10);
  end.writeUInt32LE(Math.min(size, FAR), 12);
  end.writeUInt32LE(Math.min(at, FAR), 16);
  yield end;
}
