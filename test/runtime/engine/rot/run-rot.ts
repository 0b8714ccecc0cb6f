/** `npm run rot -- 5000 [first seed]`: as many cases of rot; ends with 1 where one goes wrong, and says how to see it again. */
import { seedRandom } from '../random.ts';
import { makeRotting, rotOnce } from './rot.ts';

const [cases = 1000, first = 1] = process.argv.slice(2).map(Number);
/** Cases on one backup; every tenth backup is encrypted. */
const OF_ONE = 100;
const kinds = new Map<string, number>();
let wrongs = 0;
for (let done = 0, seed = first; done < cases; seed++) {
  const random = seedRandom(seed);
  const one = await makeRotting(random, seed % 10 === 0 ? 'canary-4711' : undefined);
  const count = Math.min(seed % 10 === 0 ? OF_ONE / 10 : OF_ONE, cases - done);
  for (let number = 0; number < count; number++) {
    const { damage, wrong } = await rotOnce(random, one);
    const kind = `${damage.kind} ${/\.(d\w+)\./.exec(damage.files[0] ?? '')?.[1] ?? 'nothing'}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (wrong.length > 0) {
      wrongs++;
      console.error(`seed ${seed}, case ${number}, ${JSON.stringify(damage)}:\n  ${wrong.join('\n  ')}`);
    }
  }
  done += count;
  one.remove();
  console.log(`${done} of ${cases}, ${wrongs} wrong`);
}
for (const [kind, count] of [...kinds].sort()) console.log(`${kind.padEnd(20)} ${count}`);
process.exitCode = wrongs > 0 ? 1 : 0;
