import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Bytes whose size and SHA-256 are known before they are read. */
export interface Content {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Path of a file that holds exactly these bytes, when there is one, so that a worker can read it for itself. */
  readonly file?: string;
  /** The processor whose machine code makes up most of it, so that a compressor can pick a filter. */
  readonly machineCode?: 'x64' | 'arm64';
  /** The bytes from the start. May be called any number of times. */
  open(): AsyncIterable<Uint8Array>;
}

/** Content that is held in memory: generated text, small files. Strings are UTF-8. */
export function bytesContent(data: Uint8Array | string): Content {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
  return {
    size: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *open() {
      yield bytes;
    },
  };
}

/** A digest of bytes that come bit by bit. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hex. */
  hex(): string;
}

/** `crc32` (that of gzip and zip, most significant digit first), or an algorithm of node:crypto. */
export function startDigest(algorithm: string): Digest {
  if (algorithm === 'crc32') {
    let value = 0;
    return {
      update(bytes) {
        value = crc32(bytes, value);
      },
      hex: () => value.toString(16).padStart(8, '0'),
    };
  }
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

/** Digests of a stream of bytes, in the order of `algorithms`, as `startDigest` knows them, lower-case hex. */
export async function hashData(data: AsyncIterable<Uint8Array>, algorithms: readonly string[]): Promise<string[]> {
  const digests = algorithms.map(startDigest);
  for await (const chunk of data) for (const digest of digests) digest.update(chunk);
  return digests.map((digest) => digest.hex());
}

/** The whole content in one array; only for what is known to be small. */
export async function readContent(content: Content): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
