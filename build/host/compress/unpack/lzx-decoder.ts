/**
 * LZX as cabinets have it ([MS-PATCH] 2, without its DELTA extensions): frames of 32 KiB, each padded to 16 bits, in blocks that know
 * nothing of frames. Little-endian words of 16 bits, read from the most significant bit.
 */

import { undoCalls } from './lzx-calls.ts';
import { fillTree, type LzxTree, newTree } from './lzx-tree.ts';

export interface LzxDecoder {
  /** The bytes of the next frame; with `asFound`, calls stay translated. @throws Error when it is not exactly `rawSize` bytes. */
  decodeFrame(data: Uint8Array, rawSize: number, asFound?: boolean): Buffer;
}

/** What a decoder knows in the middle of a folder, where no recent offset is used before it is given anew. */
export interface LzxState {
  /** Bytes before, as matches see them, at most a window. */
  history: Uint8Array;
  mainLengths: Uint8Array;
  lengthLengths: Uint8Array;
}

const FRAME = 32768;
const [VERBATIM, ALIGNED, UNCOMPRESSED] = [1, 2, 3];
const LITERALS = 256;
const LENGTHS = 249;
const PRETREE = 20;
/** Position slots by the window's exponent, from 15. */
const SLOTS = [30, 32, 34, 36, 38, 42, 50];

/** Bits that follow each position slot, and the formatted offset that it begins with. */
const FOOTER_BITS = Uint8Array.from({ length: 50 }, (_, slot) => (slot < 4 ? 0 : Math.min(17, (slot >> 1) - 1)));
const BASES = new Uint32Array(51);
for (let slot = 0; slot < 50; slot++) BASES[slot + 1] = BASES[slot]! + 2 ** FOOTER_BITS[slot]!;

