import type { Costs } from './lzx-costs.ts';
import { LONGEST_MATCH, type Matches, NICE_LENGTH } from './lzx-matches.ts';
import { LITERALS, slotOf } from './lzx-slots.ts';
import { FRAME, type Items } from './lzx-writer.ts';

/** The last three offsets, 0 where they are not known. */
export type Recent = [number, number, number];

/** Chooses literals and matches. */
export interface Parser {
  /**
   * The cheapest way, by the costs, to say the bytes `from` to `to`, at most a frame: no match ends behind them.
   * @returns how many items were put into `items` from `count` on.
   */
  parse(from: number, to: number, costs: Costs, recent: Recent, items: Items, count: number): number;
}

/**
 * Walks forward over all bytes and keeps, for each, the cheapest way that leads there and the recent offsets on it. It does not look for
 * ways that are dearer now and cheaper later, except in so far as every length of every match is tried.
 */
export function openParser(data: Uint8Array, matches: Matches): Parser {
  const prices = new Float64Array(FRAME + 1);
  const steps = new Uint16Array(FRAME + 1);
  const values = new Int32Array(FRAME + 1);
  const [first, second, third] = [0, 1, 2].map(() => new Int32Array(FRAME + 1)) as [Int32Array, Int32Array, Int32Array]; // three

  /** What the recent offsets are after the step that leads to `node`. */
  function follow(node: number): void {
    const size = steps[node]!;
    const before = node - size;
    const value = values[node]!;
    const [a, b, c] = [first[before]!, second[before]!, third[before]!];
    if (size === 1 || value === 0) {
      first[node] = a;
      second[node] = b;
      third[node] = c;
    } else if (value === 1) {
      first[node] = b;
      second[node] = a;
      third[node] = c;
    } else if (value === 2) {
      first[node] = c;
      second[node] = b;
      third[node] = a;
    } else {
      first[node] = value - 2;
      second[node] = a;
      third[node] = b;
    }
  }

  /** Tries a match in all lengths from `least` to `most`. */
  function offer(node: number, least: number, most: number, value: number, costs: Costs): void {
    const { main, length } = costs;
    const base = prices[node]!;
    const symbol = LITERALS + slotOf(value) * 8 - 2;
    const short = Math.min(most, 8);
    let size = least;
    for (; size <= short; size++) {
      const price = base + main[symbol + size]!;
      if (price < prices[node + size]!) {
        prices[node + size] = price;
        steps[node + size] = size;
        values[node + size] = value;
      }
    }
    const long = base + main[symbol + 9]!;
    for (; size <= most; size++) {
      const price = long + length[size - 9]!;
      if (price < prices[node + size]!) {
        prices[node + size] = price;
        steps[node + size] = size;
        values[node + size] = value;
      }
    }
  }

  function measure(at: number, offset: number, limit: number): number {
    let length = 0;
    while (length < limit && data[at + length - offset] === data[at + length]) length++;
    return length;
  }

  /** Offers everything that begins at a node. @returns the longest match. */
  function expand(node: number, at: number, limit: number, costs: Costs): number {
    let longest = 0;
    for (let which = 0; which < 3; which++) {
      const offset = which === 0 ? first[node]! : which === 1 ? second[node]! : third[node]!;
      if (offset === 0 || offset > at) continue;
      const length = measure(at, offset, limit);
      if (length < 2) continue;
      offer(node, 2, length, which, costs);
      if (length > longest) longest = length;
    }
    const count = matches.find(at);
    let least = 3;
    for (let i = 0; i < count; i++) {
      const length = Math.min(matches.lengths[i]!, limit);
      if (length < least) continue;
      offer(node, least, length, matches.offsets[i]! + 2, costs);
      least = length + 1;
    }
    return Math.max(longest, least - 1);
  }

  /** Writes the way to `end` down, from its beginning. */
  function collect(from: number, end: number, items: Items, count: number): number {
    let number = 0;
    for (let node = end; node > 0; node -= steps[node]!) number++;
    let place = count + number;
    for (let node = end; node > 0; node -= steps[node]!) {
      place--;
      items.lengths[place] = steps[node]!;
      items.values[place] = steps[node] === 1 ? data[from + node - 1]! : values[node]!;
    }
    return number;
  }

  return {
    parse(from, to, costs, recent, items, count) {
      const size = to - from;
      prices.fill(Infinity, 0, size + 1);
      prices[0] = 0;
      [first[0], second[0], third[0]] = recent;
      let skipTo = 0;
      for (let node = 0; node < size; node++) {
        if (node < skipTo) {
          matches.skip(from + node);
          continue;
        }
        if (node > 0) follow(node);
        const price = prices[node]! + costs.main[data[from + node]!]!;
        if (price < prices[node + 1]!) {
          prices[node + 1] = price;
          steps[node + 1] = 1;
        }
        const longest = expand(node, from + node, Math.min(LONGEST_MATCH, size - node), costs);
        if (longest >= NICE_LENGTH) skipTo = node + longest;
      }
      if (size > 0) follow(size);
      recent[0] = first[size]!;
      recent[1] = second[size]!;
      recent[2] = third[size]!;
      return collect(from, size, items, count);
    },
  };
}
