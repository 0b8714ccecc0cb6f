import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Content } from '../../model/content.ts';
import { PackwrightError } from '../../model/errors.ts';
import type { Cache } from '../cache.ts';
import { fileIdentity } from './identity.ts';
import type { Pool } from './pool.ts';

/** A file with exactly a content's bytes, and its identity when they were compared with the content's SHA-256. */
export interface ContentFile {
  file: string;
  identity: string;
}

/** Finds or makes the file of a content, so that threads can read it for themselves. */
export interface ContentFiles {
  /** @throws PackwrightError when the bytes are not those that the content's SHA-256 and size say. */
  locate(content: Content): Promise<ContentFile>;
  /** @throws PackwrightError when the file was written to since. */
  assertUnchanged(file: string, identity: string): Promise<void>;
}

/**
 * Each file is hashed once, and again only when it changes; one that the cache has just hashed is not hashed again. Contents without a
 * file get one in `scratch`.
 */
export function openContentFiles(scratch: string, cache: Cache, pool: Pool): ContentFiles {
  const located = new Map<string, Promise<ContentFile>>();

  async function check(content: Content, file: string): Promise<ContentFile> {
    const identity = await fileIdentity(file);
    if (identity === undefined) throw new PackwrightError(file, 'the file is not there any more', 'build again');
    if (identity === cache.vouchFor(file, content.sha256) && isSize(identity, content.size)) return { file, identity };
    const sources = [{ file, offset: 0, length: content.size }];
    const { digests } = await pool.run({ kind: 'digest', sources, algorithms: ['sha256'] });
    if (digests[0] !== content.sha256 || identity !== (await fileIdentity(file)) || !isSize(identity, content.size)) {
      throw changedContent(content);
    }
    return { file, identity };
  }

  async function spill(content: Content): Promise<ContentFile> {
    const file = join(scratch, `content-${content.sha256}`);
    await rm(file, { force: true });
    await pipeline(content.open(), createWriteStream(file, { flags: 'wx' }));
    return check(content, file);
  }

  return {
    async locate(content) {
      const key = `${content.sha256} ${content.file ?? ''}`;
      const earlier = located.get(key);
      const known = earlier && (await earlier);
      if (known && (await fileIdentity(known.file)) === known.identity) return known;
      // Somebody else may have begun in the meantime.
      const later = located.get(key);
      if (later && later !== earlier) return later;
      const found = content.file === undefined ? spill(content) : check(content, content.file);
      located.set(key, found);
      found.catch(() => located.delete(key));
      return found;
    },
    async assertUnchanged(file, identity) {
      if ((await fileIdentity(file)) !== identity) {
        throw new PackwrightError(
          file,
          'the file changed while it was compressed',
          'build again and leave its files alone',
        );
      }
    },
  };
}

/** The bytes of a content are not what its SHA-256 says. */
export function changedContent(content: Content): PackwrightError {
  return new PackwrightError(
    content.file ?? `content ${content.sha256.slice(0, 12)}`,
    `the bytes are not those of SHA-256 ${content.sha256}`,
    'build again and leave its files alone',
  );
}

function isSize(identity: string, size: number): boolean {
  return identity.split(':')[2] === String(size);
}
