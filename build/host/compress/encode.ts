import { assertDecodes } from './assert-decodes.ts';
import { encodeDeflatePiece } from './deflate-piece.ts';
import { encodeGzipMember } from './gzip-member.ts';
import { type Encoding, rawSizeOf, type Unit } from './jobs.ts';
import { encodeMszipBlocks } from './mszip-blocks.ts';
import { readRangeInto, type Source } from './source.ts';
import { encodeZstdFrame } from './zstd-frame.ts';

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
    rawSize: rawSizeOf(source, encoding),
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
  if (encoding.method === 'lzx') {
    const { encodeLzxPiece } = await import('./lzx-check.ts');
    const bytes = encodeLzxPiece(raw, encoding.place);
    if (!(source instanceof Uint8Array)) release(raw);
    return { bytes, unpaddedSize: 0 };
  }
  const encoded = encode(raw, encoding);
  // A whole stream in one frame is decompressed once only, by its reader.
  if (!isWhole(encoding)) await assertDecodes(encoded, raw, encoding.method);
  // A copy in a buffer of its own: a view into a pool cannot be handed to another thread.
  const bytes = new Uint8Array(encoded);
  release(encoded);
  if (!(source instanceof Uint8Array)) release(raw);
  return { bytes, unpaddedSize: 0 };
}

function encode(raw: Uint8Array, encoding: Exclude<Encoding, { method: 'xz' | 'lzx' }>): Buffer {
  if (encoding.method === 'zstd') return encodeZstdFrame(raw, encoding.level, encoding.threaded);
  if (encoding.method === 'mszip') return encodeMszipBlocks(raw, encoding.level);
  if (encoding.method === 'deflate') return encodeDeflatePiece(raw, encoding.level);
  return encodeGzipMember(raw, encoding.level);
}

function isWhole(encoding: Encoding): boolean {
  return encoding.method === 'zstd' && encoding.threaded;
}

function loadSource(source: Source): Uint8Array {
  if (source instanceof Uint8Array) return source;
  const raw = Buffer.allocUnsafeSlow(source.length);
  readRangeInto(source, raw);
  return raw;
}

/** Gives memory back now: the collector of an otherwise idle thread would let tens of megabytes lie. */
function release({ buffer }: Uint8Array<ArrayBufferLike>): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 1 << 20) buffer.transfer(0);
}
