import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Artifact, Blobs, ByteSource, Unpacker } from '../../../build/model/format.ts';

/** Compresses in memory, the way a build does: a part of its own for each content. */
export const blobs: Blobs = {
  async compress(parts, { method, level }) {
    const raw: Uint8Array[] = [];
    for (const part of parts) {
      if (part instanceof Uint8Array) raw.push(part);
      else for await (const chunk of part.open()) raw.push(chunk);
    }
    const bytes = Buffer.concat(raw);
    const packed =
      method === 'zstd'
        ? Buffer.concat(
            raw.map((piece) => zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: level } })),
          )
        : method === 'gzip'
          ? Buffer.concat(raw.map((piece) => gzipSync(piece, { level })))
          : spawnSync('xz', [`-${level}`, '--check=crc32'], { input: bytes, maxBuffer: 1 << 28 }).stdout;
    return {
      size: packed.length,
      sha256: createHash('sha256').update(packed).digest('hex'),
      rawSize: bytes.length,
      rawSha256: createHash('sha256').update(bytes).digest('hex'),
      async *open() {
        yield packed;
      },
    };
  },
  async digest(content, algorithm) {
    const hash = createHash(algorithm);
    for await (const chunk of content.open()) hash.update(chunk);
    return hash.digest('hex');
  },
};

export const unpacker: Unpacker = {
  async *unpack(source, offset, length, method) {
    const packed = Buffer.from(await source.read(offset, length));
    try {
      if (method === 'zstd') yield zstdDecompressSync(packed);
      else if (method === 'gzip') yield gunzipSync(packed);
      else {
        const run = spawnSync('xz', ['-dc'], { input: packed, maxBuffer: 1 << 28 });
        if (run.status !== 0) throw new Error(run.stderr.toString());
        yield run.stdout;
      }
    } catch (cause) {
      throw new PackwrightError(source.name, 'the payload cannot be unpacked', 'get it again', cause);
    }
  },
};

export async function artifactBytes(artifact: Artifact): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifact.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function bytesSource(bytes: Uint8Array, name = 'test.rpm'): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new PackwrightError(name, 'ends early');
      return bytes.subarray(offset, offset + length);
    },
  };
}
