import test from 'ava';
import { makeAsk, UnansweredError } from '../../../runtime/jobs/ask.ts';
import type { Job } from '../../../runtime/jobs/job.ts';

const LIMITS = { atOnce: 2, waiting: 1, milliseconds: 60_000, rows: 5 };
const ORDER = { operation: 'ListFiles', backup: '1', input: {} } as const;

/** Sends rows until it is killed. */
const endless: Job = {
  async run({ receive, kill }) {
    while (!kill.aborted) receive?.([1, 2]);
    throw new Error('it was stopped at once');
  },
};

test('an answer that would fill the memory is ended, and said to be too long', async (t) => {
  const ask = makeAsk(() => endless, LIMITS);
  const thrown = await t.throwsAsync(
    ask(ORDER, () => {
      throw new Error('not asked for');
    }),
    { instanceOf: UnansweredError },
  );
  t.regex(thrown?.message ?? '', /more than 5 rows/);
});
