/** `npm run crash -- [--power] --for 40m`: kills, or cuts the power, until the time is over, and adds up in the ledger. Ends with 1 where anything was lost. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seedRandom } from '../random.ts';
import { judgeAll, killOnce, makeSurvivor, removeSurvivor } from './kills.ts';
import { connectPower } from './power.ts';

interface Run {
  /** How runs were ended. */
  by: 'SIGKILL' | 'power cut';
  revision: string;
  firstSeed: number;
  /** Of a process that was at work. */
  kills: number;
  /** Runs that had ended before the kill came. */
  tooLate: number;
  faults: string[];
}

const LEDGER = path.resolve(import.meta.dirname, 'ledger.json');
const [, number = '', unit = ''] = /--for[ =](\d+)([smh])/.exec(process.argv.slice(2).join(' ')) ?? [];
if (number === '') {
  console.error('Say for how long: npm run crash -- [--power] --for 40m');
  process.exit(2);
}
const by = process.argv.includes('--power') ? 'power cut' : 'SIGKILL';
const until = Date.now() + Number(number) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h']; // matched above
const runs: Run[] = JSON.parse(readFileSync(LEDGER, 'utf8'));
const firstSeed = runs.reduce((sum, run) => sum + run.kills + run.tooLate, 1);
const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const run: Run = { by, revision, firstSeed, kills: 0, tooLate: 0, faults: [] };
runs.push(run);
/** Kills that one backup has to live through. */
const OF_ONE = 25;
for (let seed = firstSeed; Date.now() < until; seed += OF_ONE) {
  const random = seedRandom(seed);
  const survivor = await makeSurvivor(random, by === 'power cut' ? { power: connectPower() } : {});
  const note = (what: string, faults: readonly string[]) => {
    run.faults.push(...faults.map((one) => `seed ${seed}, ${what}: ${one}`));
  };
  for (let count = 0; count < OF_ONE && Date.now() < until; count++) {
    const { operation, hasLanded, faults } = await killOnce(random, survivor);
    if (hasLanded) run.kills += 1;
    else run.tooLate += 1;
    note(`${operation} ${count}`, faults);
  }
  note('the end', await judgeAll(survivor));
  if (run.faults.length === 0) removeSurvivor(survivor);
  writeFileSync(LEDGER, `${JSON.stringify(runs, null, 2)}\n`);
  console.log(`${run.kills} kills, ${run.tooLate} too late, ${run.faults.length} faults`);
  if (run.faults.length > 0) console.error(`${run.faults.join('\n')}\nLeft to look at: ${survivor.root}`);
  if (run.faults.length > 0) break;
}
const all = runs.filter((one) => one.by === by).reduce((sum, { kills }) => sum + kills, 0);
console.log(`${all} in the ledger, by ${by}`);
process.exitCode = run.faults.length > 0 ? 1 : 0;
