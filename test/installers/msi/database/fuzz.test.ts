import test from 'ava';
import { fuzzDatabases } from './fuzz.ts';

/** `FUZZ_ROUNDS=20000 npx ava test/installers/msi/database/fuzz.test.ts` for a night's run. */
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 400);

test(`${ROUNDS} damaged packages are read or refused, and never read many times over`, async (t) => {
  const { read, refused } = await fuzzDatabases(ROUNDS, 1);
  let count = 0;
  for (const [, times] of refused) count += times;
  t.is(read + count, ROUNDS);
  t.true(read > ROUNDS / 20, 'some damage is none');
  t.true(refused.size > 20, 'errors of many kinds');
});
