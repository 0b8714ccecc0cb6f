import { open } from 'node:fs/promises';
import { PackwrightError } from '../../../model/errors.ts';
import { fileIdentity } from '../identity.ts';
import type { KnownPiece, KnownPieces, KnownRange } from '../known-pieces.ts';
import type { RangeWork } from '../range-work.ts';
import { markOrigin } from './origins.ts';
import { peek, type Stretch } from './stretch.ts';

/** What an unpacker knows of pieces that it may meet, and threads to compare them in. */
export interface Knowledge {
  pieces: KnownPieces;
  ranges?: RangeWork;
}

/** Bytes, at a piece's beginning, that it is looked up by: `head` of a Unit. */
const HEAD = 32;
const CHUNK = 1 << 20;

/**
 * The known piece whose compressed bytes stand at `from`, if there is one: every byte compared with the cache's, whose SHA-256 this
 * process verified, and the raw file untouched since it was hashed.
 */
export async function findKnownPiece(
  stretch: Stretch,
  from: number,
  { pieces: known, ranges }: Knowledge,
): Promise<KnownPiece | undefined> {
  if (known.size === 0) return undefined;
  const head = (await peek(stretch, from, HEAD)).toString('hex');
  for (const piece of known.get(head) ?? []) {
    if (from + piece.packed.length > stretch.length) continue;
    if (
      (await isUntouched(piece.raw)) &&
      (await isUntouched(piece.packed)) &&
      (await isSame(stretch, from, piece.packed, ranges))
    ) {
      return piece;
    }
  }
  return undefined;
}

/** The piece's bytes before compression, from the file that they were made of. */
export async function* readKnownPiece({ raw }: KnownPiece): AsyncGenerator<Uint8Array> {
  const handle = await open(raw.file, 'r');
  try {
    for (let done = 0; done < raw.length; ) {
      // Memory of its own for each, since its origin is known by it.
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, raw.length - done));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, raw.offset + done);
      if (bytesRead === 0)
        throw new PackwrightError(raw.file, 'the file became shorter while it was read', 'build again');
      const chunk = buffer.subarray(0, bytesRead);
      markOrigin(chunk, raw, raw.offset + done);
      yield chunk;
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function isUntouched({ file, identity }: KnownRange): Promise<boolean> {
  return (await fileIdentity(file)) === identity;
}

async function isSame(stretch: Stretch, from: number, range: KnownRange, ranges?: RangeWork): Promise<boolean> {
  const { file } = stretch.source;
  if (ranges && file !== undefined) {
    return ranges.compare({ file, offset: stretch.offset + from, length: range.length }, range);
  }
  const handle = await open(range.file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, range.length));
    for (let done = 0; done < range.length; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK, range.length - done), range.offset + done);
      const there = await peek(stretch, from + done, bytesRead);
      if (bytesRead === 0 || !there.equals(buffer.subarray(0, bytesRead))) return false;
      done += bytesRead;
    }
    return true;
  } finally {
    await handle.close();
  }
}
