import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createLzma from '#liblzma.js';

/**
 * The part of liblzma (WebAssembly, 32 bit) that we call: its C functions with `_` before their names (liblzma's `lzma/*.h`).
 * Pointers and size_t are numbers, uint64_t is bigint. `HEAPU8` changes identity when memory grows: read it anew after each call.
 */
export interface Liblzma {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _lzma_code(stream: number, action: number): number;
  _lzma_end(stream: number): void;
  _lzma_stream_decoder(stream: number, memlimit: bigint, flags: number): number;
  _lzma_stream_buffer_encode(
    filters: number,
    check: number,
    allocator: number,
    input: number,
    inputSize: number,
    output: number,
    outputPosition: number,
    outputSize: number,
  ): number;
  _lzma_stream_buffer_decode(
    memlimit: number,
    flags: number,
    allocator: number,
    input: number,
    inputPosition: number,
    inputSize: number,
    output: number,
    outputPosition: number,
    outputSize: number,
  ): number;
}

/** lzma_ret (lzma/base.h). */
export const LZMA_OK = 0;
export const LZMA_STREAM_END = 1;
export const LZMA_MEM_ERROR = 5;
export const LZMA_MEMLIMIT_ERROR = 6;

const wasmFile = () => fileURLToPath(import.meta.resolve('#liblzma.wasm'));
let loaded: Promise<Liblzma> | undefined;

/** One instance a thread. The WebAssembly build is used on every host, so that every host writes the same bytes. */
export function loadLiblzma(): Promise<Liblzma> {
  // The package's own types lack the functions that take filters; the names above are checked by the tests, which call each.
  loaded ??= createLzma({ wasmBinary: readFileSync(wasmFile()) }) as unknown as Promise<Liblzma>;
  return loaded;
}

/** Tells builds of liblzma apart: SHA-256 of the WebAssembly module. */
export function liblzmaIdentity(): string {
  return createHash('sha256').update(readFileSync(wasmFile())).digest('hex').slice(0, 16);
}

/** Allocates in the WebAssembly heap. @throws Error when the heap (at most 256 MiB) is full. */
export function allocate(lzma: Liblzma, size: number): number {
  const pointer = lzma._malloc(Math.max(1, size));
  if (pointer === 0) throw new Error(`liblzma: no memory for ${size} bytes`);
  return pointer;
}

/** Little-endian access to C structures. */
export function heapView(lzma: Liblzma): DataView {
  return new DataView(lzma.HEAPU8.buffer);
}
