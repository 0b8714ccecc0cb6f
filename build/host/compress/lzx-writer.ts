/** Blocks of LZX ([MS-PATCH] 2) and the CFDATA records that their frames lie in ([MS-CAB] 2.4). */

import { assignCodes, buildLengths } from './lzx-huffman.ts';
import { FOOTER_BITS, LENGTH_SYMBOLS, LITERALS, MAIN_SYMBOLS, SLOT_BASES, slotOf } from './lzx-slots.ts';
import { foldWords } from './mszip-blocks.ts';

export const FRAME = 32768;
const HEADER = 8;
const [VERBATIM, ALIGNED] = [1, 2];
const PRETREE = 20;
const LONGEST_CODE = 16;

/** What stands for a run of bytes: matches with their lengths and formatted offsets (0 to 2: a recent one), and literals of length 1. */
export interface Items {
  lengths: Uint16Array;
  /** A literal's byte where the length is 1. */
  values: Int32Array;
}

export interface Frequencies {
  main: Uint32Array;
  length: Uint32Array;
  aligned: Uint32Array;
}

export function newFrequencies(): Frequencies {
  return { main: new Uint32Array(MAIN_SYMBOLS), length: new Uint32Array(LENGTH_SYMBOLS), aligned: new Uint32Array(8) };
}

/** Adds one item. */
export function countItem({ main, length, aligned }: Frequencies, size: number, value: number): void {
  if (size === 1) {
    main[value]!++;
    return;
  }
  const slot = slotOf(value);
  main[LITERALS + slot * 8 + Math.min(size - 2, 7)]!++;
  if (size >= 9) length[size - 9]!++;
  if (FOOTER_BITS[slot]! >= 3) aligned[(value - SLOT_BASES[slot]!) & 7]!++;
}

/** Lengths of codes that a piece leaves behind and the next one begins with, so that neither need know the other: complete codes. */
export const NEUTRAL_MAIN = Uint8Array.from({ length: MAIN_SYMBOLS }, (_, symbol) =>
  symbol < 1024 - MAIN_SYMBOLS ? 9 : 10,
);
export const NEUTRAL_LENGTH = Uint8Array.from({ length: LENGTH_SYMBOLS }, (_, symbol) =>
  symbol < 256 - LENGTH_SYMBOLS ? 7 : 8,
);

export interface LzxWriter {
  /** The stream's first bits: whether calls are translated, and the size they are translated with. */
  writeStart(translation: number): void;
  /** Items `from` to `to`, `rawSize` bytes, as one block. */
  writeBlock(items: Items, from: number, to: number, rawSize: number, frequencies: Frequencies): void;
  /** One byte in a block that leaves the neutral codes behind. */
  writeNeutral(byte: number): void;
  /** The records; ends the last frame. */
  end(): Uint8Array<ArrayBuffer>;
}

