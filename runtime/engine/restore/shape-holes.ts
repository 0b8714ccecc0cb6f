/** A file gets its holes, and no others. */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { type FileCalls, loadFileCalls } from '../../posix/file-calls.ts';
import type { Hole } from '../volumes/metadata.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
/** Of memory, or of a file system. */
const LARGEST_PAGE = 1 << 16;
const ZEROS = Buffer.alloc(1 << 20);
const READ = Buffer.allocUnsafe(1 << 20);

/** True for zeros alone. */
export function isZeros(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes[0] !== 0 || bytes[bytes.length - 1] !== 0) return false;
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (!part.equals(ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}

/**
 * Zeros that were written where a hole was give their room back; holes that were left where there was none are filled with zeros. No byte that is
 * no zero is touched, whatever the backup says of holes.
 * @param isOwn true for the inode of the file that was written.
 * @returns what could not be done.
 */
export function shapeHoles(
  place: string | Buffer,
  wanted: readonly Hole[],
  isOwn: (inode: bigint) => boolean,
): string | undefined {
  // What was left out is as good as zeros there.
  if (process.platform !== 'linux' && wanted.length === 0) return undefined;
  let handle: number | undefined;
  try {
    const calls = loadFileCalls();
    handle = openSync(place, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    const { ino, size } = fstatSync(handle, { bigint: true });
    if (!isOwn(ino)) return undefined; // which is found out, and said, where it gets its name
    const there = calls.holes(handle, Number(size));
    for (const [from, to] of without(wanted, there)) punch(handle, from, to, Number(size), calls);
    for (const [from, to] of without(there, wanted)) fill(handle, from, to);
    return undefined;
  } catch (thrown) {
    return `its holes are not as they were: ${messageOf(thrown)}`;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** What of some is in none of the others; both in order. */
function* without(some: readonly Hole[], others: readonly Hole[]): Generator<Hole> {
  let index = 0;
  for (const [from, to] of some) {
    let at = from;
    while (index < others.length && others[index]![1] <= at) index++;
    for (let next = index; next < others.length && others[next]![0] < to && at < to; next++) {
      if (others[next]![0] > at) yield [at, others[next]![0]];
      at = Math.max(at, others[next]![1]);
    }
    if (at < to) yield [at, to];
  }
}

function punch(handle: number, from: number, to: number, size: number, calls: FileCalls): void {
  for (let at = from; at < Math.min(to, size); ) {
    const count = readSync(handle, READ, 0, Math.min(READ.length, to - at), at);
    if (count === 0) return;
    // The last page of a file gives its room back when all of it is named, also what is behind the end.
    const length = at + count >= size ? count + LARGEST_PAGE : count;
    if (isZeros(READ.subarray(0, count))) calls.punchHole(handle, at, length);
    at += count;
  }
}

function fill(handle: number, from: number, to: number): void {
  for (let at = from; at < to; ) at += writeSync(handle, ZEROS, 0, Math.min(ZEROS.length, to - at), at);
}
