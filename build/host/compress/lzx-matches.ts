/** Finds what came before: binary trees of positions by the four bytes there, each sorted by what follows. */
export interface Matches {
  /** Ascending, of the last `find`. */
  readonly lengths: Uint16Array;
  readonly offsets: Int32Array;
  /** Adds a position, the next after the one before, and finds ever longer matches for it. @returns how many. */
  find(position: number): number;
  /** Adds a position. */
  skip(position: number): void;
}

/** Longest match of the format. */
export const LONGEST_MATCH = 257;
/** From here on a match is good enough: trees are sorted no further. */
export const NICE_LENGTH = 32;
/** Steps down a tree. */
const DEPTH = 8;
const HASH_BITS = 17;
const SHORT_HASH_BITS = 15;

/** @param exponent of the window. Offsets are at most three less than the window. */
export function openMatches(data: Uint8Array, exponent: number): Matches {
  // No more room than the data can need.
  const room = Math.min(exponent, 32 - Math.clz32(data.byteLength));
  const mask = 2 ** room - 1;
  const farthest = 2 ** exponent - 3;
  const trees = new Int32Array(2 << room);
  const roots = new Int32Array(1 << HASH_BITS).fill(-1);
  const threes = new Int32Array(1 << SHORT_HASH_BITS).fill(-1);
  const lengths = new Uint16Array(DEPTH + 2);
  const offsets = new Int32Array(DEPTH + 2);
  const size = data.byteLength;

  function walk(position: number, wanted: boolean): number {
    // What is local is not looked up again and again.
    const bytes = data;
    const links = trees;
    const limit = Math.min(NICE_LENGTH, size - position);
    if (limit < 4) return 0;
    let found = 0;
    let best = 2;
    const three = bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16);
    const short = Math.imul(three, 0x9e3779b1) >>> (32 - SHORT_HASH_BITS);
    const root = Math.imul(three | (bytes[position + 3]! << 24), 0x9e3779b1) >>> (32 - HASH_BITS);
    const last = threes[short]!;
    threes[short] = position;
    if (wanted && last >= 0 && position - last <= farthest) {
      let length = 0;
      while (length < 3 && bytes[last + length] === bytes[position + length]) length++;
      if (length === 3) {
        lengths[found] = 3;
        offsets[found++] = position - last;
        best = 3;
      }
    }
    let current = roots[root]!;
    roots[root] = position;
    let greater = (position & mask) * 2 + 1;
    let smaller = greater - 1;
    let greaterLength = 0;
    let smallerLength = 0;
    for (let steps = DEPTH; ; steps--) {
      if (current < 0 || steps === 0 || position - current > farthest) {
        links[greater] = -1;
        links[smaller] = -1;
        return found;
      }
      const pair = (current & mask) * 2;
      let length = Math.min(greaterLength, smallerLength);
      while (length < limit && bytes[current + length] === bytes[position + length]) length++;
      if (wanted && length > best) {
        best = length;
        lengths[found] = length;
        offsets[found++] = position - current;
      }
      if (length === limit) {
        links[smaller] = links[pair]!;
        links[greater] = links[pair + 1]!;
        return found;
      }
      if (bytes[current + length]! < bytes[position + length]!) {
        links[smaller] = current;
        smaller = pair + 1;
        current = links[smaller]!;
        smallerLength = length;
      } else {
        links[greater] = current;
        greater = pair;
        current = links[greater]!;
        greaterLength = length;
      }
    }
  }

  return {
    lengths,
    offsets,
    find(position) {
      const count = walk(position, true);
      if (count > 0 && lengths[count - 1] === NICE_LENGTH) {
        const from = position - offsets[count - 1]!;
        const limit = Math.min(LONGEST_MATCH, size - position);
        let length = NICE_LENGTH;
        while (length < limit && data[from + length] === data[position + length]) length++;
        lengths[count - 1] = length;
      }
      return count;
    },
    skip(position) {
      walk(position, false);
    },
  };
}
