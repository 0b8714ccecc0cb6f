import { hashData } from '../../../model/content.ts';
import { streamSources } from '../source.ts';
import { type Origin, originOf } from './origins.ts';

/** A digest of a content by its SHA-256, if it is known without reading. */
export type KnownDigest = (content: { size: number; sha256: string }, algorithm: string) => Promise<string | undefined>;

/**
 * Digests of data in the order of `algorithms`. Data that begin as a known content are put off; when they end as that very content does,
 * its digests are theirs, and if not, what was put off is read again and hashed.
 */
export async function digestData(
  data: AsyncIterable<Uint8Array>,
  algorithms: readonly string[],
  known: KnownDigest,
): Promise<string[]> {
  const chunks = data[Symbol.asyncIterator]();
  let first: Origin | undefined;
  let length = 0;
  for (;;) {
    const step = await chunks.next();
    if (step.done) {
      const whole = first?.raw.content.size === length ? first.raw.content : undefined;
      const found = whole && (await Promise.all(algorithms.map((algorithm) => known(whole, algorithm))));
      if (found?.every((digest) => digest !== undefined)) return found;
      return hashData(readAgain(first, length), algorithms);
    }
    const origin = originOf(step.value);
    if (origin && origin.offset === length && (!first || isSameFile(origin, first))) {
      first ??= origin;
      length += step.value.byteLength;
      giveBack(step.value);
      continue;
    }
    return hashData(joinData(readAgain(first, length), step.value, chunks), algorithms);
  }
}

/** A gigabyte goes by in a run: the collector would come a hundred times. The end of a chunk is the last that is read of it. */
function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteOffset + byteLength === buffer.byteLength) buffer.transfer(0);
}

function isSameFile({ raw: one }: Origin, { raw: other }: Origin): boolean {
  return one.file === other.file && one.identity === other.identity && one.content.sha256 === other.content.sha256;
}

async function* readAgain(first: Origin | undefined, length: number): AsyncGenerator<Uint8Array> {
  if (first) yield* streamSources([{ file: first.raw.file, offset: 0, length }]);
}

async function* joinData(
  before: AsyncIterable<Uint8Array>,
  chunk: Uint8Array,
  after: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* before;
  yield chunk;
  yield* { [Symbol.asyncIterator]: () => after };
}
