import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Content } from '../../model/content.ts';
import { PackwrightError } from '../../model/errors.ts';
import type { Blobs, Compressed, Compression, Part } from '../../model/format.ts';
import type { Cache } from '../cache.ts';
import { openContentDigest } from './content-digest.ts';
import { openContentFiles } from './content-files.ts';
import { cutContent, type PackedCompression, plainEncoding } from './cut-content.ts';
import { cutFolder, type FolderCompression, isOfFolders } from './cut-folder.ts';
import { DEFLATE_END } from './deflate-piece.ts';
import { fileIdentity } from './identity.ts';
import type { Encoding } from './jobs.ts';
import { joinUnits, knownPiecesOf, rememberPieces } from './known-pieces.ts';
import { MSZIP_BLOCK } from './mszip-blocks.ts';
import { type BlobReport, type Encoded, openPieceMaker } from './piece-maker.ts';
import { defaultMemory, openPool } from './pool.ts';
import { openRangeWork, type RangeWork } from './range-work.ts';
import { pieceLimit, planSegments } from './segments.ts';
import { type Source, sourceSize, streamSources } from './source.ts';
import { openSpill, type Spill } from './spill.ts';
import { storeParts } from './store-parts.ts';
import { type HashedSource, hashBytes, openStreamDigest } from './stream-digest.ts';
import { xzIndexAndFooter, xzStreamHeader } from './xz-container.ts';

export interface BlobsOptions {
  cache: Cache;
  /** A folder for this process alone, which the caller removes. */
  scratch: string;
  /** Threads. Default: the processors that this process may use. */
  jobs?: number;
  /** Bytes that the threads may use together. Default: a third of the machine. */
  memory?: number;
  report?: (report: BlobReport) => void;
  /** Bytes from which a content becomes a segment of its own. */
  threshold?: number;
  /** Largest piece before compression in bytes. Default by method; smaller ones are for tests. */
  limit?: number;
}

/** Blobs, and the threads behind them. */
export interface OpenBlobs extends Blobs {
  /** The threads' other work. */
  ranges: RangeWork;
  /** Ends the threads; what is still being compressed fails. Trims the cache. */
  close(): Promise<void>;
}

/** Contents at least this large are compressed for themselves: README, "Where a stream is cut". */
export const DEFAULT_THRESHOLD = 256 << 10;
/** Runs at least this large are kept in the cache as well. */
const CACHED_RUN = 64 << 10;
/** Larger runs are put into the scratch folder rather than held. */
const HELD_RUN = 1 << 20;
/** Scale of each method's `level`. */
const LEVELS = { xz: [0, 9], zstd: [1, 19], gzip: [1, 9], deflate: [1, 9], mszip: [1, 9], lzx: [21, 21] } as const;

/** Work in hand: the bytes before compression, and the segments they become, in order. */
interface Started {
  raw: readonly HashedSource[];
  pending: readonly Promise<Encoded>[];
}

