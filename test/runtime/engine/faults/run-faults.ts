/** `npm run faults -- 10000 [SEED]`: so many runs with a failing destination. Ends with 1 where anything was lost. */
import { judgeAll, makeSurvivor, removeSurvivor } from '../crash/kills.ts';
import { seedRandom } from '../random.ts';
import { tryOnce } from './trials.ts';

const [count, first] = [Number(process.argv[2]), Number(process.argv[3] ?? 1)];
if (!(count > 0)) {
  console.error('Say how many: npm run faults -- 10000 [SEED]');
  process.exit(2);
}
/** Runs that one backup has to live through. */
const OF_ONE = 40;
let [runs, injected, wrong] = [0, 0, 0];
for (let seed = first; injected < count; seed++) {
  const random = seedRandom(seed);
  const survivor = await makeSurvivor(random);
  const say = (what: string, faults: readonly string[]) => {
    for (const fault of faults) console.error(`seed ${seed}, ${what}: ${fault}`);
    wrong += faults.length;
  };
  for (let number = 0; number < OF_ONE && wrong === 0; number++) {
    const { cell, operation, injected: landed, faults } = await tryOnce(random, survivor, seed * OF_ONE + number);
    runs++;
    injected += landed;
    say(`${operation}, ${cell.call} ${cell.how}`, faults);
  }
  if (wrong === 0) say('the end', await judgeAll(survivor));
  if (wrong > 0) {
    console.error(`Left to look at: ${survivor.root}`);
    break;
  }
  removeSurvivor(survivor);
  console.log(`seed ${seed}: ${runs} runs, ${injected} faults injected, ${wrong} wrong`);
}
process.exitCode = wrong > 0 ? 1 : 0;
