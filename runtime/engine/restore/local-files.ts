/** Files of this machine that may hold what is wanted, read without any harm. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isWindowsPath } from '../local-database/split-path.ts';
import { nameOfText } from '../volumes/name-text.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** Tells a file that is as it was when it was looked at. */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/** Empty for paths of another system. */
export function placeOfSource(path: string): string | Buffer {
  return isWindowsPath(path) === (process.platform === 'win32') ? nameOfText(path) : '';
}

/** Nothing happens where there is no file that can be read. */
export function withFile(place: string | Buffer, work: (handle: number, status: BigIntStats) => void): void {
  let handle: number;
  try {
    handle = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return;
  }
  try {
    const status = fstatSync(handle, { bigint: true });
    if (status.isFile()) work(handle, status);
  } finally {
    closeSync(handle);
  }
}

/** As many bytes as there are; none where the disk fails. */
export function readAt(handle: number, into: Buffer, position: number): Buffer {
  let length = 0;
  try {
    while (length < into.length) {
      const count = readSync(handle, into, length, into.length - length, position + length);
      if (count === 0) break;
      length += count;
    }
  } catch {
    return into.subarray(0, 0);
  }
  return into.subarray(0, length);
}
