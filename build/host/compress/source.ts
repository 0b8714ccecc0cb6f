import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { PackwrightError } from '../../model/errors.ts';

/** Bytes `offset` to `offset + length` of a file. */
export interface FileRange {
  file: string;
  offset: number;
  length: number;
}

/** Bytes in memory, or a part of a file that whoever needs them reads for himself. */
export type Source = Uint8Array | FileRange;

export function sourceSize(source: Source): number {
  return source instanceof Uint8Array ? source.byteLength : source.length;
}

/** Reads a range into the start of `target`, blocking: for worker threads. */
export function readRangeInto(range: FileRange, target: Uint8Array): void {
  const handle = openSync(range.file, 'r');
  try {
    for (let done = 0; done < range.length; ) {
      const count = readSync(handle, target, done, range.length - done, range.offset + done);
      if (count === 0) throw shrunk(range.file);
      done += count;
    }
  } finally {
    closeSync(handle);
  }
}

/** The bytes of every source, one after another, in chunks of at most 1 MiB where they come from files. */
export async function* streamSources(sources: readonly Source[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) {
    if (source instanceof Uint8Array) {
      yield source;
      continue;
    }
    if (source.length === 0) continue;
    let left = source.length;
    const { file, offset, length } = source;
    for await (const chunk of createReadStream(file, {
      start: offset,
      end: offset + length - 1,
      highWaterMark: 1 << 20,
    })) {
      left -= chunk.length;
      yield chunk;
    }
    if (left > 0) throw shrunk(file);
  }
}

function shrunk(file: string): PackwrightError {
  return new PackwrightError(
    file,
    'the file became shorter while it was read',
    'build again and leave its files alone',
  );
}
