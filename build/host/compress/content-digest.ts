import { type Content, hashData } from '../../model/content.ts';
import type { Cache } from '../cache.ts';
import { changedContent } from './content-files.ts';

/** Smaller contents are hashed faster than a file is written. */
const WORTH_KEEPING = 1 << 20;

/**
 * A digest of a content's bytes, lower-case hex, remembered in the cache by their SHA-256.
 * @throws PackwrightError when the bytes are not those that the SHA-256 says.
 */
export async function digestContent(cache: Cache, content: Content, algorithm: 'md5' | 'sha512'): Promise<string> {
  const kept = await rememberedDigest(cache, content, algorithm);
  if (kept !== undefined) return kept;
  const [digest, check] = await hashData(content.open(), [algorithm, 'sha256']);
  if (check !== content.sha256) throw changedContent(content);
  if (content.size >= WORTH_KEEPING) await cache.write(keyOf(content, algorithm), [], digest!);
  return digest!;
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
