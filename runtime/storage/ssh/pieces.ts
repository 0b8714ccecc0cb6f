/** Files over SFTP with many requests under way at once: one after the other, each would wait for the way there and back. */
import type { Writable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';

/** What every server takes in one request, and how many are under way. */
const PIECE = 32 * 1024;
const AT_ONCE = 64;

/** Writes all pieces to an open file, from its beginning. */
export async function writePieces(sftp: SFTPWrapper, handle: Buffer, body: AsyncIterable<Buffer>): Promise<void> {
  let failure: { thrown: unknown } | undefined;
  const running = new Set<Promise<void>>();
  let position = 0;
  for await (const part of body) {
    for (let at = 0; at < part.length; at += PIECE) {
      const piece = part.subarray(at, at + PIECE);
      const place = position + at;
      const one: Promise<void> = new Promise<void>((resolve, reject) =>
        sftp.write(handle, piece, 0, piece.length, place, (thrown) => (thrown ? reject(thrown) : resolve())),
      )
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => running.delete(one));
      running.add(one);
      while (running.size >= AT_ONCE) await Promise.race(running);
      if (failure) throw failure.thrown;
    }
    position += part.length;
  }
  await Promise.all(running);
  if (failure) throw failure.thrown;
}

/** Reads an open file of a known size, in order. */
export async function readPieces(
  sftp: SFTPWrapper,
  handle: Buffer,
  size: number,
  sink: Writable,
  signal: AbortSignal,
): Promise<void> {
  const waiting: Promise<Buffer>[] = [];
  for (let position = 0; position < size || waiting.length > 0; ) {
    while (position < size && waiting.length < AT_ONCE) {
      const one = readPiece(sftp, handle, position, Math.min(PIECE, size - position));
      one.catch(() => {}); // thrown when its turn comes
      waiting.push(one);
      position += PIECE;
    }
    const piece = await waiting.shift()!;
    signal.throwIfAborted();
    if (!sink.write(piece)) await drained(sink);
  }
}

/** A server may give less than it is asked for. */
async function readPiece(sftp: SFTPWrapper, handle: Buffer, position: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  for (let have = 0; have < length; ) {
    const got = await new Promise<number>((resolve, reject) =>
      sftp.read(handle, piece, have, length - have, position + have, (thrown, count) =>
        thrown ? reject(thrown) : resolve(count),
      ),
    );
    if (got === 0) throw new Error('the file ends before its size');
    have += got;
  }
  return piece;
}

function drained(sink: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (sink.destroyed) return reject(new Error('the local file was closed'));
    const settle = (thrown?: Error) => {
      sink.off('drain', settle);
      sink.off('close', closed);
      sink.off('error', settle);
      if (thrown) reject(thrown);
      else resolve();
    };
    const closed = () => settle(new Error('the local file was closed'));
    sink.on('drain', settle).on('close', closed).on('error', settle);
  });
}
