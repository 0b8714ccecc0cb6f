import type { Pool } from './pool.ts';
import type { FileRange } from './source.ts';

/** Reads parts of files in threads, where it keeps nothing else from its turn. */
export interface RangeWork {
  /** SHA-256, lower-case hex. */
  digest(range: FileRange): Promise<string>;
  /** Whether both hold the same bytes. */
  compare(one: FileRange, other: FileRange): Promise<boolean>;
}

export function openRangeWork(pool: Pool): RangeWork {
  return {
    async digest(range) {
      const { digests } = await pool.run({ kind: 'digest', sources: [range], algorithms: ['sha256'] });
      return digests[0]!;
    },
    async compare(one, other) {
      return (await pool.run({ kind: 'compare', one, other })).same;
    },
  };
}
