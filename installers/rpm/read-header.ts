// Reads a header structure (docs/manual/format_header.md) that nobody vouches for: every count and offset is checked against rpm's own limits
// and against the file before it is used.
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource } from '../../build/model/format.ts';

/** A header as it lies in the file. Values are decoded when asked for. */
export interface ParsedHeader {
  /** Offset in the file of its first byte and of the first byte behind it, without padding. */
  start: number;
  end: number;
  /** Every byte of it: what the header's digests cover. */
  bytes: Buffer;
  /** Tag numbers in their order. */
  tags: readonly number[];
  /** A STRING, STRING_ARRAY or I18NSTRING; empty when the tag is absent. */
  texts(tag: number): string[];
  /** An INT16, INT32 or INT64; empty when the tag is absent. */
  numbers(tag: number): number[];
  /** A BIN; undefined when the tag is absent. */
  binary(tag: number): Buffer | undefined;
}

/** rpm's limits: HEADER_TAGS_MAX and HEADER_DATA_MAX, and what hdrblobRead allows a signature header. */
const LIMITS = { signature: { tags: 32, data: 64 << 20 }, main: { tags: 0xffff, data: 0x0fffffff } } as const;
const REGIONS = { signature: 62, main: 63 } as const;
const NAMES = { signature: 'signature header', main: 'header' } as const;
const INTRO = 16;
const ENTRY = 16;
/** HEADER_I18NTABLE: no tag of a package file has a lower number. */
const LOWEST_TAG = 100;
/** Bytes of one value by type number; 0: text. CHAR, INT8, INT16, INT32, INT64, STRING, BIN, STRING_ARRAY, I18NSTRING. */
const WIDTHS = [undefined, 1, 1, 2, 4, 8, 0, 1, 0, 0] as const;
const STRING = 6;
const BIN = 7;

interface IndexEntry {
  tag: number;
  type: number;
  count: number;
  /** Offsets in the data. */
  offset: number;
  end: number;
}

/** @throws PackwrightError naming the entry, its tag and its place in the file. */
export async function readHeader(file: ByteSource, start: number, kind: keyof typeof REGIONS): Promise<ParsedHeader> {
  const fail = (what: string, at: number): never => {
    throw new PackwrightError(file.name, `${NAMES[kind]}: ${what} (byte ${at})`, 'the file is damaged; get it again');
  };
  if (file.size < start + INTRO) fail('the file ends before it', file.size);
  const intro = Buffer.from(await file.read(start, INTRO));
  if (intro.toString('hex', 0, 8) !== '8eade80100000000') fail('its magic is missing', start);
  const tagCount = intro.readUInt32BE(8);
  const dataSize = intro.readUInt32BE(12);
  const limits = LIMITS[kind];
  if (tagCount < 1 || tagCount > limits.tags)
    fail(`${tagCount} index entries are not between 1 and ${limits.tags}`, start + 8);
  if (dataSize < ENTRY || dataSize > limits.data)
    fail(`${dataSize} bytes of data are not between 16 and ${limits.data}`, start + 12);
  const size = INTRO + tagCount * ENTRY + dataSize;
  if (file.size < start + size) fail(`it needs ${size} bytes and the file ends before`, file.size);
  const bytes = Buffer.from(await file.read(start, size));
  const data = bytes.subarray(INTRO + tagCount * ENTRY);
  const dataStart = start + size - dataSize;

  checkRegion(bytes, tagCount, data, REGIONS[kind], (what, at) => fail(what, start + at));
  const entries = new Map<number, IndexEntry>();
  let previous: IndexEntry = { tag: LOWEST_TAG - 1, type: BIN, count: 0, offset: 0, end: 0 };
  for (let index = 1; index < tagCount; index++) {
    const at = INTRO + index * ENTRY;
    const entry = {
      tag: bytes.readUInt32BE(at),
      type: bytes.readUInt32BE(at + 4),
      offset: bytes.readInt32BE(at + 8),
      count: bytes.readUInt32BE(at + 12),
      end: 0,
    };
    const bad = (what: string) => fail(`entry ${index}, tag ${entry.tag}: ${what}`, start + at);
    if (entry.tag <= previous.tag) bad(`not in ascending order after tag ${previous.tag}`);
    const width = WIDTHS[entry.type] ?? bad(`type ${entry.type} is unknown`);
    if (entry.count < 1 || entry.count > dataSize) bad(`its count is ${entry.count}`);
    if (entry.type === STRING && entry.count !== 1) bad(`a STRING has ${entry.count} values`);
    if (entry.offset < previous.end || entry.offset > dataSize - ENTRY) bad(`its data begins at ${entry.offset}`);
    if (width > 1 && entry.offset % width !== 0) bad(`its data at ${entry.offset} is not aligned`);
    entry.end = width > 0 ? entry.offset + width * entry.count : textsEnd(data, entry.offset, entry.count);
    if (entry.end < 0 || entry.end > dataSize - ENTRY) bad('its data leaves the header');
    entries.set(entry.tag, entry);
    previous = entry;
  }

  const find = (tag: number, wanted: (width: number, type: number) => boolean): IndexEntry | undefined => {
    const entry = entries.get(tag);
    if (entry && !wanted(WIDTHS[entry.type] ?? 0, entry.type))
      fail(`tag ${tag} has the type ${entry.type}`, dataStart + entry.offset);
    return entry;
  };
  return {
    start,
    end: start + size,
    bytes,
    tags: [...entries.keys()],
    texts(tag) {
      const entry = find(tag, (width) => width === 0);
      return entry ? data.toString('utf8', entry.offset, entry.end - 1).split('\0') : [];
    },
    numbers(tag) {
      const entry = find(tag, (width, type) => width > 1 && type !== BIN);
      if (!entry) return [];
      const width = WIDTHS[entry.type] ?? 0;
      return Array.from({ length: entry.count }, (_, i) => readNumber(data, entry.offset + i * width, width));
    },
    binary(tag) {
      const entry = find(tag, (_, type) => type === BIN);
      return entry && data.subarray(entry.offset, entry.end);
    },
  };
}

/** The region must span the whole header: nothing may lie outside what the digests cover. */
function checkRegion(
  bytes: Buffer,
  tagCount: number,
  data: Buffer,
  region: number,
  fail: (what: string, at: number) => never,
): void {
  const entry = [0, 4, 8, 12].map((at) => bytes.readUInt32BE(INTRO + at));
  if (entry[0] !== region) fail(`begins with tag ${entry[0]} instead of the region ${region}`, INTRO);
  if (entry[1] !== BIN || entry[2] !== data.length - ENTRY || entry[3] !== ENTRY)
    fail('the region does not end with the data', INTRO);
  const trailer = [0, 4, 8, 12].map((at) => data.readInt32BE(data.length - ENTRY + at));
  if (trailer[0] !== region || trailer[1] !== BIN || trailer[2] !== -tagCount * ENTRY || trailer[3] !== ENTRY) {
    fail('the trailer of the region does not match the index', bytes.length - ENTRY);
  }
}

/** Offset behind the last of `count` NUL-terminated texts; -1 when they do not end. */
function textsEnd(data: Buffer, offset: number, count: number): number {
  let end = offset;
  for (let i = 0; i < count; i++) {
    end = data.indexOf(0, end) + 1;
    if (end === 0) return -1;
  }
  return end;
}

function readNumber(data: Buffer, offset: number, width: number): number {
  if (width === 2) return data.readUInt16BE(offset);
  return width === 4 ? data.readUInt32BE(offset) : Number(data.readBigUInt64BE(offset));
}
