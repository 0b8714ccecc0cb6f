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

/** Bytes that are read at once where one piece is asked for after the other, and most between two pieces that are one after the other. */
const [WINDOW, NEAR] = [512 * 1024, 64 * 1024];

/** Reads on where pieces are asked for in their order: one call, and one decryption, for many. Pieces are only looked at, or copied, by who asks. */
export function readAhead(range: ByteRange): ByteRange {
  let window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) };
  let end = -1;
  return {
    size: range.size,
    read(at, length) {
      const isNext = at >= end && at - end <= NEAR;
      const from = at - window.at;
      if (from >= 0 && from + length <= window.bytes.length) {
        end = at + length;
        return window.bytes.subarray(from, from + length);
      }
      end = at + length;
      if (!isNext || length >= WINDOW) return range.read(at, length);
      window = { at, bytes: range.read(at, Math.min(WINDOW, Math.max(length, range.size - at))) };
      return window.bytes.subarray(0, length);
    },
    close: () => range.close(),
  };
}
