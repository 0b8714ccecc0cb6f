import { createHash } from 'node:crypto';
import type { Content } from '../../model/content.ts';
import type { Cache } from '../cache.ts';
import { changedContent } from './content-files.ts';

/** Smaller contents are hashed faster than a file is written. */
const WORTH_KEEPING = 1 << 20;

/**
 * A digest of a content's bytes, lower-case hex, remembered in the cache by their SHA-256.
 * @throws PackwrightError when the bytes are not those that the SHA-256 says.
 */
export async function digestContent(cache: Cache, content: Content, algorithm: 'md5' | 'sha512'): Promise<string> {
  const key = `digest ${algorithm} ${content.sha256}`;
  const found = content.size >= WORTH_KEEPING ? await cache.read(key) : undefined;
  if (typeof found?.meta === 'string') return found.meta;
  const wanted = createHash(algorithm);
  const check = createHash('sha256');
  for await (const chunk of content.open()) {
    wanted.update(chunk);
    check.update(chunk);
  }
  if (check.digest('hex') !== content.sha256) throw changedContent(content);
  const digest = wanted.digest('hex');
  if (content.size >= WORTH_KEEPING) await cache.write(key, [], digest);
  return digest;
}
