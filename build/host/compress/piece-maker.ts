import type { Cache, CacheMeta } from '../cache.ts';
import { encoderIdentity } from './encoder-identity.ts';
import { type Encoding, rawSizeOf, type Unit } from './jobs.ts';
import type { Pool } from './pool.ts';
import { type Source, sourceSize } from './source.ts';
import type { HashedSource } from './stream-digest.ts';

/** A compressed segment: where its bytes are, and how they divide into pieces. */
export interface Encoded extends HashedSource {
  units: readonly Unit[];
}

/** What happened to one segment, for progress and for the account of a build. */
export interface BlobReport {
  /** `made`: compressed now; `reused`: it was in the cache. */
  kind: 'made' | 'reused';
  method: Encoding['method'];
  level: number;
  /** Bytes before and after compression. */
  rawSize: number;
  size: number;
  /** Wall time, milliseconds. */
  milliseconds: number;
}

/** One piece to be. */
export interface CutPiece {
  source: Source;
  encoding: Encoding;
}

/** A segment's bytes, cut where its pieces are to be cut. At least one. */
export interface Cut {
  /** Of all pieces together, lower-case hex. */
  sha256: string;
  pieces: readonly CutPiece[];
  /** Where it was cut and how each piece is encoded, as far as the bytes do not say so: part of the cache's key. */
  key: string;
}

/** Makes a segment's pieces, or finds them in the cache. Asked twice at once for the same, it makes them once. */
export type PieceMaker = (cut: Cut) => Promise<Encoded>;

export function openPieceMaker(cache: Cache, pool: Pool, report: (report: BlobReport) => void): PieceMaker {
  const underway = new Map<string, Promise<Encoded>>();

  async function findOrMake(key: string, { pieces }: Cut): Promise<Encoded> {
    const started = performance.now();
    const rawSize = pieces.reduce((sum, { source, encoding }) => sum + rawSizeOf(source, encoding), 0);
    const tell = (kind: BlobReport['kind'], size: number) => {
      const { method, level } = pieces[0]!.encoding;
      report({ kind, method, level, rawSize, size, milliseconds: performance.now() - started });
    };
    const found = await cache.read(key);
    if (found) {
      tell('reused', found.size);
      // Written below under the same key, and sealed by the cache.
      return { source: wholeFile(found), sha256: found.sha256, units: found.meta as unknown as readonly Unit[] };
    }
    const units: Unit[] = [];
    const answers = startLargestFirst(pool, pieces);
    async function* inOrder() {
      for (const answer of answers) {
        const { bytes, unit } = await answer;
        units.push(unit);
        yield bytes;
      }
    }
    try {
      const entry = await cache.write(key, inOrder(), (): CacheMeta => units.map((unit) => ({ ...unit })));
      tell('made', entry.size);
      return { source: wholeFile(entry), sha256: entry.sha256, units };
    } finally {
      // Nobody else may use the pieces' files while a thread reads them.
      await Promise.allSettled(answers);
    }
  }

  return async (cut) => {
    const key = ['piece', cut.sha256, cut.key, encoderIdentity(cut.pieces[0]!.encoding.method)].join(' ');
    const other = underway.get(key);
    if (other) return other;
    const mine = findOrMake(key, cut);
    underway.set(key, mine);
    try {
      return await mine;
    } finally {
      underway.delete(key);
    }
  };
}

/** So that no thread begins a large piece when the others are done. The promises are in the pieces' order. */
function startLargestFirst(pool: Pool, pieces: readonly CutPiece[]) {
  const order = [...pieces].sort((a, b) => sourceSize(b.source) - sourceSize(a.source));
  const started = new Map(order.map((piece) => [piece, pool.run({ kind: 'encode', ...piece })]));
  // They are awaited in turn; one that fails before its turn must not count as unhandled.
  for (const answer of started.values()) answer.catch(() => {});
  return pieces.map((piece) => started.get(piece)!);
}

function wholeFile({ file, size }: { file: string; size: number }): Source {
  return { file, offset: 0, length: size };
}
