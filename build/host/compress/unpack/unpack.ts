import { hashData } from '../../../model/content.ts';
import { PackwrightError } from '../../../model/errors.ts';
import type { ByteSource, Method, Unpacker } from '../../../model/format.ts';
import type { Cache } from '../../cache.ts';
import { rememberedDigest } from '../content-digest.ts';
import { knownPiecesOf } from '../known-pieces.ts';
import type { RangeWork } from '../range-work.ts';
import { unpackDeflate } from './deflate.ts';
import { digestData, type KnownDigest } from './digest-data.ts';
import { unpackGzip } from './gzip.ts';
import type { Knowledge } from './known-piece.ts';
import { unpackLzx } from './lzx.ts';
import { unpackMszip } from './mszip.ts';
import { readRange, type Stretch } from './stretch.ts';
import { unpackXz } from './xz.ts';
import { unpackZstd } from './zstd.ts';

export interface UnpackerOptions {
  /**
   * The cache that the build's compressor fills: pieces that this process put there or took from there are recognised by SHA-256, and
   * their raw bytes read from the original file. Readers keep notes in it. Without it everything is decompressed.
   */
  cache?: Cache;
  /** Threads for what is only read. */
  ranges?: RangeWork;
}

/** Opens an unpacker. It holds nothing that would need closing. */
export function openUnpacker({ cache, ranges }: UnpackerOptions = {}): Unpacker {
  const known: Knowledge = { pieces: cache ? knownPiecesOf(cache) : new Map(), ...(ranges ? { ranges } : {}) };
  const digestOf: KnownDigest = async (content, algorithm) => {
    if (algorithm === 'sha256') return content.sha256;
    return cache && rememberedDigest(cache, content, algorithm);
  };
  return {
    unpack(source, offset, length, method, window = 21) {
      assertWithin(source, offset, length);
      if (method === 'lzx') return unpackLzx({ source, offset, length }, known, window);
      return unpackStretch({ source, offset, length }, method, known);
    },
    async digestStored(source, offset, length) {
      assertWithin(source, offset, length);
      if (ranges && source.file !== undefined) return ranges.digest({ file: source.file, offset, length });
      const [digest = ''] = await hashData(readRange({ source, offset, length }, 0, length), ['sha256']);
      return digest;
    },
    digest: (data, algorithms) => digestData(data, algorithms, digestOf),
    ...(cache ? { notes: notesOf(cache) } : {}),
  };
}

/** Sealed by the cache with their key: a damaged note is none. */
function notesOf(cache: Cache): NonNullable<Unpacker['notes']> {
  return {
    async read(key) {
      const meta = (await cache.read(`note ${key}`))?.meta;
      return typeof meta === 'string' ? meta : undefined;
    },
    async write(key, text) {
      await cache.write(`note ${key}`, [], text);
    },
  };
}

function unpackStretch(stretch: Stretch, method: Exclude<Method, 'lzx'>, known: Knowledge): AsyncIterable<Uint8Array> {
  if (method === 'none') return readRange(stretch, 0, stretch.length);
  if (method === 'xz') return unpackXz(stretch, known);
  if (method === 'zstd') return unpackZstd(stretch, known);
  if (method === 'mszip') return unpackMszip(stretch, known);
  if (method === 'deflate') return unpackDeflate(stretch, known);
  return unpackGzip(stretch, known);
}

function assertWithin(source: ByteSource, offset: number, length: number): void {
  const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (sound && offset + length <= source.size) return;
  throw new PackwrightError(
    source.name,
    `bytes ${offset} to ${offset + length} were asked for, but it has only ${source.size}`,
    'the file is truncated: fetch or build it again',
  );
}
