/** How a file of this machine becomes the body of an upload, and a download a file: throttled, and given up on where nothing moves. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { type Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../storage.ts';
import type { Throttle } from './throttle.ts';

export interface TransferLimits {
  upload: Throttle;
  download: Throttle;
  /** Milliseconds without a byte; 0 for none. */
  idle: number;
}

/** What goes wrong with the local file is thrown as the system's own error, never as a StorageError: no retry mends it. */
export interface Transfers {
  /** Bytes a second, for a backend whose bytes another program moves; 0 is as fast as it goes. */
  readonly rates: { upload(): number; download(): number };
  /** Reads a file and hands it to `send`, once. Resolves when `send` does. */
  upload(
    what: string,
    file: string,
    signal: AbortSignal,
    send: (body: Readable, size: number, signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
  /** Makes a new file of what `receive` writes; it is gone again when that fails. */
  download(
    what: string,
    file: string,
    signal: AbortSignal,
    receive: (sink: Writable, signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
}

const PIECE = 64 * 1024;
const STEP = 4096;

export function createTransfers({ upload, download, idle }: TransferLimits): Transfers {
  return {
    rates: { upload: upload.rate, download: download.rate },
    async upload(what, file, signal, send) {
      const { size } = await stat(file);
      await watched(what, idle, signal, async (inner, moved) => {
        const body = meter(upload, inner, moved);
        let local: { thrown: unknown } | undefined;
        const source = createReadStream(file, { highWaterMark: PIECE });
        source.once('error', (thrown) => {
          // A source whose reader gave up is closed by an AbortError, which is not why.
          if (!body.destroyed && !inner.aborted) local ??= { thrown };
        });
        const read = pipeline(source, body, { signal: inner });
        read.catch(() => {}); // what went wrong is said by `send`, or stands in `local`
        try {
          await send(body, size, inner);
        } catch (thrown) {
          throw local?.thrown ?? thrown;
        } finally {
          body.destroy();
          source.destroy();
        }
      });
    },
    async download(what, file, signal, receive) {
      let isOurs = false;
      try {
        await watched(what, idle, signal, async (inner, moved) => {
          const broken = new AbortController();
          const either = AbortSignal.any([inner, broken.signal]);
          const sink = meter(download, either, moved);
          const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
          target.once('open', () => {
            isOurs = true;
          });
          let local: { thrown: unknown } | undefined;
          target.once('error', (thrown) => {
            if (thrown === sink.errored || inner.aborted) return;
            local ??= { thrown };
            broken.abort(thrown);
          });
          const written = pipeline(sink, target, { signal: inner });
          written.catch(() => {});
          try {
            await receive(sink, either);
            if (!sink.writableEnded) sink.end();
            await written;
          } catch (thrown) {
            // A write that is under way when the file is closed fails too, and is not why.
            const why = local?.thrown ?? thrown;
            sink.destroy();
            target.destroy();
            await written.catch(() => {});
            throw why;
          }
        });
      } catch (thrown) {
        if (isOurs) await rm(file, { force: true });
        throw thrown;
      }
    },
  };
}

function meter(throttle: Throttle, signal: AbortSignal, moved: () => void): Transform {
  return new Transform({
    highWaterMark: PIECE,
    transform(piece: Buffer, _encoding, done) {
      take(throttle, piece.length, signal, moved).then(
        () => done(null, piece),
        (thrown) => done(thrown),
      );
    },
  });
}

/** In small steps, so that a slow throttle is not taken for a stuck destination. */
async function take(throttle: Throttle, bytes: number, signal: AbortSignal, moved: () => void): Promise<void> {
  for (let left = bytes; left > 0; left -= STEP) {
    moved();
    await throttle.take(Math.min(left, STEP), signal);
  }
  moved();
}

/** Runs work that says when something moves, and ends it with a time-out when nothing does. */
async function watched(
  what: string,
  idle: number,
  outer: AbortSignal,
  work: (signal: AbortSignal, moved: () => void) => Promise<void>,
): Promise<void> {
  outer.throwIfAborted();
  const late = new AbortController();
  const signal = AbortSignal.any([outer, late.signal]);
  const timer =
    idle > 0
      ? setTimeout(() => {
          late.abort(
            new StorageError(
              'timeout',
              `${what}: nothing moved for ${idle / 1000} s; the destination or the way to it is stuck (--read-write-timeout)`,
            ),
          );
        }, idle)
      : undefined;
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  const running = work(signal, () => timer?.refresh());
  try {
    await Promise.race([running, aborted.promise]);
  } catch (thrown) {
    await settleSoon(running);
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** An abort is followed by tidying up, which is waited for, but not for ever. */
async function settleSoon(running: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 2000);
  await Promise.race([running.catch(() => {}), promise]);
  clearTimeout(timer);
}
