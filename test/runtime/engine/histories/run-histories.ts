/** `npm run histories -- 200 [first seed]`: as many random histories of a tree; ends with 1 where one does not come back, and says how to see it again. */
import { runSeed } from './history.ts';
import { shrink } from './shrink.ts';
import { openTrees } from './tree.ts';

const [count = 200, first = 1] = process.argv.slice(2).map(Number);
const trees = openTrees();
let [wrongs, versions, ops] = [0, 0, 0];
for (let seed = first; seed < first + count; seed++) {
  const { history, wrong } = await runSeed(trees, seed);
  versions += history.versions.length;
  ops += history.versions.flat().length;
  if (wrong.length > 0) {
    wrongs++;
    const least = wrongs > 3 ? { history, wrong } : await shrink(trees, history, wrong);
    console.error(`seed ${seed}:\n  ${least.wrong.slice(0, 10).join('\n  ')}`);
    console.error(`  after ${JSON.stringify(least.history.versions).slice(0, 2000)}`);
  }
  if ((seed - first + 1) % 20 === 0) console.log(`${seed - first + 1} of ${count}, ${wrongs} wrong`);
}
trees.close();
console.log(`${count} histories of ${versions} versions, ${ops} changes: ${wrongs} wrong`);
process.exitCode = wrongs > 0 ? 1 : 0;
