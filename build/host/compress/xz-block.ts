import { PackwrightError } from '../../model/errors.ts';
import { differs } from './differs.ts';
import type { Filter } from './jobs.ts';
import { allocate, heapView, type Liblzma, LZMA_OK, loadLiblzma } from './liblzma.ts';
import { readRangeInto, type Source, sourceSize } from './source.ts';
import { cutBlock, XZ_CHECK } from './xz-container.ts';
import { type LzmaOptions, lzmaOptions } from './xz-options.ts';

/** lzma_vli filter ids (xz file format 1.2, section 5.3). */
const FILTER_LZMA2 = 0x21n;
const FILTER_X86 = 0x04n;
const END_OF_FILTERS = 0xffffffffffffffffn;

/**
 * Compresses a source into one block of an xz stream, whose header says its sizes, and compares it decompressed with the source.
 * @throws PackwrightError when it differs, or when liblzma refuses.
 */
export async function encodeXzBlock(
  source: Source,
  level: number,
  filter: Filter,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; unpaddedSize: number }> {
  const lzma = await loadLiblzma();
  const size = sourceSize(source);
  // Incompressible data is stored in LZMA2 chunks of 64 KiB with three bytes each (lzma_block_buffer_bound, rounded up).
  const bound = size + Math.ceil(size / 65536) * 3 + 4096;
  const held: number[] = [];
  const hold = (bytes: number) => {
    const pointer = allocate(lzma, bytes);
    held.push(pointer);
    return pointer;
  };
  try {
    const input = hold(size);
    if (source instanceof Uint8Array) lzma.HEAPU8.set(source, input);
    else readRangeInto(source, lzma.HEAPU8.subarray(input, input + size));
    const output = hold(bound);
    const position = hold(8);
    const filters = writeFilters(lzma, hold, lzmaOptions(level, size, filter), filter);
    heapView(lzma).setUint32(position, 0, true);
    const code = lzma._lzma_stream_buffer_encode(filters, XZ_CHECK, 0, input, size, output, position, bound);
    if (code !== LZMA_OK) throw new PackwrightError('xz', `liblzma cannot compress ${size} bytes (lzma_ret ${code})`);
    const length = heapView(lzma).getUint32(position, true);
    const stream = lzma.HEAPU8.slice(output, output + length);
    compareDecoded(lzma, hold, { input, size, output, length });
    return cutBlock(stream, size);
  } finally {
    for (const pointer of held) lzma._free(pointer);
  }
}

function writeFilters(lzma: Liblzma, hold: (bytes: number) => number, options: LzmaOptions, filter: Filter): number {
  // sizeof(lzma_options_lzma) is 112 on wasm32; what is not set must be zero.
  const pointer = hold(112);
  // Three of lzma_filter: id (uint64_t), options (pointer), padding.
  const filters = hold(48);
  lzma.HEAPU8.fill(0, pointer, pointer + 112);
  lzma.HEAPU8.fill(0, filters, filters + 48);
  const view = heapView(lzma);
  // dict_size 0, preset_dict 4, preset_dict_size 8, lc 12, lp 16, pb 20, mode 24, nice_len 28, mf 32, depth 36.
  view.setUint32(pointer, options.dictSize, true);
  view.setUint32(pointer + 12, options.lc, true);
  view.setUint32(pointer + 16, options.lp, true);
  view.setUint32(pointer + 20, options.pb, true);
  view.setUint32(pointer + 24, options.mode, true);
  view.setUint32(pointer + 28, options.niceLen, true);
  view.setUint32(pointer + 32, options.mf, true);
  view.setUint32(pointer + 36, options.depth, true);
  let at = filters;
  // The x86 filter is as old as the format; ARM64's needs liblzma 5.4, which Debian 11 has not.
  if (filter === 'x64') {
    view.setBigUint64(at, FILTER_X86, true);
    at += 16;
  }
  view.setBigUint64(at, FILTER_LZMA2, true);
  view.setUint32(at + 8, pointer, true);
  view.setBigUint64(at + 16, END_OF_FILTERS, true);
  return filters;
}

function compareDecoded(
  lzma: Liblzma,
  hold: (bytes: number) => number,
  { input, size, output, length }: { input: number; size: number; output: number; length: number },
): void {
  const back = hold(size);
  const numbers = hold(16);
  const view = heapView(lzma);
  // memlimit (uint64_t), in_pos, out_pos.
  view.setBigUint64(numbers, 1n << 28n, true);
  view.setUint32(numbers + 8, 0, true);
  view.setUint32(numbers + 12, 0, true);
  const code = lzma._lzma_stream_buffer_decode(numbers, 0, 0, output, numbers + 8, length, back, numbers + 12, size);
  const written = heapView(lzma).getUint32(numbers + 12, true);
  const heap = Buffer.from(lzma.HEAPU8.buffer);
  const same = heap.compare(heap, back, back + size, input, input + size) === 0;
  if (code !== LZMA_OK || written !== size || !same) {
    throw differs('xz');
  }
}