/** @param capacity bytes that all records together need at most. */
export function openLzxWriter(capacity: number, neutral: boolean): LzxWriter {
  const output = new Uint8Array(capacity);
  const view = new DataView(output.buffer);
  const mainBefore = neutral ? NEUTRAL_MAIN.slice() : new Uint8Array(MAIN_SYMBOLS);
  const lengthBefore = neutral ? NEUTRAL_LENGTH.slice() : new Uint8Array(LENGTH_SYMBOLS);
  const mainLengths = new Uint8Array(MAIN_SYMBOLS);
  const lengthLengths = new Uint8Array(LENGTH_SYMBOLS);
  const alignedLengths = new Uint8Array(8);
  const mainCodes = new Uint16Array(MAIN_SYMBOLS);
  const lengthCodes = new Uint16Array(LENGTH_SYMBOLS);
  const alignedCodes = new Uint16Array(8);
  const preLengths = new Uint8Array(PRETREE);
  const preCodes = new Uint16Array(PRETREE);
  const tokens = new Uint8Array(4 * MAIN_SYMBOLS);
  let record = 0;
  let at = HEADER;
  let inFrame = 0;
  let bits = 0;
  let filled = 0;

  function put(value: number, count: number): void {
    bits = (bits << count) | value;
    filled += count;
    if (filled < 16) return;
    filled -= 16;
    view.setUint16(at, (bits >>> filled) & 0xffff, true);
    at += 2;
    bits &= (1 << filled) - 1;
  }

  function putLong(value: number, count: number): void {
    if (count > 16) {
      put(Math.floor(value / 65536), count - 16);
      put(value & 0xffff, 16);
    } else if (count > 0) put(value, count);
  }

  function endFrame(): void {
    if (filled > 0) put(0, 16 - filled);
    view.setUint16(record + 4, at - record - HEADER, true);
    view.setUint16(record + 6, inFrame, true);
    const sum = foldWords(output.subarray(record + HEADER, at));
    view.setUint32(record, (sum ^ view.getUint32(record + 4, true)) >>> 0, true);
    record = at;
    at += HEADER;
    inFrame = 0;
  }

  function advance(count: number): void {
    inFrame += count;
    if (inFrame === FRAME) endFrame();
  }

  /** Differences of lengths from those before, in runs. */
  function putLengths(before: Uint8Array, now: Uint8Array, from: number, to: number): void {
    const frequencies = new Uint32Array(PRETREE);
    let count = 0;
    const add = (token: number, extra: number) => {
      frequencies[token]!++;
      tokens[count++] = token;
      tokens[count++] = extra;
    };
    for (let i = from; i < to; ) {
      let run = 1;
      while (i + run < to && now[i + run] === now[i]) run++;
      const delta = (before[i]! - now[i]! + 17) % 17;
      if (run >= 20 && now[i] === 0) {
        run = Math.min(run, 51);
        add(18, run - 20);
      } else if (run >= 4 && now[i] === 0) {
        add(17, run - 4);
      } else if (run >= 4) {
        run = Math.min(run, 5);
        add(19, run - 4);
        add(delta, 0);
      } else {
        run = 1;
        add(delta, 0);
      }
      i += run;
    }
    buildLengths(frequencies, PRETREE, 15, preLengths);
    assignCodes(preLengths, PRETREE, preCodes);
    for (const length of preLengths) put(length, 4);
    for (let i = 0; i < count; i += 2) {
      const token = tokens[i]!;
      put(preCodes[token]!, preLengths[token]!);
      if (token >= 17) put(tokens[i + 1]!, token === 17 ? 4 : token === 18 ? 5 : 1);
    }
    before.set(now.subarray(from, to), from);
  }

  function putHeader(type: number, rawSize: number): void {
    put(type, 3);
    putLong(rawSize, 24);
    if (type === ALIGNED) for (const length of alignedLengths) put(length, 3);
    putLengths(mainBefore, mainLengths, 0, LITERALS);
    putLengths(mainBefore, mainLengths, LITERALS, MAIN_SYMBOLS);
    putLengths(lengthBefore, lengthLengths, 0, LENGTH_SYMBOLS);
    assignCodes(mainLengths, MAIN_SYMBOLS, mainCodes);
    assignCodes(lengthLengths, LENGTH_SYMBOLS, lengthCodes);
  }

  /** Whether the low bits of offsets are uneven enough for a code of their own. */
  function isWorthAligning({ aligned }: Frequencies): boolean {
    buildLengths(aligned, 8, 7, alignedLengths);
    let saved = -24;
    for (let low = 0; low < 8; low++) saved += aligned[low]! * (3 - alignedLengths[low]!);
    return saved > 0;
  }

  function putMatch(size: number, value: number, aligned: boolean): void {
    const slot = slotOf(value);
    const main = LITERALS + slot * 8 + Math.min(size - 2, 7);
    put(mainCodes[main]!, mainLengths[main]!);
    if (size >= 9) put(lengthCodes[size - 9]!, lengthLengths[size - 9]!);
    const footerBits = FOOTER_BITS[slot]!;
    const footer = value - SLOT_BASES[slot]!;
    if (aligned && footerBits >= 3) {
      putLong(footer >> 3, footerBits - 3);
      put(alignedCodes[footer & 7]!, alignedLengths[footer & 7]!);
    } else putLong(footer, footerBits);
  }

  return {
    writeStart(translation) {
      put(translation > 0 ? 1 : 0, 1);
      if (translation > 0) putLong(translation, 32);
    },
    writeBlock(items, from, to, rawSize, frequencies) {
      const aligned = isWorthAligning(frequencies);
      assignCodes(alignedLengths, 8, alignedCodes);
      buildLengths(frequencies.main, MAIN_SYMBOLS, LONGEST_CODE, mainLengths);
      buildLengths(frequencies.length, LENGTH_SYMBOLS, LONGEST_CODE, lengthLengths);
      putHeader(aligned ? ALIGNED : VERBATIM, rawSize);
      for (let i = from; i < to; i++) {
        const size = items.lengths[i]!;
        const value = items.values[i]!;
        if (size === 1) put(mainCodes[value]!, mainLengths[value]!);
        else putMatch(size, value, aligned);
        advance(size);
      }
    },
    writeNeutral(byte) {
      mainLengths.set(NEUTRAL_MAIN);
      lengthLengths.set(NEUTRAL_LENGTH);
      putHeader(VERBATIM, 1);
      put(mainCodes[byte]!, mainLengths[byte]!);
      advance(1);
    },
    end() {
      if (inFrame > 0) endFrame();
      return output.slice(0, record);
    },
  };
}
