import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { countSamples } from '../../../../runtime/engine/test/choose-volumes.ts';
import { type Tested, type TestOrder, testVolumes } from '../../../../runtime/engine/test/test.ts';
import { openBackup, type TestBackup } from '../open-backup.ts';
import { seedRandom } from '../random.ts';

const NEVER = new AbortController().signal;
const ALL = Number.POSITIVE_INFINITY;

async function open(t: ExecutionContext): Promise<TestBackup> {
  const one = openBackup();
  t.teardown(one.remove);
  const random = seedRandom(3);
  for (const number of [1, 2, 3]) {
    writeFileSync(
      path.join(one.source, `file-${number}`),
      Uint8Array.from({ length: 9000 }, () => random(256)),
    );
    await one.backup();
  }
  return one;
}

function testOf(one: TestBackup, changes: Partial<TestOrder> = {}): Promise<Tested> {
  return one.use((machine, plan) =>
    testVolumes(machine, {
      manifest: plan.form.manifest,
      samples: 1,
      verification: 'False',
      allBlocks: false,
      dryRun: false,
      report: () => {},
      signal: NEVER,
      ...changes,
    }),
  );
}

const kindOf = (name: string) => /\.(d\w+)\./.exec(name)?.[1];

test('one volume of each kind is looked at, and after as many runs as there are each had its turn', async (t) => {
  const one = await open(t);
  const seen = new Set<string>();
  for (let run = 1; run <= 3; run++) {
    const { examined, damaged } = await testOf(one);
    t.deepEqual(examined.map(kindOf), ['dlist', 'dindex', 'dblock']);
    t.deepEqual(damaged, []);
    for (const name of examined) seen.add(name);
    t.is(seen.size, 3 * run);
  }
  await one.backup({ uploadUnchanged: true });
  const { examined } = await testOf(one);
  t.false(seen.has(examined[0]!), 'a new volume comes first');
});

test('what was found sound is remembered at once, and not by a dry run', async (t) => {
  const one = await open(t);
  const controller = new AbortController();
  await t.throwsAsync(
    testOf(one, { samples: ALL, signal: controller.signal, report: (done) => done === 2 && controller.abort() }),
  );
  const counts = () =>
    one.use(async ({ database }) => Number(database.prepare('SELECT total(count) AS sum FROM verified').get()?.sum));
  t.is(await counts(), 3);
  await testOf(one, { dryRun: true, samples: ALL });
  t.is(await counts(), 3);
});

test('the kinds that are looked at are those that were asked for', async (t) => {
  const one = await open(t);
  t.is((await testOf(one, { samples: ALL })).examined.length, 9);
  const kinds = async (verification: TestOrder['verification']) => [
    ...new Set((await testOf(one, { samples: ALL, verification })).examined.map(kindOf)),
  ];
  t.deepEqual(await kinds('True'), ['dlist', 'dindex', 'dblock']);
  t.deepEqual(await kinds('ListAndIndexes'), ['dlist', 'dindex']);
  t.deepEqual(await kinds('IndexesOnly'), ['dindex']);
  const versions = await one.use(async ({ database }) =>
    database.prepare('SELECT id FROM version ORDER BY time').all(),
  );
  const ids = versions.slice(1).map(({ id }) => Number(id));
  t.is((await testOf(one, { versions: ids })).examined.filter((name) => kindOf(name) === 'dlist').length, 2);
});

test('a volume whose content is another than the database has is named, also where its own hash is not known', async (t) => {
  const one = await open(t);
  const names = readdirSync(one.remote).sort();
  for (const kind of ['dlist', 'dindex', 'dblock']) {
    const [first, second] = names.filter((name) => kindOf(name) === kind);
    const [file, other] = [path.join(one.remote, first!), path.join(one.remote, second!)];
    const before = readFileSync(file);
    writeFileSync(file, readFileSync(other));
    await one.use(async ({ database }) =>
      database.prepare('UPDATE volume SET hash = NULL, size = NULL WHERE name = ?').run(first!),
    );
    const { damaged } = await testOf(one, { samples: ALL, verification: 'True', allBlocks: true });
    t.deepEqual(
      damaged.map(({ name }) => name),
      [first!],
      kind,
    );
    writeFileSync(file, before);
    t.deepEqual((await testOf(one, { samples: ALL, verification: 'True' })).damaged, [], kind);
  }
});

test('missing and unknown volumes are named, whatever the samples are', async (t) => {
  const one = await open(t);
  const names = readdirSync(one.remote).sort();
  for (const name of names.slice(0, 2)) rmSync(path.join(one.remote, name));
  const stray = `duplicati-b${'0'.repeat(32)}.dblock.zip`;
  writeFileSync(path.join(one.remote, stray), '');
  const { damaged, extra } = await testOf(one);
  t.deepEqual(damaged.map(({ name }) => name).sort(), names.slice(0, 2));
  t.deepEqual(extra, [stray]);
});

test('samples are a number or a share of all volumes, whichever is more', async (t) => {
  const one = await open(t);
  await one.use(async ({ database }) => {
    t.is(countSamples(database, 1, 0.1), 1);
    t.is(countSamples(database, 1, 50), 5);
    t.is(countSamples(database, 0, 0), 0);
  });
});
