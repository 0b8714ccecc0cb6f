import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileIdentity } from '../identity.ts';
import type { KnownPiece, KnownPieces } from '../known-pieces.ts';
import { peek, readRange, type Stretch } from './stretch.ts';

/**
 * The known piece whose compressed bytes stand at `from`, if there is one: compared by SHA-256 over its whole length, its raw file
 * untouched since it was hashed.
 */
export async function findKnownPiece(
  stretch: Stretch,
  from: number,
  known: KnownPieces,
): Promise<KnownPiece | undefined> {
  if (known.size === 0) return undefined;
  const head = (await peek(stretch, from, 32)).toString('hex');
  for (const piece of known.get(head) ?? []) {
    if (from + piece.size > stretch.length) continue;
    if ((await fileIdentity(piece.raw.file)) !== piece.identity) continue;
    const hash = createHash('sha256');
    for await (const chunk of readRange(stretch, from, piece.size)) hash.update(chunk);
    if (hash.digest('hex') === piece.sha256) return piece;
  }
  return undefined;
}

/** The piece's bytes before compression, from the file that they were made of. */
export async function* readKnownPiece({ raw }: KnownPiece): AsyncGenerator<Uint8Array> {
  yield* createReadStream(raw.file, { start: raw.offset, end: raw.offset + raw.length - 1, highWaterMark: 1 << 20 });
}
