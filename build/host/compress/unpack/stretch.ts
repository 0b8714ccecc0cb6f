import { PackwrightError } from '../../../model/errors.ts';
import type { ByteSource } from '../../../model/format.ts';

/** A part of a source that is one compressed stream. Offsets below are relative to its start. */
export interface Stretch {
  source: ByteSource;
  offset: number;
  length: number;
}

const CHUNK = 256 * 1024;

/** Bytes `from` to `from + length` of a stretch, in chunks of 256 KiB. */
export async function* readRange(stretch: Stretch, from: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const chunk = await stretch.source.read(stretch.offset + from + done, Math.min(CHUNK, length - done));
    yield chunk;
    done += chunk.byteLength;
  }
}

/** Bytes at `from`, at most `length`, fewer at the end of the stretch. */
export async function peek(stretch: Stretch, from: number, length: number): Promise<Buffer> {
  const count = Math.max(0, Math.min(length, stretch.length - from));
  if (count === 0) return Buffer.alloc(0);
  const bytes = await stretch.source.read(stretch.offset + from, count);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An error that names the file and the place in it. */
export function corrupt(
  stretch: Stretch,
  method: string,
  from: number,
  what: string,
  cause?: unknown,
): PackwrightError {
  return new PackwrightError(
    stretch.source.name,
    `the ${method} data at byte ${stretch.offset + from} is damaged: ${what}`,
    'fetch or build it again',
    cause,
  );
}
