// Reads a header structure (docs/manual/format_header.md) that nobody vouches for: every count and offset is checked against rpm's own limits
// and against the file before it is used.
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource } from '../../build/model/format.ts';
import { BIN, ENTRY_SIZE, type Fail, type IndexEntry, readIndex } from './read-index.ts';

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
/** @throws PackwrightError naming the entry, its tag and its place in the file. */
export async function readHeader(file: ByteSource, start: number, kind: keyof typeof REGIONS): Promise<ParsedHeader> {
  const fail: Fail = (what, at) => {
    const place = `${NAMES[kind]}: ${what} (byte ${start + at})`;
    throw new PackwrightError(file.name, place, 'the file is damaged; get it again');
  };
  const [tagCount, dataSize] = await readIntro(file, start, LIMITS[kind], fail);
  const size = INTRO + tagCount * ENTRY_SIZE + dataSize;
  if (file.size < start + size) fail(`it needs ${size} bytes and the file ends before`, 0);
  const bytes = Buffer.from(await file.read(start, size));
  const dataStart = size - dataSize;
  const data = bytes.subarray(dataStart);
  const entries = readIndex(bytes.subarray(INTRO, dataStart), data, REGIONS[kind], INTRO, fail);

  const find = (tag: number, wanted: (entry: IndexEntry) => boolean): IndexEntry | undefined => {
    const entry = entries.get(tag);
    if (entry && !wanted(entry)) fail(`tag ${tag} has the type ${entry.type}`, dataStart + entry.offset);
    return entry;
  };
  return {
    start,
    end: start + size,
    bytes,
    tags: [...entries.keys()],
    texts(tag) {
      const entry = find(tag, ({ width }) => width === 0);
      return entry ? data.toString('utf8', entry.offset, entry.end - 1).split('\0') : [];
    },
    numbers(tag) {
      const entry = find(tag, ({ width }) => width > 1);
      if (!entry) return [];
      const { offset, width, count } = entry;
      return Array.from({ length: count }, (_, i) => readNumber(data, offset + i * width, width));
    },
    binary(tag) {
      const entry = find(tag, ({ type }) => type === BIN);
      return entry && data.subarray(entry.offset, entry.end);
    },
  };
}

/** Number of index entries and bytes of data, within rpm's limits. */
async function readIntro(
  file: ByteSource,
  start: number,
  limits: { tags: number; data: number },
  fail: Fail,
): Promise<readonly [tagCount: number, dataSize: number]> {
  if (file.size < start + INTRO) fail('the file ends before it', 0);
  const intro = Buffer.from(await file.read(start, INTRO));
  if (intro.toString('hex', 0, 8) !== '8eade80100000000') fail('its magic is missing', 0);
  const [tags, data] = [intro.readUInt32BE(8), intro.readUInt32BE(12)];
  if (tags < 1 || tags > limits.tags) fail(`${tags} index entries are not between 1 and ${limits.tags}`, 8);
  if (data < ENTRY_SIZE || data > limits.data) {
    fail(`${data} bytes of data are not between ${ENTRY_SIZE} and ${limits.data}`, 12);
  }
  return [tags, data];
}

function readNumber(data: Buffer, offset: number, width: number): number {
  if (width === 2) return data.readUInt16BE(offset);
  return width === 4 ? data.readUInt32BE(offset) : Number(data.readBigUInt64BE(offset));
}