/** Opens the compressor: threads, the cache, and what this process learns on the way. Close it when done. */
export async function openBlobs(options: BlobsOptions): Promise<OpenBlobs> {
  const { cache, scratch, report = () => {}, threshold = DEFAULT_THRESHOLD } = options;
  await mkdir(scratch, { recursive: true });
  const jobs = options.jobs ?? availableParallelism();
  const compiled = join(cache.folder, 'compiled');
  const encoders = openPool({ jobs, memory: options.memory ?? defaultMemory(), compiled });
  // Apart, so that a digest of a second does not wait for pieces of ten.
  const hashers = openPool({ jobs, memory: Infinity, compiled });
  const ranges = openRangeWork(hashers);
  const contents = openContentFiles(scratch, cache, hashers);
  const makePieces = openPieceMaker(cache, encoders, report);
  const known = knownPiecesOf(cache);
  let serial = 0;

  const digestStream = openStreamDigest(cache, hashers);

  async function encodeContent(
    content: Content,
    compression: PackedCompression | FolderCompression,
    limit: number,
  ): Promise<Encoded> {
    const { file, identity } = await contents.locate(content);
    const cut = isOfFolders(compression)
      ? cutFolder({ file, offset: 0, length: content.size }, content, compression, limit)
      : await cutContent(content, file, compression, limit);
    const encoded = await makePieces(cut);
    await contents.assertUnchanged(file, identity);
    const { source, units } = encoded;
    const packed = source instanceof Uint8Array ? undefined : await fileIdentity(source.file);
    if (!(source instanceof Uint8Array) && packed !== undefined) {
      const raw = { file, offset: 0, length: content.size, identity, content };
      rememberPieces(
        known,
        isOfFolders(compression) ? [joinUnits(units)] : units,
        { ...source, identity: packed },
        raw,
      );
    }
    return encoded;
  }

  async function encodeRun({ source, sha256 }: HashedSource, encoding: Encoding): Promise<Encoded> {
    if (sourceSize(source) >= CACHED_RUN) {
      const key = ['run', ...Object.values(encoding)].join(' ');
      return makePieces({ sha256, pieces: [{ source, encoding }], key });
    }
    const { bytes, unit } = await encoders.run({ kind: 'encode', source, encoding });
    return { ...hashBytes(bytes), units: [unit] };
  }

  async function hashSource(source: Source): Promise<HashedSource> {
    return source instanceof Uint8Array ? hashBytes(source) : { source, sha256: await ranges.digest(source) };
  }

  /** Cuts the parts into segments and has them encoded. */
  async function startSegments(parts: readonly Part[], compression: PackedCompression, spill: Spill): Promise<Started> {
    const limit = wholeBlocks(options.limit ?? pieceLimit(compression), compression);
    const raw: HashedSource[] = [];
    const pending: Promise<Encoded>[] = [];
    const add = (encoded: Promise<Encoded>) => {
      pending.push(encoded);
      // It is awaited at the end; a failure until then must not count as unhandled.
      encoded.catch(() => {});
    };
    try {
      for await (const segment of planSegments(parts, segmentThreshold(parts, compression, threshold), limit)) {
        if (segment.kind === 'content') {
          const { file } = await contents.locate(segment.content);
          const source = { file, offset: 0, length: segment.content.size };
          raw.push({ source, sha256: segment.content.sha256 });
          add(encodeContent(segment.content, compression, limit));
        } else {
          const kept = segment.bytes.byteLength > HELD_RUN ? await spill.keep(segment.bytes) : segment.bytes;
          const source = await hashSource(kept);
          raw.push(source);
          add(encodeRun(source, plainEncoding(compression)));
        }
        await encoders.whenRoom();
      }
    } catch (cause) {
      await Promise.allSettled(pending);
      throw cause;
    }
    // A stream of xz or deflate may have no piece at all; the others need one.
    if (pending.length === 0 && compression.method !== 'xz' && compression.method !== 'deflate') {
      add(encodeRun(hashBytes(new Uint8Array()), plainEncoding(compression)));
    }
    return { raw, pending };
  }

  /** A folder of a cabinet: a content that stands alone is one that others have as well; everything else is a run. */
  async function startFolder(parts: readonly Part[], compression: FolderCompression, spill: Spill): Promise<Started> {
    const limit = options.limit ?? pieceLimit(compression);
    const [only, ...others] = parts;
    if (only && !(only instanceof Uint8Array) && others.length === 0 && only.size >= threshold) {
      const { file } = await contents.locate(only);
      const source = { file, offset: 0, length: only.size };
      return { raw: [{ source, sha256: only.sha256 }], pending: [encodeContent(only, compression, limit)] };
    }
    const source = await spill.keepAll(parts);
    if (source.length === 0) return { raw: [], pending: [] };
    const sha256 = await ranges.digest(source);
    return { raw: [{ source, sha256 }], pending: [makePieces(cutFolder(source, { sha256 }, compression, limit))] };
  }

  /**
   * One frame for everything, for readers that stop after the first. Nothing can be reused of it, so it is not kept in the cache, and
   * nothing is compared here either: the package's own reader decompresses every byte of it.
   */
  async function startWhole(parts: readonly Part[], level: number, digests: boolean, spill: Spill): Promise<Started> {
    const source = await spill.keepAll(parts);
    const raw = { source, sha256: digests ? await ranges.digest(source) : '' };
    const encode = async () => {
      const encoding = { method: 'zstd', level, threaded: true } as const;
      const { bytes, unit } = await encoders.run({ kind: 'encode', source, encoding });
      const packed = { file: join(scratch, `packed-${serial++}`), offset: 0, length: bytes.byteLength };
      await writeFile(packed.file, bytes, { flag: 'wx' });
      return { source: packed, sha256: digests ? await ranges.digest(packed) : '', units: [unit] };
    };
    return { raw: [raw], pending: [encode()] };
  }

  /** The compressed stream's pieces, in order. */
  function assemble(encoded: readonly Encoded[], { method }: Compression): HashedSource[] {
    if (method === 'deflate') return [...encoded, hashBytes(DEFLATE_END)];
    if (method !== 'xz') return [...encoded];
    const blocks = encoded.flatMap(({ units }) => units);
    return [hashBytes(xzStreamHeader()), ...encoded, hashBytes(xzIndexAndFooter(blocks))];
  }

  return {
    async compress(parts, compression, { oneFrame = false, digests = 'both' } = {}): Promise<Compressed> {
      if (!isPacked(compression)) return storeParts(parts);
      checkLevel(compression);
      const spill = openSpill(join(scratch, `raw-${serial++}`));
      try {
        const whole = oneFrame && compression.method === 'zstd';
        const start = () => {
          if (whole) return startWhole(parts, compression.level, digests !== 'none', spill);
          if (isOfFolders(compression)) return startFolder(parts, compression, spill);
          return startSegments(parts, compression, spill);
        };
        const { raw, pending } = await start();
        const rawDigest = digests === 'both' ? digestStream(raw) : Promise.resolve('');
        await Promise.allSettled([rawDigest, ...pending]);
        const [rawSha256, ...encoded] = await Promise.all([rawDigest, ...pending]);
        const pieces = assemble(encoded, compression);
        return {
          size: sizeOf(pieces),
          sha256: digests === 'none' ? '' : await digestStream(pieces),
          rawSize: sizeOf(raw),
          rawSha256,
          open: () => streamSources(pieces.map(({ source }) => source)),
        };
      } finally {
        await spill.remove();
      }
    },
    ranges,
    digest: openContentDigest(cache, contents, hashers),
    async close() {
      await Promise.all([encoders.close(), hashers.close()]);
      await cache.trim();
    },
  };
}

const sizeOf = (pieces: readonly HashedSource[]) => pieces.reduce((sum, { source }) => sum + sourceSize(source), 0);

function wholeBlocks(limit: number, { method }: Compression): number {
  return method === 'mszip' ? Math.ceil(limit / MSZIP_BLOCK) * MSZIP_BLOCK : limit;
}

/** Only the last MSZIP block of a folder may be short: a content is a segment of its own when it is all there is. */
function segmentThreshold(parts: readonly Part[], { method }: Compression, threshold: number): number {
  return method === 'mszip' && parts.length > 1 ? Infinity : threshold;
}

function isPacked(compression: Compression): compression is PackedCompression | FolderCompression {
  return compression.method !== 'none';
}

function checkLevel({ method, level }: PackedCompression | FolderCompression): void {
  const [lowest, highest] = LEVELS[method];
  if (Number.isInteger(level) && level >= lowest && level <= highest) return;
  throw new PackwrightError(`compression ${method}`, `there is no level ${level}`, `use ${lowest} to ${highest}`);
}
