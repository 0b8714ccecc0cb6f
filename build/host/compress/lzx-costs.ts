import { FOOTER_BITS, LENGTH_SYMBOLS, LITERALS, MAIN_SYMBOLS } from './lzx-slots.ts';
import type { Frequencies } from './lzx-writer.ts';

/** What symbols are thought to cost, in bits. */
export interface Costs {
  /** Of main symbols, with the bits behind a match's slot. */
  main: Float64Array;
  length: Float64Array;
}

/** Before anything is known. */
export function firstCosts(): Costs {
  const main = new Float64Array(MAIN_SYMBOLS).fill(8);
  for (let symbol = LITERALS; symbol < MAIN_SYMBOLS; symbol++)
    main[symbol] = 8 + FOOTER_BITS[(symbol - LITERALS) >> 3]!;
  return { main, length: new Float64Array(LENGTH_SYMBOLS).fill(7) };
}

/** Learns from a block: its symbols count, those before fade, so that both steady and changing data are met. */
export function learnCosts(costs: Costs, seen: Frequencies, block: Frequencies): void {
  fade(seen.main, block.main);
  fade(seen.length, block.length);
  priceSymbols(seen.main, costs.main);
  priceSymbols(seen.length, costs.length);
  for (let symbol = LITERALS; symbol < MAIN_SYMBOLS; symbol++) {
    costs.main[symbol] = costs.main[symbol]! + FOOTER_BITS[(symbol - LITERALS) >> 3]!;
  }
}

function fade(seen: Uint32Array, block: Uint32Array): void {
  for (let symbol = 0; symbol < seen.length; symbol++) seen[symbol] = (seen[symbol]! >> 1) + 4 * block[symbol]!;
}

function priceSymbols(frequencies: Uint32Array, prices: Float64Array): void {
  let total = 0;
  for (const frequency of frequencies) total += frequency + 1;
  const all = Math.log2(total);
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    prices[symbol] = Math.min(18, all - Math.log2(frequencies[symbol]! + 1));
  }
}

/** Bits that a block of these symbols takes, by estimate, with its codes. */
export function estimateBlock({ main, length }: Frequencies): number {
  return estimateSymbols(main) + estimateSymbols(length);
}

/** A symbol that occurs has to be told: about as many bits as its code's length takes. */
const TELL_BITS = 4;

function estimateSymbols(frequencies: Uint32Array): number {
  let total = 0;
  let bits = 0;
  for (const frequency of frequencies) {
    if (frequency === 0) continue;
    total += frequency;
    bits += TELL_BITS - frequency * Math.log2(frequency);
  }
  return total === 0 ? 0 : bits + total * Math.log2(total);
}
