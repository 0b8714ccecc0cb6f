import test from 'ava';
import { judgeAll, makeSurvivor, removeSurvivor } from '../crash/kills.ts';
import { seedRandom } from '../random.ts';
import { allCells } from './bad-place.ts';
import { tryOnce } from './trials.ts';

const RUNS_OF_ONE = 20;

// `npm run faults -- 10000` has more of them.
test('a destination that fails, in every way once, loses no version, and needs no repair', async (t) => {
  t.timeout(600_000);
  const seed = Number(process.env.FAULT_SEED ?? 6);
  let injected = 0;
  for (let number = 0; number < allCells().length; ) {
    const random = seedRandom(seed + number);
    const survivor = await makeSurvivor(random);
    t.teardown(() => removeSurvivor(survivor));
    for (const end = number + RUNS_OF_ONE; number < end; number++) {
      const trial = await tryOnce(random, survivor, number);
      t.deepEqual(trial.faults, [], `${number}: ${trial.operation}, ${trial.cell.call} ${trial.cell.how}`);
      injected += trial.injected;
    }
    t.deepEqual(await judgeAll(survivor), []);
  }
  t.true(injected > 50, `${injected}`);
});
