import {
  constants,
  createGunzip,
  createZstdDecompress,
  gunzipSync,
  inflateRawSync,
  zstdDecompressSync,
} from 'node:zlib';
import { differs } from './differs.ts';

type Decodable = 'zstd' | 'gzip' | 'deflate' | 'mszip';

const CHUNK = 1 << 18;
const IN_ONE_CALL = 32 << 20;

/**
 * Decompresses and compares every byte. A large frame goes in chunks, so that it is not in memory a third time; the others in one
 * call, which costs less.
 * @throws PackwrightError when it is not `raw` that comes back.
 */
export async function assertDecodes(encoded: Buffer, raw: Uint8Array, method: Decodable): Promise<void> {
  let at = 0;
  try {
    for await (const chunk of decode(encoded, raw.byteLength, method)) {
      if (!chunk.equals(raw.subarray(at, at + chunk.length))) throw new Error(`byte ${at} or after differs`);
      at += chunk.length;
    }
    if (at !== raw.byteLength) throw new Error(`${at} of ${raw.byteLength} bytes came back`);
  } catch (cause) {
    throw differs(method, cause);
  }
}

function decode(encoded: Buffer, size: number, method: Decodable): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (method === 'mszip') return decodeMszip(encoded);
  // Pieces of deflate are never large.
  if (size > IN_ONE_CALL && method !== 'deflate') {
    const decoder = method === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createGunzip({ chunkSize: CHUNK });
    return decoder.end(encoded);
  }
  const options = { chunkSize: CHUNK, maxOutputLength: Math.max(1, size) };
  if (method === 'deflate') return [inflateRawSync(encoded, { ...options, finishFlush: constants.Z_SYNC_FLUSH })];
  return [method === 'zstd' ? zstdDecompressSync(encoded, options) : gunzipSync(encoded, options)];
}

/** The sizes are trusted, since we wrote them just now. */
function* decodeMszip(encoded: Buffer): Generator<Buffer> {
  let before: Buffer | undefined;
  for (let at = 0; at < encoded.length; ) {
    const end = at + 8 + encoded.readUInt16LE(at + 4);
    const block: Buffer = inflateRawSync(encoded.subarray(at + 10, end), before ? { dictionary: before } : {});
    yield block;
    before = block;
    at = end;
  }
}
