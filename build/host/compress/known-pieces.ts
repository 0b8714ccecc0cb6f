import type { Cache } from '../cache.ts';
import type { Unit } from './jobs.ts';
import type { FileRange } from './source.ts';

/** A compressed piece that this process checked, and the file that holds its raw bytes. */
export interface KnownPiece {
  /** Bytes compressed. */
  size: number;
  /** SHA-256 of the compressed bytes, lower-case hex. */
  sha256: string;
  raw: FileRange;
  /** fileIdentity() of the raw file when its bytes were compared with the content's SHA-256. */
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

/** Remembers pieces that cover `file` one after another. */
export function rememberPieces(known: KnownPieces, units: readonly Unit[], file: string, identity: string): void {
  let offset = 0;
  for (const unit of units) {
    const raw: FileRange = { file, offset, length: unit.rawSize };
    offset += unit.rawSize;
    const others = (known.get(unit.head) ?? []).filter((piece) => piece.sha256 !== unit.sha256);
    known.set(unit.head, [...others, { size: unit.size, sha256: unit.sha256, raw, identity }]);
  }
}
