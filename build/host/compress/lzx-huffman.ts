/**
 * Lengths of a Huffman code no longer than `limit` bits, into `lengths`. At least two symbols get a code, since decoders refuse a code
 * that is not complete; where nothing occurs, none does.
 */
export function buildLengths(frequencies: Uint32Array, count: number, limit: number, lengths: Uint8Array): void {
  lengths.fill(0, 0, count);
  const symbols: number[] = [];
  for (let symbol = 0; symbol < count; symbol++) if (frequencies[symbol]! > 0) symbols.push(symbol);
  if (symbols.length === 0) return;
  if (symbols.length === 1) {
    lengths[symbols[0]!] = 1;
    lengths[symbols[0] === 0 ? 1 : 0] = 1;
    return;
  }
  const weights = symbols.map((symbol) => frequencies[symbol]!);
  for (;;) {
    const depths = huffmanDepths(symbols, weights);
    if (depths.every((depth) => depth <= limit)) {
      for (const [index, symbol] of symbols.entries()) lengths[symbol] = depths[index]!;
      return;
    }
    // Flatter, until the longest fits.
    for (let index = 0; index < weights.length; index++) weights[index] = (weights[index]! + 1) >> 1;
  }
}

/** Depth of each symbol's leaf: two queues, leaves by weight and the nodes made of them, which come in order by themselves. */
function huffmanDepths(symbols: readonly number[], weights: readonly number[]): Uint8Array {
  const count = symbols.length;
  const order = Array.from({ length: count }, (_, index) => index).sort((a, b) => weights[a]! - weights[b]! || a - b);
  const nodes = new Float64Array(2 * count - 1);
  const parents = new Int32Array(2 * count - 1);
  for (const [rank, index] of order.entries()) nodes[rank] = weights[index]!;
  let leaf = 0;
  let inner = count;
  for (let next = count; next < 2 * count - 1; next++) {
    let sum = 0;
    for (let child = 0; child < 2; child++) {
      const takeLeaf = leaf < count && (inner >= next || nodes[leaf]! <= nodes[inner]!);
      const node = takeLeaf ? leaf++ : inner++;
      sum += nodes[node]!;
      parents[node] = next;
    }
    nodes[next] = sum;
  }
  const levels = new Uint8Array(2 * count - 1);
  for (let node = 2 * count - 3; node >= 0; node--) levels[node] = levels[parents[node]!]! + 1;
  const depths = new Uint8Array(count);
  for (const [rank, index] of order.entries()) depths[index] = levels[rank]!;
  return depths;
}

/** Codes in the order of their lengths, then of their symbols. */
export function assignCodes(lengths: Uint8Array, count: number, codes: Uint16Array): void {
  let code = 0;
  for (let length = 1; length <= 16; length++) {
    for (let symbol = 0; symbol < count; symbol++) if (lengths[symbol] === length) codes[symbol] = code++;
    code <<= 1;
  }
}
