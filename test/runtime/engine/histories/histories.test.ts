/** A few of the random histories of `npm run histories`; a failure tells the seed. */
import test from 'ava';
import { runSeed } from './history.ts';
import { openTrees } from './tree.ts';

for (const seed of [1, 2, 3, 4, 7]) {
  test.serial(`every version of random history ${seed} comes back as it was, from the destination alone`, async (t) => {
    const trees = openTrees();
    t.teardown(() => trees.close());
    t.deepEqual((await runSeed(trees, seed)).wrong, []);
  });
}
