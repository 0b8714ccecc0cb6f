/** What is in an entry of a zip archive: stored, deflated (RFC 1951) or zstd (APPNOTE.TXT 4.4.5, method 93). */

import { Readable } from 'node:stream';
import { crc32, createInflateRaw, createZstdDecompress, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import type { ByteRange } from './byte-range.ts';
import { damaged, VolumeError } from './volume-error.ts';
import { dataStart, readPacked, type ZipEntry } from './zip-directory.ts';
import type { PackedContent } from './zip-writer.ts';

const [STORED, DEFLATE, ZSTD] = [0, 8, 93] as const;
const STEP = 1 << 20;
/** zlib's least; and a size that is believed before there is anything of it. */
const [SMALLEST_CHUNK, LARGEST_CHUNK] = [64, 4 << 20];

/**
 * All bytes of an entry.
 * @param limit most bytes that its content may have: a zip bomb ends here.
 * @throws VolumeError
 */
export function readZipEntry(range: ByteRange, entry: ZipEntry, limit: number): Buffer {
  if (entry.size > limit) throw damaged(`entry ${entry.name} has ${entry.size} bytes; at most ${limit} are expected`);
  const bytes = inflate(entry, readPacked(range, entry));
  requireSame(entry, bytes.length, crc32(bytes));
  return bytes;
}

/** The bytes of an entry as they stand in the archive, after what they hold was looked at. @throws VolumeError */
export function readPackedEntry(range: ByteRange, entry: ZipEntry, limit: number): PackedContent {
  readZipEntry(range, entry, limit);
  const { crc, size, method } = entry;
  if (method !== STORED && method !== DEFLATE && method !== ZSTD) throw unknownMethod(entry);
  return { method, crc, size, packed: range.read(dataStart(range, entry), entry.packed) };
}

/** The bytes of an entry that may be too large for memory, in parts. @throws VolumeError while it is read */
export async function* zipEntryParts(range: ByteRange, entry: ZipEntry): AsyncGenerator<Buffer> {
  let [size, crc] = [0, 0];
  const source = Readable.from(packedParts(range, entry), { objectMode: false });
  const decoder = decoderOf(entry);
  const parts: AsyncIterable<Buffer> = decoder
    ? source.on('error', (error) => decoder.destroy(error)).pipe(decoder)
    : source;
  try {
    for await (const part of parts) {
      size += part.length;
      if (size > entry.size) throw damaged(`entry ${entry.name} is longer than it says`);
      crc = crc32(part, crc);
      yield part;
    }
  } catch (thrown) {
    throw thrown instanceof VolumeError ? thrown : unpackable(entry, thrown);
  }
  requireSame(entry, size, crc);
}

function* packedParts(range: ByteRange, entry: ZipEntry): Generator<Buffer> {
  const start = dataStart(range, entry);
  for (let done = 0; done < entry.packed; done += STEP) {
    yield range.read(start + done, Math.min(STEP, entry.packed - done));
  }
}

function inflate(entry: ZipEntry, packed: Buffer): Buffer {
  // One byte more than it says, so that a longer one is found out; zlib wants at least one.
  const maxOutputLength = entry.size + 1;
  try {
    if (entry.method === STORED) return packed;
    // In one piece: nothing has to be put together.
    const chunkSize = Math.min(Math.max(maxOutputLength, SMALLEST_CHUNK), LARGEST_CHUNK);
    if (entry.method === DEFLATE) return inflateRawSync(packed, { maxOutputLength, chunkSize });
    if (entry.method === ZSTD) return zstdDecompressSync(packed, { maxOutputLength, chunkSize });
  } catch (thrown) {
    throw unpackable(entry, thrown);
  }
  throw unknownMethod(entry);
}

function decoderOf(entry: ZipEntry) {
  if (entry.method === STORED) return undefined;
  if (entry.method === DEFLATE) return createInflateRaw();
  if (entry.method === ZSTD) return createZstdDecompress();
  throw unknownMethod(entry);
}

function requireSame(entry: ZipEntry, size: number, crc: number): void {
  if (size !== entry.size) throw damaged(`entry ${entry.name} has ${size} bytes and should have ${entry.size}`);
  if (crc !== entry.crc) throw damaged(`entry ${entry.name} has another checksum`);
}

function unpackable(entry: ZipEntry, thrown: unknown): VolumeError {
  return damaged(`entry ${entry.name} cannot be decompressed`, thrown);
}

function unknownMethod(entry: ZipEntry): VolumeError {
  return damaged(`entry ${entry.name} is compressed by method ${entry.method}; stored, deflate and zstd are read`);
}
