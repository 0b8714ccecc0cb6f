import { createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { differs } from './differs.ts';
import { encodeGzipMember } from './gzip-member.ts';
import type { Encoding, Unit } from './jobs.ts';
import { readRangeInto, type Source, sourceSize } from './source.ts';
import { encodeZstdFrame } from './zstd-frame.ts';

const CHUNK = 1 << 18;
const IN_ONE_CALL = 32 << 20;

/**
 * Compresses a source into one piece, decompresses the piece again and compares every byte. Runs in a worker thread.
 * @throws PackwrightError when what comes back differs: then the compressor is at fault, and nothing must be shipped.
 */
export async function encodeUnit(
  source: Source,
  encoding: Encoding,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; unit: Unit }> {
  const { bytes, unpaddedSize } = await encodeAndCompare(source, encoding);
  const unit: Unit = {
    size: bytes.byteLength,
    rawSize: sourceSize(source),
    unpaddedSize,
    head: Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(32, bytes.byteLength)).toString('hex'),
  };
  return { bytes, unit };
}

async function encodeAndCompare(source: Source, encoding: Encoding) {
  if (encoding.method === 'xz') {
    // Loaded when needed. It reads straight into the WebAssembly heap.
    const { encodeXzBlock } = await import('./xz-block.ts');
    return encodeXzBlock(source, encoding.level, encoding.filter);
  }
  const raw = loadSource(source);
  const encoded =
    encoding.method === 'zstd'
      ? encodeZstdFrame(raw, encoding.level, encoding.threaded)
      : encodeGzipMember(raw, encoding.level);
  await compareDecoded(encoded, raw, encoding.method);
  // A copy in a buffer of its own: a view into a pool cannot be handed to another thread.
  return { bytes: new Uint8Array(encoded), unpaddedSize: 0 };
}

function loadSource(source: Source): Uint8Array {
  if (source instanceof Uint8Array) return source;
  const raw = Buffer.allocUnsafeSlow(source.length);
  readRangeInto(source, raw);
  return raw;
}

/** A large frame is decompressed in chunks, so that it is not in memory a third time; the others in one call, which costs less. */
async function compareDecoded(encoded: Buffer, raw: Uint8Array, method: 'zstd' | 'gzip'): Promise<void> {
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

function decode(encoded: Buffer, size: number, method: 'zstd' | 'gzip'): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (size > IN_ONE_CALL) {
    const decoder = method === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createGunzip({ chunkSize: CHUNK });
    return decoder.end(encoded);
  }
  const options = { chunkSize: CHUNK, maxOutputLength: Math.max(1, size) };
  return [method === 'zstd' ? zstdDecompressSync(encoded, options) : gunzipSync(encoded, options)];
}
