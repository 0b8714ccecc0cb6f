/** The power goes at random moments. `npm run crash -- --power --for 40m` has more of them. */
import test from 'ava';
import { seedRandom } from '../random.ts';
import { judgeAll, killOnce, makeSurvivor, removeSurvivor } from './kills.ts';
import { connectPower } from './power.ts';

const [CUTS, MOST_CUTS_UNSYNCED] = [10, 50];

test('a backup lives through power cuts at random moments, and every version is what it was', async (t) => {
  t.timeout(600_000);
  const random = seedRandom(Number(process.env.KILL_SEED ?? 11));
  const survivor = await makeSurvivor(random, { power: connectPower() });
  t.teardown(() => removeSurvivor(survivor));
  let landed = 0;
  for (let tries = 0; landed < CUTS && tries < 10 * CUTS; tries++) {
    const { operation, hasLanded, faults } = await killOnce(random, survivor);
    if (hasLanded) landed += 1;
    t.deepEqual(faults, [], `${operation}, the ${tries + 1}th`);
  }
  t.is(landed, CUTS);
  t.deepEqual(await judgeAll(survivor), []);
});

test('runs that do not wait for the disks are found out', async (t) => {
  t.timeout(600_000);
  const random = seedRandom(12);
  const survivor = await makeSurvivor(random, { power: connectPower(), isUnsynced: true });
  t.teardown(() => removeSurvivor(survivor));
  const faults: string[] = [];
  for (let cuts = 0; cuts < MOST_CUTS_UNSYNCED && faults.length === 0; cuts++) {
    try {
      faults.push(...(await killOnce(random, survivor)).faults);
    } catch (thrown) {
      faults.push(String(thrown));
    }
  }
  t.log(faults[0]);
  t.not(faults.length, 0);
});
