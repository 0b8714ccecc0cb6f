import { type Content, readContent } from '../../model/content.ts';
import type { Compression, Part } from '../../model/format.ts';
import type { FileRange } from './source.ts';

/** A run of a stream that is compressed for itself. */
export type Segment = { kind: 'content'; content: Content } | { kind: 'run'; bytes: Uint8Array };

const MiB = 2 ** 20;

/**
 * Largest piece, in bytes before compression. It balances how many threads can share one content against what each new piece has to
 * learn again.
 */
export function pieceLimit({ method, level }: Compression): number {
  if (method === 'xz') return 16 * MiB;
  if (method === 'zstd') return level > 12 ? 32 * MiB : 16 * MiB;
  if (method === 'lzx') return 16 * MiB;
  // gzip, deflate, and MSZIP, whose pieces are whole blocks of 32 KiB.
  return 8 * MiB;
}

/**
 * Cuts a stream into segments: every content of at least `threshold` bytes by itself, everything between in runs of at most `limit`.
 * Pulls lazily, so that only the run in hand is in memory.
 */
export async function* planSegments(parts: readonly Part[], threshold: number, limit: number): AsyncGenerator<Segment> {
  let gathered: Uint8Array[] = [];
  let size = 0;
  const flush = (): Segment => {
    const bytes = Buffer.allocUnsafeSlow(size);
    let at = 0;
    for (const chunk of gathered) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    gathered = [];
    size = 0;
    return { kind: 'run', bytes };
  };
  for (const part of parts) {
    const large = !(part instanceof Uint8Array) && part.size >= threshold;
    if (large) {
      if (size > 0) yield flush();
      yield { kind: 'content', content: part };
      continue;
    }
    let rest: Uint8Array = part instanceof Uint8Array ? part : await readContent(part);
    while (size + rest.byteLength > limit) {
      const fits = limit - size;
      gathered.push(rest.subarray(0, fits));
      size = limit;
      yield flush();
      rest = rest.subarray(fits);
    }
    gathered.push(rest);
    size += rest.byteLength;
  }
  if (size > 0) yield flush();
}

/** Equal parts of a range of at most `limit` bytes each, cut at multiples of `unit` from its start. Depends on the numbers alone. */
export function cutRange({ file, offset, length }: FileRange, limit: number, unit = 4096): FileRange[] {
  const count = Math.ceil(length / limit);
  const step = Math.ceil(length / count / unit) * unit;
  const ranges: FileRange[] = [];
  for (let done = 0; done < length; done += step) {
    ranges.push({ file, offset: offset + done, length: Math.min(step, length - done) });
  }
  return ranges;
}
