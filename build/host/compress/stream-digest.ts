import { createHash } from 'node:crypto';
import type { Cache } from '../cache.ts';
import type { Pool } from './pool.ts';
import { type Source, sourceSize } from './source.ts';

/** Bytes whose SHA-256 was verified in this process. */
export interface HashedSource {
  source: Source;
  /** Lower-case hex. */
  sha256: string;
}

/** Shorter streams are hashed faster than a file is written. */
const WORTH_KEEPING = 1 << 20;

export function hashBytes(source: Uint8Array): HashedSource {
  return { source, sha256: createHash('sha256').update(source).digest('hex') };
}

/**
 * SHA-256 of pieces one after another, lower-case hex. What it is for given pieces is remembered in the cache, since SHA-256 has no
 * way to continue from the digests of parts, and 116 MB take a quarter of a second where the processor has no instruction for it.
 */
export function openStreamDigest(cache: Cache, pool: Pool): (pieces: readonly HashedSource[]) => Promise<string> {
  const underway = new Map<string, Promise<string>>();

  async function findOrMake(key: string, pieces: readonly HashedSource[], size: number): Promise<string> {
    const found = size >= WORTH_KEEPING ? await cache.read(key) : undefined;
    if (typeof found?.meta === 'string') return found.meta;
    const sources = pieces.map(({ source }) => source);
    const { digests } = await pool.run({ kind: 'digest', sources, algorithms: ['sha256'] });
    if (size >= WORTH_KEEPING) await cache.write(key, [], digests[0]!);
    return digests[0]!;
  }

  return async (pieces) => {
    if (pieces.length === 1) return pieces[0]!.sha256;
    const size = pieces.reduce((sum, { source }) => sum + sourceSize(source), 0);
    const list = pieces.map(({ source, sha256 }) => `${sourceSize(source)} ${sha256}`).join('\n');
    const key = `stream ${hashBytes(Buffer.from(list)).sha256}`;
    const other = underway.get(key);
    if (other) return other;
    const mine = findOrMake(key, pieces, size);
    underway.set(key, mine);
    try {
      return await mine;
    } finally {
      underway.delete(key);
    }
  };
}
