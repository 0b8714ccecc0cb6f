// The index of a header structure (docs/manual/format_header.md): where each tag's values lie, every bound checked.

export const ENTRY_SIZE = 16;
/** HEADER_I18NTABLE: no tag of a package file has a lower number. */
const LOWEST_TAG = 100;
/** Bytes of one value by type number; 0: text. CHAR, INT8, INT16, INT32, INT64, STRING, BIN, STRING_ARRAY, I18NSTRING. */
const WIDTHS = [undefined, 1, 1, 2, 4, 8, 0, 1, 0, 0] as const;
const STRING = 6;
export const BIN = 7;

export interface IndexEntry {
  tag: number;
  type: number;
  /** Bytes of one value; 0 for text, whose length is found by its NULs. */
  width: number;
  count: number;
  /** Offsets in the data. */
  offset: number;
  end: number;
}
/** Reports damage: what, and at which offset of the header. */
export type Fail = (what: string, at: number) => never;

/**
 * Every entry but the region's, which must come first and span the whole header: nothing may lie outside what the digests cover.
 * @param start offset of the index in the header.
 */
export function readIndex(
  index: Buffer,
  data: Buffer,
  region: number,
  start: number,
  fail: Fail,
): Map<number, IndexEntry> {
  checkRegion(index, data, region, start, fail);
  const entries = new Map<number, IndexEntry>();
  let [lastTag, lastEnd] = [LOWEST_TAG - 1, 0];
  for (let at = ENTRY_SIZE; at < index.length; at += ENTRY_SIZE) {
    const tag = index.readUInt32BE(at);
    const bad = (what: string): never => fail(`entry ${at / ENTRY_SIZE}, tag ${tag}: ${what}`, start + at);
    if (tag <= lastTag) bad(`not in ascending order after tag ${lastTag}`);
    const entry = readEntry(index.subarray(at, at + ENTRY_SIZE), data, lastEnd, bad);
    entries.set(tag, entry);
    [lastTag, lastEnd] = [tag, entry.end];
  }
  return entries;
}

/** @param least where its data may begin: behind that of the entry before. */
function readEntry(bytes: Buffer, data: Buffer, least: number, bad: (what: string) => never): IndexEntry {
  const [tag, type, count] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(12)];
  const offset = bytes.readInt32BE(8);
  const most = data.length - ENTRY_SIZE;
  const width = WIDTHS[type] ?? bad(`type ${type} is unknown`);
  if (count < 1 || count > most) bad(`its count is ${count}`);
  if (type === STRING && count !== 1) bad(`a STRING has ${count} values`);
  if (offset < least || offset > most) bad(`its data begins at ${offset}`);
  if (width > 1 && offset % width !== 0) bad(`its data at ${offset} is not aligned`);
  const end = width > 0 ? offset + width * count : textsEnd(data, offset, count);
  if (end < 0 || end > most) bad('its data leaves the header');
  return { tag, type, width, count, offset, end };
}

function checkRegion(index: Buffer, data: Buffer, region: number, start: number, fail: Fail): void {
  const entry = [0, 4, 8, 12].map((at) => index.readUInt32BE(at));
  const most = data.length - ENTRY_SIZE;
  if (entry[0] !== region) fail(`begins with tag ${entry[0]} instead of the region ${region}`, start);
  if (entry[1] !== BIN || entry[2] !== most || entry[3] !== ENTRY_SIZE)
    fail('the region does not end with the data', start);
  const trailer = [0, 4, 8, 12].map((at) => data.readInt32BE(most + at));
  if (trailer[0] !== region || trailer[1] !== BIN || trailer[2] !== -index.length || trailer[3] !== ENTRY_SIZE) {
    fail('the trailer of the region does not match the index', start + index.length + most);
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
