import { createHash } from 'node:crypto';
import type { Compressed, Part } from '../../model/format.ts';

/** The parts as they are, for the method `none`. */
export async function storeParts(parts: readonly Part[]): Promise<Compressed> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of streamParts(parts)) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  const sha256 = hash.digest('hex');
  return { size, sha256, rawSize: size, rawSha256: sha256, open: () => streamParts(parts) };
}

async function* streamParts(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part;
    else yield* part.open();
  }
}
