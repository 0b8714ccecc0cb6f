/**
 * The string pool: in `_StringPool` the code page (bit 31: references of three bytes), then two 16-bit numbers a string, its length and
 * how often it is referred to; the strings lie in `_StringData` one behind the other. Length 0 with a count: the next 32 bits are the length.
 */
import type { Refuse } from './read-bytes.ts';
import { textDecoder } from './read-code-page.ts';

export interface StringTable {
  codePage: number;
  /** Bytes of a reference. */
  width: 2 | 3;
  /** The string of that number, null for 0. A number that is not in use is refused; one with the count 0 is not. */
  textOf(id: number, what: () => string): string | null;
}

/** @throws PackwrightError when the lengths do not agree with the data. */
export function readStrings(pool: Buffer, data: Buffer, refuse: Refuse): StringTable {
  if (pool.length < 4 || pool.length % 4 !== 0) refuse(`_StringPool has ${pool.length} bytes`);
  const head = pool.readUInt32LE(0);
  const codePage = head & 0xffff;
  const decode = textDecoder(codePage, refuse);
  /** Of string n: where it begins and ends. A long string takes two entries and one number. */
  const starts = new Uint32Array(pool.length / 4);
  const ends = new Uint32Array(pool.length / 4);
  let [count, at] = [0, 0];
  for (let entry = 4; entry < pool.length; entry += 4) {
    let length = pool.readUInt16LE(entry);
    if (length === 0 && pool.readUInt16LE(entry + 2) > 0) {
      entry += 4;
      if (entry === pool.length) refuse('_StringPool ends within a long string');
      length = pool.readUInt32LE(entry);
    }
    if (length > data.length - at) refuse(`string ${count + 1} ends after _StringData does`);
    count += 1;
    starts[count] = at;
    at += length;
    ends[count] = at;
  }
  const texts: (string | undefined)[] = [];
  return {
    codePage,
    width: head >= 0x80000000 ? 3 : 2,
    textOf(id, what) {
      if (id === 0) return null;
      if (id > count || starts[id] === ends[id]) refuse(`${what()} refers to string ${id}, which is not there`);
      texts[id] ??= decode(data.subarray(starts[id], ends[id]), `string ${id}`);
      return texts[id];
    },
  };
}
