import { translateCalls } from './lzx-calls.ts';
import { estimateBlock, firstCosts, learnCosts } from './lzx-costs.ts';
import { openMatches } from './lzx-matches.ts';
import { openParser, type Recent } from './lzx-parse.ts';
import { WINDOW_EXPONENT } from './lzx-slots.ts';
import { countItem, FRAME, type Frequencies, type Items, newFrequencies, openLzxWriter } from './lzx-writer.ts';

/** A piece's place in its folder. */
export interface LzxPlace {
  /** Bytes at the source's start that are in the pieces before: matches may point to them. Whole frames. */
  history: number;
  /** Of the first byte behind the history, in the folder. Whole frames. */
  position: number;
  /** Bytes of the folder. */
  total: number;
  /** Whether calls are translated (E8), which suits code for x86 and x64. */
  calls: boolean;
}

/** Bytes that are looked at as one when blocks are divided. */
const SEGMENT = 16384;
/** A block's bytes at most, by which its items are bounded. */
const LARGEST_BLOCK = 1 << 20;
/** Estimated bits that two blocks must save over one. */
const WORTH_DIVIDING = 64;
/** What a record may need beyond its bytes: nothing compresses worse, codes of all blocks included. */
const SLACK = 4096;

/**
 * CFDATA records of a piece of a folder compressed with LZX, window 2 MiB. Pieces are made independently: each but the last leaves codes
 * behind that the next one knows, and each but the first uses no offset of the one before.
 * @returns also the bytes, history and all, with their calls translated: what matches point into.
 */
export function encodeLzxRecords(
  raw: Uint8Array,
  place: LzxPlace,
): { records: Uint8Array<ArrayBuffer>; translated: Uint8Array; translation: number } {
  const { history, position, total } = place;
  const size = raw.byteLength - history;
  const isLast = position + size === total;
  const translation = place.calls && total < 2 ** 30 ? total : 0;
  const data = new Uint8Array(raw);
  for (let at = 0; translation > 0 && at < data.byteLength; at += FRAME) {
    translateCalls(data.subarray(at, at + FRAME), position - history + at, translation);
  }
  const matches = openMatches(data, WINDOW_EXPONENT);
  for (let at = 0; at < history; at++) matches.skip(at);
  const parser = openParser(data, matches);
  const writer = openLzxWriter(size + Math.ceil(size / FRAME) * SLACK + SLACK, position > 0);
  if (position === 0) writer.writeStart(translation);

  const room = Math.min(LARGEST_BLOCK, size);
  const items: Items = { lengths: new Uint16Array(room), values: new Int32Array(room) };
  const costs = firstCosts();
  const learnt = newFrequencies();
  const recent: Recent = position === 0 ? [1, 1, 1] : [0, 0, 0];
  const block = { frequencies: newFrequencies(), items: 0, size: 0 };
  const segment = { frequencies: newFrequencies(), items: 0, size: 0 };
  /** Where the block's items begin; the segment's stand behind them, then those that were not looked at. */
  let first = 0;

  function writeBlock(): void {
    if (block.size === 0) return;
    writer.writeBlock(items, first, first + block.items, block.size, block.frequencies);
    first += block.items;
    clear(block);
  }

  /** Adds the segment to the block, or begins another with it. */
  function endSegment(): void {
    if (segment.size === 0) return;
    learnCosts(costs, learnt, segment.frequencies);
    const together = newFrequencies();
    add(together, block.frequencies);
    add(together, segment.frequencies);
    const apart = estimateBlock(block.frequencies) + estimateBlock(segment.frequencies) + WORTH_DIVIDING;
    if (block.size + segment.size > LARGEST_BLOCK / 2 || apart < estimateBlock(together)) writeBlock();
    add(block.frequencies, segment.frequencies);
    block.items += segment.items;
    block.size += segment.size;
    clear(segment);
  }

  const end = history + (isLast ? size : size - 1);
  for (let at = history; at < end; at += FRAME) {
    const to = Math.min(at + FRAME, end);
    const kept = block.items + segment.items;
    items.lengths.copyWithin(0, first, first + kept);
    items.values.copyWithin(0, first, first + kept);
    first = 0;
    const count = parser.parse(at, to, costs, recent, items, kept);
    let done = 0;
    for (let i = kept; i < kept + count; i++) {
      const length = items.lengths[i]!;
      countItem(segment.frequencies, length, items.values[i]!);
      segment.items++;
      segment.size += length;
      done += length;
      if (segment.size >= SEGMENT) endSegment();
    }
    if (done !== to - at) throw new Error(`${done} bytes were parsed of ${to - at}`);
  }
  endSegment();
  writeBlock();
  if (!isLast) writer.writeNeutral(data[end]!);
  return { records: writer.end(), translated: data, translation };
}

function add(sum: Frequencies, more: Frequencies): void {
  for (const code of ['main', 'length', 'aligned'] as const) {
    const [to, from] = [sum[code], more[code]];
    for (let symbol = 0; symbol < to.length; symbol++) to[symbol] = to[symbol]! + from[symbol]!;
  }
}

function clear(part: { frequencies: Frequencies; items: number; size: number }): void {
  for (const counts of [part.frequencies.main, part.frequencies.length, part.frequencies.aligned]) counts.fill(0);
  part.items = 0;
  part.size = 0;
}
