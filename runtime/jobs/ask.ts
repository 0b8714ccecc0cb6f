import { messageOf } from '../errors.ts';
import type { Engine, Job, Order } from './job.ts';
import type { JobDocument } from './job-document.ts';

/** How patient the server is with questions, and how many it has at once. */
const LIMITS = { atOnce: 2, waiting: 16, milliseconds: 120_000, rows: 500_000 };

/** A question that was not answered; the message says why. */
export class UnansweredError extends Error {
  /** True where there are too many already. */
  readonly isBusy: boolean;

  constructor(message: string, isBusy = false) {
    super(message);
    this.name = 'UnansweredError';
    this.isBusy = isBusy;
  }
}

/** Asks the engine something beside the queue. @returns the rows of the answer. @throws UnansweredError */
export type Ask = (order: Order, describe: () => JobDocument) => Promise<unknown[]>;

/** Questions are jobs too, in processes of their own, but a few at once and for a short time. */
export function makeAsk(engine: Engine, limits = LIMITS): Ask {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async () => {
    if (running < limits.atOnce) running += 1;
    else if (waiting.length >= limits.waiting) throw new UnansweredError('Too many questions wait already.', true);
    else await new Promise<void>((resolve) => void waiting.push(resolve));
  };
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return async (order, describe) => {
    await enter();
    try {
      return await run(engine(order, describe), limits);
    } catch (thrown) {
      throw new UnansweredError(messageOf(thrown));
    } finally {
      leave();
    }
  };
}

async function run(job: Job, { milliseconds, rows: most }: typeof LIMITS): Promise<unknown[]> {
  const rows: unknown[] = [];
  let isTooMuch = false;
  const stop = new AbortController();
  const kill = new AbortController();
  const late = setTimeout(() => kill.abort(), milliseconds);
  try {
    await job.run({
      task: 0,
      report: () => {},
      stop: stop.signal,
      kill: kill.signal,
      watchPause: () => {}, // a pause is for what works, not for who looks
      receive(more) {
        if (rows.length + more.length > most) isTooMuch = true;
        if (isTooMuch) kill.abort();
        else for (const row of more) rows.push(row);
      },
    });
    return rows;
  } catch (thrown) {
    if (isTooMuch)
      throw new Error(`the answer has more than ${most} rows: ask for a folder, or with a narrower filter`);
    if (kill.signal.aborted) throw new Error(`it took longer than ${milliseconds / 1000} s`);
    throw thrown;
  } finally {
    clearTimeout(late);
  }
}
