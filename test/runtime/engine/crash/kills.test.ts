import test from 'ava';
import { seedRandom } from '../random.ts';
import { judgeAll, killOnce, makeSurvivor, removeSurvivor } from './kills.ts';

// `npm run crash -- --for 40m` has more of them.
test('a backup lives through 50 kills at random moments, and every version is what it was', async (t) => {
  t.timeout(600_000);
  const random = seedRandom(Number(process.env.KILL_SEED ?? 7));
  const survivor = await makeSurvivor(random);
  t.teardown(() => removeSurvivor(survivor));
  let landed = 0;
  for (let tries = 0; landed < 50 && tries < 200; tries++) {
    const { operation, hasLanded, faults } = await killOnce(random, survivor);
    if (hasLanded) landed += 1;
    t.deepEqual(faults, [], `${operation}, the ${tries + 1}th`);
  }
  t.is(landed, 50);
  t.deepEqual(await judgeAll(survivor), []);
});
