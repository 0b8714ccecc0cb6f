import {
  allocate,
  heapView,
  LZMA_MEM_ERROR,
  LZMA_MEMLIMIT_ERROR,
  LZMA_OK,
  LZMA_STREAM_END,
  loadLiblzma,
} from '../liblzma.ts';
import { corrupt, type Stretch } from './stretch.ts';

const CHUNK = 256 * 1024;
/** Dictionaries up to 64 MiB, as `xz -9` makes them, and some room. */
const MEMORY_LIMIT = 100n * 2n ** 20n;
/** lzma_action (lzma/base.h). */
const LZMA_RUN = 0;
const LZMA_FINISH = 3;
/** sizeof(lzma_stream) on wasm32: next_in 0, avail_in 4, next_out 16, avail_out 20. */
const LZMA_STREAM_SIZE = 96;

/**
 * The bytes of one complete stream, which `chunks` gives; every check in it is verified.
 * @throws PackwrightError, naming the stretch, when it is damaged, ends early, or something follows it.
 */
export async function* decodeXzStream(stretch: Stretch, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const lzma = await loadLiblzma();
  const held: number[] = [];
  const hold = (size: number) => {
    const pointer = allocate(lzma, size);
    held.push(pointer);
    return pointer;
  };
  const stream = hold(LZMA_STREAM_SIZE);
  // LZMA_STREAM_INIT is all zeros.
  lzma.HEAPU8.fill(0, stream, stream + LZMA_STREAM_SIZE);
  try {
    const input = hold(CHUNK);
    const output = hold(CHUNK);
    if (lzma._lzma_stream_decoder(stream, MEMORY_LIMIT, 0) !== LZMA_OK) throw new Error('liblzma: no decoder');
    let code = LZMA_OK;
    let ended = false;

    /** One call: what it wrote. */
    function decode(action: number): Uint8Array {
      heapView(lzma).setUint32(stream + 16, output, true);
      heapView(lzma).setUint32(stream + 20, CHUNK, true);
      code = lzma._lzma_code(stream, action);
      const written = CHUNK - heapView(lzma).getUint32(stream + 20, true);
      if (code === LZMA_STREAM_END) ended = true;
      else if (code !== LZMA_OK) throw corrupt(stretch, 'xz', 0, reasonOf(code));
      return lzma.HEAPU8.slice(output, output + written);
    }
    const left = () => heapView(lzma).getUint32(stream + 4, true);

    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength; at += CHUNK) {
        const part = chunk.subarray(at, at + CHUNK);
        if (ended) throw corrupt(stretch, 'xz', 0, 'something follows the stream');
        lzma.HEAPU8.set(part, input);
        heapView(lzma).setUint32(stream, input, true);
        heapView(lzma).setUint32(stream + 4, part.byteLength, true);
        for (let full = true; !ended && (full || left() > 0); ) {
          const bytes = decode(LZMA_RUN);
          full = bytes.byteLength === CHUNK;
          if (bytes.byteLength > 0) yield bytes;
        }
        if (ended && left() > 0) throw corrupt(stretch, 'xz', 0, 'something follows the stream');
      }
    }
    while (!ended) {
      const bytes = decode(LZMA_FINISH);
      if (bytes.byteLength > 0) yield bytes;
    }
  } finally {
    lzma._lzma_end(stream);
    for (const pointer of held) lzma._free(pointer);
  }
}

function reasonOf(code: number): string {
  if (code === LZMA_MEMLIMIT_ERROR || code === LZMA_MEM_ERROR) return 'it needs a dictionary of more than 64 MiB';
  // LZMA_FORMAT_ERROR 7, LZMA_OPTIONS_ERROR 8, LZMA_DATA_ERROR 9, LZMA_BUF_ERROR 10.
  return (
    { 7: 'no stream begins here', 8: 'it uses an unknown filter', 9: 'a check fails', 10: 'it ends early' }[code] ??
    `lzma_ret ${code}`
  );
}
