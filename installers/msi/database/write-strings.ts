/**
 * The string pool: every string once, by number. `_StringPool` begins with the code page (31 bits) and whether references take three bytes
 * (bit 31), then has length and reference count of each string, 16 bits each; `_StringData` has the bytes. A string of 64 KiB or more has
 * length 0, its count, and then its length in 32 bits.
 */
import { PackwrightError } from '../../../build/model/errors.ts';

const UTF_8 = 65001;
const WIDE_REFERENCES = 0x80000000;
/** Most that 16 bits can count or refer to. */
const MOST = 0xffff;
/** Three bytes of reference. */
const MOST_STRINGS = 0xffffff;

export interface StringPool {
  /** Bytes of a reference: 2 or 3. */
  width: 2 | 3;
  /** Number of a string that was counted; 0 for null. */
  idOf(text: string | null): number;
  pool: Buffer;
  data: Buffer;
}

/**
 * @param references every string as often as it is referred to. Numbers follow the order of code units, so that rows which are sorted by
 *   number are sorted by text as well, and the same strings give the same pool.
 */
export function encodeStrings(references: Iterable<string>, where: string): StringPool {
  const counts = new Map<string, number>();
  for (const text of references) counts.set(text, (counts.get(text) ?? 0) + 1);
  const texts = [...counts.keys()].sort();
  if (texts.length > MOST_STRINGS) throw new PackwrightError(where, `${texts.length} strings are too many`);
  const ids = new Map(texts.map((text, index) => [text, index + 1]));
  const width = texts.length > MOST ? 3 : 2;

  const head = Buffer.alloc(4);
  head.writeUInt32LE(width === 3 ? UTF_8 + WIDE_REFERENCES : UTF_8);
  const pool = [head];
  const data: Buffer[] = [];
  for (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    const long = bytes.length > MOST;
    const entry = Buffer.alloc(long ? 8 : 4);
    // The count is only kept to know when a string can go, and has no more bits.
    entry.writeUInt16LE(Math.min(counts.get(text) ?? 0, MOST), 2);
    if (long) entry.writeUInt32LE(bytes.length, 4);
    else entry.writeUInt16LE(bytes.length, 0);
    pool.push(entry);
    data.push(bytes);
  }
  return {
    width,
    idOf: (text) => (text === null ? 0 : ids.get(text)!), // counted above
    pool: Buffer.concat(pool),
    data: Buffer.concat(data),
  };
}
