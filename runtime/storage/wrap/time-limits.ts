/** No question to a destination is waited for without an end. Transfers have their own limit (`transfers.ts`). */
import { type Storage, StorageError } from '../storage.ts';

export interface TimeLimits {
  /** Milliseconds for deleting, making folders and asking for free space, `--short-timeout`; 0 for none. */
  short: number;
  /** Milliseconds for a list as a whole, `--list-timeout`; 0 for none. */
  list: number;
}

export function withTimeLimits(storage: Storage, { short, list }: TimeLimits): Storage {
  const within = <Result>(
    what: string,
    option: string,
    limit: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ) => finishWithin(`${storage.name}: ${what}`, option, limit, signal, work);
  return {
    name: storage.name,
    async *list(signal) {
      yield* await within('list', 'list-timeout', list, signal, (inner) => Array.fromAsync(storage.list(inner)));
    },
    put: (name, file, signal) => storage.put(name, file, signal),
    get: (name, file, signal) => storage.get(name, file, signal),
    delete: (name, signal) =>
      within(`deletion of ${name}`, 'short-timeout', short, signal, (inner) => storage.delete(name, inner)),
    createFolder: (signal) =>
      within('making the folder', 'short-timeout', short, signal, (inner) => storage.createFolder(inner)),
    quota: (signal) =>
      within('question for free space', 'short-timeout', short, signal, (inner) => storage.quota(inner)),
    close: () => storage.close(),
  };
}

/** Ends with a StorageError `timeout` when it is late, also where the work takes no notice of its signal. */
export async function finishWithin<Result>(
  what: string,
  option: string,
  limit: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer.throwIfAborted();
  const late = new AbortController();
  const timer =
    limit > 0
      ? setTimeout(() => {
          late.abort(
            new StorageError(
              'timeout',
              `${what}: no answer within ${limit / 1000} s; the destination or the way to it is stuck (--${option})`,
            ),
          );
        }, limit)
      : undefined;
  const signal = AbortSignal.any([outer, late.signal]);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    const running = work(signal);
    running.catch(() => {});
    return await Promise.race([running, aborted.promise]);
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
