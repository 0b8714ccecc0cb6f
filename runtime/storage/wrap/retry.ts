/** Tries again what a bad connection broke. */
import { setTimeout as wait } from 'node:timers/promises';
import { type RemoteEntry, type Storage, StorageError, type StorageReason } from '../storage.ts';

export interface RetryPlan {
  /** How often after the first time, `--number-of-retries`. */
  retries: number;
  /** Milliseconds before each, `--retry-delay`. */
  delay: number;
  /** Each wait is twice as long as the one before, `--retry-with-exponential-backoff`. */
  isExponential: boolean;
  /** Told before each wait. */
  report?(message: string): void;
}

/** What another try may mend. Everything else is the same a second later. */
const PASSING: readonly StorageReason[] = ['unreachable', 'timeout', 'failed'];
/** Most doublings, as in Duplicati. */
const MOST_DOUBLINGS = 10;

/** A storage whose operations are each tried again under the same name: an upload that was cut is replaced by the next try. */
export function withRetries(storage: Storage, plan: RetryPlan): Storage {
  async function attempt<Result>(
    what: string,
    signal: AbortSignal,
    work: (isAgain: boolean) => Promise<Result>,
  ): Promise<Result> {
    for (let tried = 0; ; tried++) {
      signal.throwIfAborted();
      try {
        return await work(tried > 0);
      } catch (thrown) {
        const isPassing = thrown instanceof StorageError && PASSING.includes(thrown.reason);
        if (signal.aborted || !isPassing || tried >= plan.retries) throw thrown;
        const delay = plan.delay * (plan.isExponential ? 2 ** Math.min(tried, MOST_DOUBLINGS) : 1);
        plan.report?.(`${what}: ${thrown.message}; try ${tried + 2} of ${plan.retries + 1} in ${delay / 1000} s`);
        if (delay > 0) await wait(delay, undefined, { signal });
      }
    }
  }
  return {
    name: storage.name,
    // All of it before the first is handed out: a second try does not say anything twice.
    async *list(signal) {
      yield* await attempt<RemoteEntry[]>('list', signal, () => Array.fromAsync(storage.list(signal)));
    },
    put: (name, file, signal) => attempt(`upload of ${name}`, signal, () => storage.put(name, file, signal)),
    get: (name, file, signal) => attempt(`download of ${name}`, signal, () => storage.get(name, file, signal)),
    delete: (name, signal) =>
      attempt(`deletion of ${name}`, signal, async (isAgain) => {
        try {
          await storage.delete(name, signal);
        } catch (thrown) {
          // The first try deleted it, and only its answer was lost.
          if (isAgain && thrown instanceof StorageError && thrown.reason === 'missing') return;
          throw thrown;
        }
      }),
    createFolder: (signal) => attempt('making the folder', signal, () => storage.createFolder(signal)),
    quota: (signal) => attempt('question for free space', signal, () => storage.quota(signal)),
    close: () => storage.close(),
  };
}