/** @param exponent of the window's size: 15 to 21. @param state where it does not begin with the folder. */
export function openLzxDecoder(exponent: number, state?: LzxState): LzxDecoder {
  const slots = SLOTS[exponent - 15];
  if (slots === undefined) throw new Error(`there is no window of 2^${exponent} bytes`);
  const size = 2 ** exponent;
  const mainSymbols = LITERALS + 8 * slots;
  const window = new Uint8Array(2 * size + FRAME);
  /** Bytes in `window`, which slides when it is full. */
  let filled = 0;
  const mainLengths = new Uint8Array(mainSymbols);
  const lengthLengths = new Uint8Array(LENGTHS);
  const scratchLengths = new Uint8Array(PRETREE);
  const [main, length, aligned, pre] = [newTree(), newTree(), newTree(), newTree()] as const;
  const recent: [number, number, number] = [1, 1, 1];
  let started = false;
  let blockType = 0;
  let blockLeft = 0;
  let oddBlock = false;
  let translation = 0;
  let produced = 0;

  if (state) {
    started = true;
    recent.fill(0);
    mainLengths.set(state.mainLengths);
    lengthLengths.set(state.lengthLengths);
    window.set(state.history);
    filled = state.history.byteLength;
  }

  let input: Uint8Array = new Uint8Array();
  let at = 0;
  let buffer = 0;
  let left = 0;

  /** At least `count` (at most 16) bits in the buffer. What is behind the data counts as zeros, and is found out at the frame's end. */
  function need(count: number): void {
    while (left < count) {
      const word = at + 1 < input.length ? input[at]! | (input[at + 1]! << 8) : 0;
      at += 2;
      buffer = (buffer << 16) | word;
      left += 16;
    }
  }

  function take(count: number): number {
    if (count === 0) return 0;
    if (count > 16) return take(count - 16) * 65536 + take(16);
    need(count);
    left -= count;
    return (buffer >>> left) & ((1 << count) - 1);
  }

  function symbol({ table, bits }: LzxTree): number {
    if (bits === 0) throw new Error('a code is used that was not given');
    need(bits);
    const entry = table[(buffer >>> (left - bits)) & ((1 << bits) - 1)]!;
    left -= entry & 31;
    return entry >> 5;
  }

  /** Lengths `from` to `to` of a code, as differences from those of the block before. */
  function readLengths(lengths: Uint8Array, from: number, to: number): void {
    for (let i = 0; i < PRETREE; i++) scratchLengths[i] = take(4);
    fillTree(pre, scratchLengths, PRETREE);
    for (let i = from; i < to; ) {
      const code = symbol(pre);
      if (code < 17) {
        lengths[i] = (lengths[i]! - code + 17) % 17;
        i++;
        continue;
      }
      const run = code === 17 ? 4 + take(4) : code === 18 ? 20 + take(5) : 4 + take(1);
      if (i + run > to) throw new Error('lengths of codes run over their end');
      let value = 0;
      if (code === 19) {
        const delta = symbol(pre);
        if (delta > 16) throw new Error('a run of runs');
        value = (lengths[i]! - delta + 17) % 17;
      }
      lengths.fill(value, i, i + run);
      i += run;
    }
  }

  function startBlock(): void {
    if (oddBlock) at++;
    oddBlock = false;
    if (!started) {
      started = true;
      if (take(1)) translation = take(16) * 65536 + take(16);
    }
    blockType = take(3);
    blockLeft = take(24);
    if (blockLeft === 0) throw new Error('a block of nothing');
    if (blockType === UNCOMPRESSED) {
      startUncompressed();
      return;
    }
    if (blockType !== VERBATIM && blockType !== ALIGNED) throw new Error(`a block of type ${blockType}`);
    if (blockType === ALIGNED) {
      for (let i = 0; i < 8; i++) scratchLengths[i] = take(3);
      fillTree(aligned, scratchLengths, 8);
    }
    readLengths(mainLengths, 0, LITERALS);
    readLengths(mainLengths, LITERALS, mainSymbols);
    fillTree(main, mainLengths, mainSymbols);
    readLengths(lengthLengths, 0, LENGTHS);
    fillTree(length, lengthLengths, LENGTHS);
  }

  /** Up to 16 bits of padding, the recent offsets, then bytes as they are. */
  function startUncompressed(): void {
    if (left === 0) at += 2;
    at -= (left >> 4) * 2;
    left = 0;
    buffer = 0;
    if (at + 12 > input.length) throw new Error('it ends inside a block');
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    for (const i of [0, 1, 2] as const) recent[i] = view.getUint32(at + 4 * i, true);
    at += 12;
    oddBlock = blockLeft % 2 === 1;
  }

  function copyBytes(count: number): void {
    if (at + count > input.length) throw new Error('it ends inside a block');
    window.set(input.subarray(at, at + count), filled);
    at += count;
    filled += count;
  }

  /** Decodes up to `end` in the window. */
  function decodeSymbols(end: number): void {
    while (filled < end) {
      const code = symbol(main);
      if (code < LITERALS) {
        window[filled++] = code;
        continue;
      }
      const slot = (code - LITERALS) >> 3;
      let count = ((code - LITERALS) & 7) + 2;
      if (count === 9) count += symbol(length);
      const offset = readOffset(slot);
      if (offset === 0 || offset > filled || offset > size) throw new Error('a match begins before the data do');
      if (filled + count > end) throw new Error('a match ends behind its frame or block');
      for (let stop = filled + count; filled < stop; filled++) window[filled] = window[filled - offset]!;
    }
  }

  function readOffset(slot: number): number {
    if (slot < 3) {
      const offset = recent[slot]!;
      recent[slot] = recent[0];
      recent[0] = offset;
      return offset;
    }
    const bits = FOOTER_BITS[slot]!;
    let formatted = BASES[slot]!;
    if (blockType === ALIGNED && bits >= 3) formatted += take(bits - 3) * 8 + symbol(aligned);
    else formatted += take(bits);
    recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = formatted - 2;
    return recent[0];
  }

  return {
    decodeFrame(data, rawSize, asFound = false) {
      input = data;
      at = 0;
      buffer = 0;
      left = 0;
      if (filled + FRAME > window.length) {
        // The window's worth of bytes that matches may still point to.
        window.copyWithin(0, filled - size, filled);
        filled = size;
      }
      const begin = filled;
      const end = begin + rawSize;
      while (filled < end) {
        if (blockLeft === 0) startBlock();
        const count = Math.min(blockLeft, end - filled);
        if (blockType === UNCOMPRESSED) copyBytes(count);
        else decodeSymbols(filled + count);
        blockLeft -= count;
      }
      const used = at - (left >> 4) * 2;
      if (used > data.length) throw new Error('it ends inside a frame');
      if (data.length - used > 1) throw new Error(`${data.length - used} bytes follow the frame`);
      const frame = Buffer.from(window.subarray(begin, end));
      if (!asFound) undoCalls(frame, produced, translation);
      produced += rawSize;
      return frame;
    },
  };
}
