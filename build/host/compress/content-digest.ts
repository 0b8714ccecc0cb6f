import { type Content, hashData } from '../../model/content.ts';
import type { Cache } from '../cache.ts';
import { type ContentFiles, changedContent } from './content-files.ts';
import type { Pool } from './pool.ts';

/** Smaller contents are hashed faster than a file is written. */
const WORTH_KEEPING = 1 << 20;

/** A digest of a content's bytes, lower-case hex. Throws PackwrightError when the bytes are not those that its SHA-256 says. */
export type DigestContent = (content: Content, algorithm: 'md5' | 'sha512' | 'crc32') => Promise<string>;

/** Digests of large contents are made in threads, and remembered in the cache by their SHA-256. */
export function openContentDigest(cache: Cache, contents: ContentFiles, pool: Pool): DigestContent {
  return async (content, algorithm) => {
    if (content.size < WORTH_KEEPING) {
      const [digest, check] = await hashData(content.open(), [algorithm, 'sha256']);
      if (check !== content.sha256) throw changedContent(content);
      return digest!;
    }
    const kept = await rememberedDigest(cache, content, algorithm);
    if (kept !== undefined) return kept;
    const { file, identity } = await contents.locate(content);
    const sources = [{ file, offset: 0, length: content.size }];
    const { digests } = await pool.run({ kind: 'digest', sources, algorithms: [algorithm] });
    await contents.assertUnchanged(file, identity);
    await cache.write(keyOf(content, algorithm), [], digests[0]!);
    return digests[0]!;
  };
}

/** The digest of a content whose bytes were hashed before, if it was kept. */
export async function rememberedDigest(
  cache: Cache,
  content: { size: number; sha256: string },
  algorithm: string,
): Promise<string | undefined> {
  const meta = content.size >= WORTH_KEEPING ? (await cache.read(keyOf(content, algorithm)))?.meta : undefined;
  return typeof meta === 'string' ? meta : undefined;
}

const keyOf = ({ sha256 }: { sha256: string }, algorithm: string) => `digest ${algorithm} ${sha256}`;
