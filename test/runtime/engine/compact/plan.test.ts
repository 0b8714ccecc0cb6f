import test from 'ava';
import { planCompact, type VolumeUsage } from '../../../../runtime/engine/compact/plan.ts';
import { CASES, seedRandom } from '../random.ts';

const MB = 1024 ** 2;
const RULES = { threshold: 25, volumeSize: 50 * MB, smallFileMaxCount: 20 };
const volume = (name: string, dataSize: number, wastedSize: number, fileSize = dataSize): VolumeUsage => ({
  name,
  dataSize: dataSize * MB,
  wastedSize: wastedSize * MB,
  compressedSize: fileSize * MB,
});

test('a volume of which nothing is needed goes, and nothing else is touched for it', (t) => {
  const plan = planCompact([volume('gone', 50, 50), volume('empty', 0, 0), volume('full', 50, 0)], RULES);
  t.deepEqual(plan.remove, ['gone', 'empty']);
  t.deepEqual(plan.rewrite, []);
});

test('two wasteful volumes are rewritten when together they waste a quarter of everything', (t) => {
  t.deepEqual(planCompact([volume('a', 50, 13), volume('b', 50, 13)], RULES).rewrite, ['a', 'b']);
  t.deepEqual(
    planCompact([volume('a', 50, 13), volume('b', 50, 13), volume('c', 50, 0)], RULES).rewrite,
    [],
    'a sixth of all',
  );
  t.deepEqual(planCompact([volume('a', 50, 40)], RULES).rewrite, [], 'one alone');
  t.regex(planCompact([volume('a', 50, 13), volume('b', 50, 13)], RULES).why, /^26 % .* limit is 25 %$/);
});

test('small volumes are rewritten when they would fill one, or are too many', (t) => {
  const small = (count: number, size: number) =>
    Array.from({ length: count }, (_, number) => volume(`s${number}`, size, 0));
  t.is(planCompact(small(5, 10), RULES).rewrite.length, 0, 'just a volume');
  t.is(planCompact(small(6, 10), RULES).rewrite.length, 6);
  t.is(planCompact(small(20, 1), RULES).rewrite.length, 0);
  t.is(planCompact(small(21, 1), RULES).rewrite.length, 21);
  t.is(planCompact(small(21, 1), { ...RULES, smallFileSize: MB / 2 }).rewrite.length, 0);
});

test('wasteful volumes come before small ones, and each once', (t) => {
  const volumes = [
    ...Array.from({ length: 21 }, (_, number) => volume(`s${number}`, 1, 0)),
    volume('both', 8, 7),
    volume('big', 50, 25),
  ];
  const { rewrite } = planCompact(volumes, RULES);
  t.deepEqual(rewrite.slice(0, 3), ['both', 'big', 's0']);
  t.is(rewrite.length, 23);
});

test('whatever the volumes are, none that is needed is removed, and a plan ends: nothing is wasted behind it', (t) => {
  const random = seedRandom(46);
  for (let round = 0; round < CASES; round++) {
    const volumes = Array.from({ length: random(30) }, (_, number) => {
      const dataSize = random(60);
      return volume(`v${number}`, dataSize, random(3) === 0 ? dataSize : random(dataSize + 1), random(dataSize + 1));
    });
    const { remove, rewrite } = planCompact(volumes, RULES);
    t.deepEqual(
      remove,
      volumes.filter((one) => one.wastedSize === one.dataSize).map(({ name }) => name),
    );
    if (rewrite.some((name) => remove.includes(name)) || new Set(rewrite).size !== rewrite.length) return t.fail();
    const behind = volumes
      .filter(({ name }) => !remove.includes(name) && !rewrite.includes(name))
      .map((one) => ({ ...one, compressedSize: 50 * MB }));
    if (rewrite.length > 0) t.deepEqual(planCompact(behind, RULES).rewrite, []);
  }
});
