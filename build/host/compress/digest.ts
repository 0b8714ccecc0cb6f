import { closeSync, openSync, readSync } from 'node:fs';
import { startDigest } from '../../model/content.ts';
import { PackwrightError } from '../../model/errors.ts';
import type { Source } from './source.ts';

const CHUNK = 1 << 20;

/** Digests of all sources one after another, in the order of `algorithms`, lower-case hex. Blocking: for worker threads. */
export function digestSources(sources: readonly Source[], algorithms: readonly string[]): string[] {
  const hashes = algorithms.map(startDigest);
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const source of sources) {
    if (source instanceof Uint8Array) {
      for (const hash of hashes) hash.update(source);
      continue;
    }
    const handle = openSync(source.file, 'r');
    try {
      for (let done = 0; done < source.length; ) {
        const count = readSync(handle, buffer, 0, Math.min(CHUNK, source.length - done), source.offset + done);
        if (count === 0) throw new PackwrightError(source.file, 'the file became shorter while it was read');
        for (const hash of hashes) hash.update(buffer.subarray(0, count));
        done += count;
      }
    } finally {
      closeSync(handle);
    }
  }
  return hashes.map((hash) => hash.hex());
}
