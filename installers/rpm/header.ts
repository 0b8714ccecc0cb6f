// The header structure of a package: rpm's docs/manual/format_header.md. Numbers are big-endian.
//    0  8  magic 8e ad e8 01 00 00 00 00
//    8  4  number of index entries
//   12  4  bytes of data
//   16     index entries of 16 bytes (tag, type, offset, count), then the data
// The first entry is the region: its data, last of all, looks like an index entry whose offset is minus the size of the index.
import { PackwrightError } from '../../build/model/errors.ts';
import type { Fields, Kind, TagTable } from './tags.ts';

const MAGIC = Buffer.from('8eade80100000000', 'hex');
const TYPE_NUMBERS = { int16: 3, int32: 4, int64: 5, string: 6, bin: 7, strings: 8, i18n: 9 } as const;
const WIDTHS = { int16: 2, int32: 4, int64: 8 } as const;
const ENTRY_SIZE = 16;
/** rpm refuses more (HEADER_DATA_MAX). */
const MAX_DATA = 0x0fffffff;

/**
 * The bytes of a header: one region that spans every field, sorted by tag.
 * @throws PackwrightError when a text holds a NUL, a number does not fit its type, or rpm's limits are passed.
 */
export function encodeHeader<T extends TagTable>(region: number, table: T, fields: Fields<T>, where: string): Buffer {
  const rows = Object.entries<string | Uint8Array | readonly (string | number)[] | undefined>(fields)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, tag: table[name]![0], kind: table[name]![1], value }],
    )
    .sort((a, b) => a.tag - b.tag);
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, tag, kind, value } of rows) {
    const { bytes, count } = encodeValue(kind, value, `${where}: ${name}`);
    if (count === 0) throw new Error(`the tag ${name} has no value; leave it out`);
    const gap = kind in WIDTHS ? alignmentGap(offset, bytes.length / count) : 0;
    data.push(Buffer.alloc(gap), bytes);
    index.push(encodeEntry(tag, TYPE_NUMBERS[kind], offset + gap, count));
    offset += gap + bytes.length;
  }
  const indexSize = (rows.length + 1) * ENTRY_SIZE;
  const size = offset + ENTRY_SIZE;
  if (size > MAX_DATA)
    throw new PackwrightError(where, `the rpm header has ${size} bytes, more than rpm reads`, 'ship fewer files');
  const intro = Buffer.alloc(8);
  intro.writeUInt32BE(rows.length + 1, 0);
  intro.writeUInt32BE(size, 4);
  const regionEntry = encodeEntry(region, TYPE_NUMBERS.bin, offset, ENTRY_SIZE);
  const trailer = encodeEntry(region, TYPE_NUMBERS.bin, -indexSize, ENTRY_SIZE);
  return Buffer.concat([MAGIC, intro, regionEntry, ...index, ...data, trailer]);
}

function encodeEntry(tag: number, type: number, offset: number, count: number): Buffer {
  const entry = Buffer.alloc(ENTRY_SIZE);
  entry.writeUInt32BE(tag, 0);
  entry.writeUInt32BE(type, 4);
  entry.writeInt32BE(offset, 8);
  entry.writeUInt32BE(count, 12);
  return entry;
}

function alignmentGap(offset: number, width: number): number {
  return (width - (offset % width)) % width;
}

function encodeValue(kind: Kind, value: string | Uint8Array | readonly (string | number)[], where: string) {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value), count: value.length };
  if (typeof value === 'string') return { bytes: encodeText(value, where), count: 1 };
  const pieces = value.map((item) =>
    typeof item === 'string' ? encodeText(item, where) : encodeNumber(kind, item, where),
  );
  return { bytes: Buffer.concat(pieces), count: value.length };
}

function encodeText(text: string, where: string): Buffer {
  if (text.includes('\0')) throw new PackwrightError(where, `${JSON.stringify(text)} has a NUL`, 'take it out');
  return Buffer.from(`${text}\0`);
}

function encodeNumber(kind: Kind, number: number, where: string): Buffer {
  const width = kind === 'int16' || kind === 'int32' || kind === 'int64' ? WIDTHS[kind] : 0;
  if (!Number.isSafeInteger(number) || number < 0 || number >= 2 ** (8 * width)) {
    throw new PackwrightError(where, `${number} does not fit ${width} bytes`, 'use a smaller number');
  }
  const bytes = Buffer.alloc(width);
  if (kind === 'int16') bytes.writeUInt16BE(number);
  else if (kind === 'int32') bytes.writeUInt32BE(number);
  else bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}
