/** Walks a stream of chunks by exact lengths, for parsers that must not hold the whole of it. */
import { PackwrightError } from '../../build/model/errors.ts';

/** A stretch of the stream that may be read once; what is not read can be skipped. */
export interface ByteRun {
  bytes: AsyncIterable<Uint8Array>;
  skip(): Promise<void>;
}

export interface ByteCursor {
  /** Bytes taken so far. */
  readonly position: number;
  /** Exactly `length` bytes, in memory: the caller bounds it. @throws PackwrightError when the stream ends before. */
  take(length: number): Promise<Buffer>;
  /** The next `length` bytes as they come. Must be read or skipped before anything else is taken. */
  run(length: number): ByteRun;
  /** Everything that is left. */
  rest(): AsyncIterable<Uint8Array>;
  /** Ends the source, which need not be exhausted. */
  close(): Promise<void>;
}

export function byteCursor(source: AsyncIterable<Uint8Array>, where: string): ByteCursor {
  const chunks = source[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;

  /** At least one and at most `most` bytes; nothing at the end of the stream. */
  async function next(most: number): Promise<Uint8Array | undefined> {
    while (chunk.length === 0) {
      const step = await chunks.next();
      if (step.done) return undefined;
      chunk = step.value;
    }
    const part = chunk.subarray(0, most);
    chunk = chunk.subarray(part.length);
    position += part.length;
    return part;
  }

  async function demand(most: number): Promise<Uint8Array> {
    const part = await next(most);
    if (!part)
      throw new PackwrightError(where, `ends early, after ${position} bytes`, 'get the file again: it is truncated');
    return part;
  }

  return {
    get position() {
      return position;
    },
    async take(length) {
      const parts: Uint8Array[] = [];
      for (let missing = length; missing > 0; ) {
        const part = await demand(missing);
        missing -= part.length;
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
    run(length) {
      let missing = length;
      async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
        while (missing > 0) {
          const part = await demand(missing);
          missing -= part.length;
          yield part;
        }
      }
      return {
        bytes: { [Symbol.asyncIterator]: bytes },
        async skip() {
          while (missing > 0) missing -= (await demand(missing)).length;
        },
      };
    },
    async *rest() {
      for (;;) {
        const part = await next(Number.MAX_SAFE_INTEGER);
        if (!part) return;
        yield part;
      }
    },
    async close() {
      await chunks.return?.();
    },
  };
}
