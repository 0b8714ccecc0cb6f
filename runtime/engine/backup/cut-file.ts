import type { Hole } from '../volumes/metadata.ts';

/** A run of bytes of a file that begins where a block does: data, or blocks of zeros that need no reading. */
export interface Run {
  from: number;
  length: number;
  isZeros: boolean;
}

/**
 * Runs of a file, one after the other. Blocks of zeros are whole ones, or the one at the file's end, which is a run of its own.
 * @param holes in order, none over another.
 */
export function* cutFile(size: number, holes: readonly Hole[], blocksize: number): Generator<Run> {
  let done = 0;
  for (const [from, to] of holes) {
    const begin = Math.max(done, Math.ceil(from / blocksize) * blocksize);
    const isEnd = to >= size;
    const end = isEnd ? Math.floor(size / blocksize) * blocksize : Math.floor(to / blocksize) * blocksize;
    if (begin >= size || (end <= begin && !isEnd)) continue;
    if (begin > done) yield { from: done, length: begin - done, isZeros: false };
    if (end > begin) yield { from: begin, length: end - begin, isZeros: true };
    done = Math.max(begin, end);
    if (isEnd && done < size) {
      yield { from: done, length: size - done, isZeros: true };
      return;
    }
  }
  if (done < size) yield { from: done, length: size - done, isZeros: false };
}
