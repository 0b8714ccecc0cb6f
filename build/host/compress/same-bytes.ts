import { closeSync, openSync, readSync } from 'node:fs';
import type { FileRange } from './source.ts';

const CHUNK = 1 << 18;

/** Whether two parts of files hold the same bytes; false also where one ends early. Blocking: for worker threads. */
export function areSameBytes(one: FileRange, other: FileRange): boolean {
  if (one.length !== other.length) return false;
  const handles = [openSync(one.file, 'r'), openSync(other.file, 'r')] as const;
  const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)] as const;
  try {
    for (let done = 0; done < one.length; ) {
      const count = Math.min(CHUNK, one.length - done);
      if (!fill(handles[0], buffers[0], count, one.offset + done)) return false;
      if (!fill(handles[1], buffers[1], count, other.offset + done)) return false;
      if (buffers[0].compare(buffers[1], 0, count, 0, count) !== 0) return false;
      done += count;
    }
    return true;
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

function fill(handle: number, buffer: Buffer, count: number, offset: number): boolean {
  for (let done = 0; done < count; ) {
    const read = readSync(handle, buffer, done, count - done, offset + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}
