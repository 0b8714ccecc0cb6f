/** Blobs and an Unpacker that hold everything in memory: for unit tests, whose packages are small. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflateRaw, gunzip, gzip, inflateRaw, zstdCompress, zstdDecompress } from 'node:zlib';
import { initModule, unxzAsync, xzAsync } from 'node-liblzma/wasm';
import { loadLiblzma } from '../../build/host/compress/liblzma.ts';
import { hashData } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Artifact, Blobs, ByteSource, Compression, Method, Unpacker } from '../../build/model/format.ts';

/** Largest raw stream a unit test may have. */
const LARGEST = 256 << 20;

export const memoryBlobs: Blobs = {
  async compress(parts, compression) {
    const chunks: Uint8Array[] = [];
    for (const part of parts) {
      if (part instanceof Uint8Array) chunks.push(part);
      else for await (const chunk of part.open()) chunks.push(chunk);
    }
    const raw = Buffer.concat(chunks);
    const bytes = await compressBytes(raw, compression);
    return {
      size: bytes.length,
      sha256: hash('sha256', bytes),
      rawSize: raw.length,
      rawSha256: hash('sha256', raw),
      async *open() {
        yield bytes;
      },
    };
  },
  async digest(content, algorithm) {
    const [digest = ''] = await hashData(content.open(), [algorithm]);
    return digest;
  },
};

export const memoryUnpacker: Unpacker = {
  digest: hashData,
  async digestStored(source, offset, length) {
    return createHash('sha256')
      .update(await source.read(offset, length))
      .digest('hex');
  },
  async *unpack(source, offset, length, method) {
    const bytes = await source.read(offset, length);
    let raw: Uint8Array;
    try {
      raw = await decompressBytes(bytes, method);
    } catch (cause) {
      throw new PackwrightError(`${source.name}: byte ${offset}`, `is not sound ${method} data`, '', cause);
    }
    // Chunks of an odd size, so that no parser can rely on block borders.
    for (let at = 0; at < raw.length; at += 65_521) yield raw.subarray(at, at + 65_521);
  },
};

async function compressBytes(raw: Buffer, { method, level }: Compression): Promise<Uint8Array> {
  switch (method) {
    case 'gzip':
      return promisify(gzip)(raw, { level });
    case 'deflate':
      return promisify(deflateRaw)(raw, { level });
    case 'zstd':
      return promisify(zstdCompress)(raw, {
        params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
      });
    case 'mszip':
      throw new Error('cabinets are tested with the real compressor');
    case 'none':
      return raw;
    case 'xz':
      await useWasm();
      return xzAsync(raw, { preset: Math.min(level, 6) }); // level 9 wants more memory than WebAssembly gets here
    default:
      throw new Error(`no unit test compresses with ${method} in memory`);
  }
}

async function decompressBytes(bytes: Uint8Array, method: Method): Promise<Uint8Array> {
  switch (method) {
    case 'gzip':
      return promisify(gunzip)(bytes, { maxOutputLength: LARGEST });
    case 'deflate':
      return promisify(inflateRaw)(bytes, { maxOutputLength: LARGEST });
    case 'zstd':
      return promisify(zstdDecompress)(bytes, { maxOutputLength: LARGEST });
    case 'mszip':
      throw new Error('cabinets are tested with the real decompressor');
    case 'none':
      return bytes;
    case 'xz':
      await useWasm();
      return unxzAsync(Buffer.from(bytes));
    default:
      throw new Error(`no unit test decompresses ${method} in memory`);
  }
}

/** The package's native addon does not load on every system; its WebAssembly build does. */
function useWasm() {
  // The same module under the package's own, narrower type.
  return initModule(loadLiblzma as unknown as Parameters<typeof initModule>[0]);
}

/** @throws PackwrightError on a read outside the bytes, as the contract asks. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > bytes.length) {
        throw new PackwrightError(name, `has no ${length} bytes at ${offset}`);
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

export async function readArtifact(artifact: Artifact): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifact.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A generator of the same numbers for the same seed, each from 0 up to `below` (mulberry32). */
export function seededNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function seededBytes(seed: number, length: number): Buffer {
  const number = seededNumbers(seed);
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = number(256);
  return bytes;
}

function hash(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
