/** A Huffman code of LZX as a table to look codes up in ([MS-PATCH] 2.6: canonical, most significant bit first). */
export interface LzxTree {
  /** By the next `bits` bits: symbol above the code's length, which takes five bits. */
  table: Uint16Array;
  /** Of the longest code; 0 when there is none. */
  bits: number;
}

const LONGEST = 16;

export function newTree(): LzxTree {
  return { table: new Uint16Array(1 << LONGEST), bits: 0 };
}

/** Fills a tree from its lengths. @throws Error when they are no complete code; none at all is a code that nobody may use. */
export function fillTree(tree: LzxTree, lengths: Uint8Array, count: number): void {
  const counts = new Uint32Array(LONGEST + 1);
  for (let symbol = 0; symbol < count; symbol++) counts[lengths[symbol]!]!++;
  let bits = LONGEST;
  while (bits > 0 && counts[bits] === 0) bits--;
  tree.bits = bits;
  if (bits === 0) return;
  const next = new Uint32Array(LONGEST + 1);
  let end = 0;
  for (let length = 1; length <= bits; length++) {
    next[length] = end;
    end += counts[length]! << (bits - length);
  }
  if (end !== 1 << bits) throw new Error('a Huffman code is not complete');
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const from = next[length]!;
    next[length] = from + (1 << (bits - length));
    tree.table.fill((symbol << 5) | length, from, next[length]);
  }
}
