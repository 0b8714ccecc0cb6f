import type { Cache } from '../cache.ts';
import type { Unit } from './jobs.ts';
import type { FileRange } from './source.ts';

/** A compressed piece that this process checked, and the raw bytes it stands for. */
export interface KnownPiece {
  /** Its bytes, in the cache. */
  packed: KnownRange;
  /** The bytes before compression, in the file they came from. */
  raw: KnownRange & { content: KnownContent };
}

/** What the file as a whole is. */
export interface KnownContent {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Part of a file whose bytes were compared with a SHA-256 when the file had this fileIdentity(). */
export interface KnownRange extends FileRange {
  identity: string;
}

/** Pieces by their first bytes, as Unit's `head`. */
export type KnownPieces = Map<string, KnownPiece[]>;

const byCache = new WeakMap<Cache, KnownPieces>();

/** What this process knows of the pieces in a cache: written by the compressor, read by the build's own unpacker. */
export function knownPiecesOf(cache: Cache): KnownPieces {
  let known = byCache.get(cache);
  if (!known) {
    known = new Map();
    byCache.set(cache, known);
  }
  return known;
}

/** Remembers the pieces of a segment: `packed` and `raw` are all of them one after another. */
export function rememberPieces(
  known: KnownPieces,
  units: readonly Unit[],
  packed: KnownRange,
  raw: KnownPiece['raw'],
): void {
  let packedAt = packed.offset;
  let rawAt = raw.offset;
  for (const unit of units) {
    const piece: KnownPiece = {
      packed: { ...packed, offset: packedAt, length: unit.size },
      raw: { ...raw, offset: rawAt, length: unit.rawSize },
    };
    packedAt += unit.size;
    rawAt += unit.rawSize;
    const others = (known.get(unit.head) ?? []).filter((other) => !isSamePiece(other, piece));
    known.set(unit.head, [piece, ...others]);
  }
}

/** Pieces of one stream, one after another, as one; at least one. */
export function joinUnits(units: readonly Unit[]): Unit {
  const size = units.reduce((sum, unit) => sum + unit.size, 0);
  const rawSize = units.reduce((sum, unit) => sum + unit.rawSize, 0);
  return { ...units[0]!, size, rawSize };
}

function isSamePiece(one: KnownPiece, other: KnownPiece): boolean {
  const { packed } = other;
  return one.packed.file === packed.file && one.packed.offset === packed.offset && one.packed.length === packed.length;
}
