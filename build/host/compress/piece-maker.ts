import type { Cache, CacheMeta } from '../cache.ts';
import { encoderIdentity } from './encoder-identity.ts';
import type { Encoding, Unit } from './jobs.ts';
import type { Pool } from './pool.ts';
import { type Source, sourceSize } from './source.ts';

/** A compressed segment: where its bytes are, and how they divide into pieces. */
export interface Encoded {
  source: Source;
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

/** A segment's bytes, cut where its pieces are to be cut; `sha256` is that of all of them together. */
export interface Cut {
  sha256: string;
  sources: readonly Source[];
  /** The rule by which it was cut, for the cache's key. */
  rule: number;
}

/** Makes a segment's pieces, or finds them in the cache. Asked twice at once for the same, it makes them once. */
export type PieceMaker = (cut: Cut, encoding: Encoding) => Promise<Encoded>;

export function openPieceMaker(cache: Cache, pool: Pool, report: (report: BlobReport) => void): PieceMaker {
  const underway = new Map<string, Promise<Encoded>>();

  async function findOrMake(key: string, { sources }: Cut, encoding: Encoding): Promise<Encoded> {
    const started = performance.now();
    const rawSize = sources.reduce((sum, source) => sum + sourceSize(source), 0);
    const tell = (kind: BlobReport['kind'], size: number) => {
      const { method, level } = encoding;
      report({ kind, method, level, rawSize, size, milliseconds: performance.now() - started });
    };
    const found = await cache.read(key);
    if (found) {
      tell('reused', found.size);
      // Written below under the same key, and sealed by the cache.
      return { source: wholeFile(found), units: found.meta as unknown as readonly Unit[] };
    }
    const units: Unit[] = [];
    const answers = sources.map((source) => pool.run({ kind: 'encode', source, encoding }));
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
      return { source: wholeFile(entry), units };
    } finally {
      // When one fails, the others' failures must find somebody who listens.
      await Promise.allSettled(answers);
    }
  }

  return async (cut, encoding) => {
    const key = ['piece', cut.sha256, cut.rule, ...Object.values(encoding), encoderIdentity(encoding.method)].join(' ');
    const other = underway.get(key);
    if (other) return other;
    const mine = findOrMake(key, cut, encoding);
    underway.set(key, mine);
    try {
      return await mine;
    } finally {
      underway.delete(key);
    }
  };
}

function wholeFile({ file, size }: { file: string; size: number }): Source {
  return { file, offset: 0, length: size };
}
