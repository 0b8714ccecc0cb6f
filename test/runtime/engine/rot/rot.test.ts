import test from 'ava';
import { seedRandom } from '../random.ts';
import { makeRotting, rotOnce } from './rot.ts';

// `npm run rot -- 5000` has more of them.
for (const [passphrase, cases] of [
  [undefined, 40],
  ['canary-4711', 2],
] as const) {
  const what = passphrase === undefined ? 'plain' : 'encrypted';
  test(`whatever rots in a ${what} backup is named with what it costs, and all else is restored as it was`, async (t) => {
    const random = seedRandom(cases);
    const one = await makeRotting(random, passphrase);
    t.teardown(one.remove);
    for (let number = 0; number < cases; number++) {
      const { damage, wrong } = await rotOnce(random, one);
      t.deepEqual(wrong, [], `case ${number}: ${JSON.stringify(damage)}`);
    }
  });
}
