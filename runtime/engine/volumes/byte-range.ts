import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { damaged } from './volume-error.ts';

/** Bytes that can be read at any place. Synchronous: volumes are read by threads that do nothing else. */
export interface ByteRange {
  readonly size: number;
  /** Exactly these bytes; the buffer is the caller's. @throws VolumeError when they are not all there. */
  read(at: number, length: number): Buffer;
  close(): void;
}

/** A local file. @throws the system's error when it cannot be opened. */
export function openFileRange(file: string): ByteRange {
  const handle = openSync(file, 'r');
  const { size } = fstatSync(handle);
  return {
    size,
    read(at, length) {
      if (at < 0 || length < 0 || at + length > size) throw damaged('it ends too early');
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const count = readSync(handle, bytes, done, length - done, at + done);
        if (count === 0) throw damaged('it became shorter while it was read');
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(handle),
  };
}

/** Bytes in memory. */
export function memoryRange(bytes: Buffer): ByteRange {
  return {
    size: bytes.length,
    read(at, length) {
      if (at < 0 || length < 0 || at + length > bytes.length) throw damaged('it ends too early');
      return Buffer.from(bytes.subarray(at, at + length));
    },
    close() {},
  };
}
