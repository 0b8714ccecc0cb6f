import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { EmptyVersions, type Purged, type PurgeOrder, purge } from '../../../../runtime/engine/purge/purge.ts';
import {
  type PurgeBrokenOrder,
  type PurgedBroken,
  purgeBroken,
} from '../../../../runtime/engine/purge/purge-broken.ts';
import { openBackup, type TestBackup } from '../open-backup.ts';
import { seedRandom } from '../random.ts';
import { factsOf } from '../tree-facts.ts';

const NEVER = new AbortController().signal;

/** Three versions some seconds apart: `secret` is in all, `file-N` came with version N. */
async function open(t: ExecutionContext): Promise<TestBackup> {
  const one = openBackup();
  t.teardown(one.remove);
  const random = seedRandom(11);
  writeFileSync(path.join(one.source, 'secret'), 'canary-4711');
  for (const version of [2, 1, 0]) {
    const file = path.join(one.source, `file-${version}`);
    writeFileSync(
      file,
      Uint8Array.from({ length: 20_000 }, () => random(256)),
    );
    utimesSync(file, version, version);
    const clock = {
      now: () => 1_700_000_000_000 - version * 60_000,
      random: (count: number) => Buffer.from(Uint8Array.from({ length: count }, () => random(256))),
    };
    await one.backup({}, { clock });
  }
  return one;
}

function purgeOf(one: TestBackup, changes: Partial<PurgeOrder> = {}, place?: TestBackup['place']): Promise<Purged> {
  return one.use(
    (machine, plan) => {
      const versions = machine.database.prepare('SELECT id FROM version ORDER BY time DESC').all();
      return purge(machine, {
        ...plan,
        versions: versions.map(({ id }) => Number(id)),
        isPurged: (name) => name.endsWith('/secret'),
        dryRun: false,
        allowEmpty: false,
        report: () => {},
        signal: NEVER,
        ...changes,
      });
    },
    place ? { sink: place } : {},
  );
}

function purgeBrokenOf(one: TestBackup, changes: Partial<PurgeBrokenOrder> = {}): Promise<PurgedBroken> {
  return one.use((machine, plan) =>
    purgeBroken(machine, {
      ...plan,
      dryRun: false,
      allowFullRemoval: false,
      replaceMetadata: true,
      signal: NEVER,
      ...changes,
    }),
  );
}

const namesIn = (folder: string) => readdirSync(folder).sort();
const blocksOf = (one: TestBackup) => namesIn(one.remote).filter((name) => name.includes('.dblock.'));

test('a purged file is in no version any more, everything else in all, and the times are the next seconds', async (t) => {
  const one = await open(t);
  const times = await one.versions();
  t.is((await purgeOf(one, { dryRun: true })).entries, 3);
  t.deepEqual(await one.versions(), times);
  const { rewritten, bytes } = await purgeOf(one);
  t.is(rewritten.length, 3);
  t.is(bytes, 33);
  t.deepEqual(
    await one.versions(),
    times.map((time) => time + 1),
  );
  for (const version of [0, 1, 2]) {
    const { into, shortfalls } = await one.restore(version);
    t.deepEqual(shortfalls, []);
    t.deepEqual(
      namesIn(into),
      [0, 1, 2].filter((number) => number >= version).map((number) => `file-${number}`),
    );
  }
  t.is((await purgeOf(one)).rewritten.length, 0);
  await one.compact();
  await one.backup();
  const { into } = await one.restore(0);
  t.deepEqual(factsOf(into), factsOf(one.source));
});

test('only the versions that are named are changed', async (t) => {
  const one = await open(t);
  const newest = await one.use(async ({ database }) =>
    Number(database.prepare('SELECT id FROM version ORDER BY time DESC').get()?.id),
  );
  await purgeOf(one, { versions: [newest] });
  t.false(namesIn((await one.restore(0)).into).includes('secret'));
  t.true(namesIn((await one.restore(1)).into).includes('secret'));
});

test('a version that would be left without files is refused before anything is done, unless that is allowed', async (t) => {
  const one = await open(t);
  const before = namesIn(one.remote);
  const most = { isPurged: (name: string) => !/file-[01]$/.test(name) };
  await t.throwsAsync(purgeOf(one, most), { instanceOf: EmptyVersions });
  t.deepEqual(namesIn(one.remote), before);
  t.is((await purgeOf(one, { ...most, allowEmpty: true })).rewritten.length, 3);
  t.is((await one.restore(2)).entries, 0);
});

test('a purge that is interrupted anywhere leaves each version as it was or as it shall be', async (t) => {
  for (let after = 0; after < 12; after++) {
    const one = await open(t);
    let left = after;
    const cut = () => {
      if (left-- <= 0) throw new Error('cut');
    };
    const place: TestBackup['place'] = {
      ...one.place,
      async put(...given) {
        cut();
        await one.place.put(...given);
        cut();
      },
      async delete(...given) {
        cut();
        await one.place.delete(...given);
        cut();
      },
    };
    await t.throwsAsync(purgeOf(one, {}, place), { message: 'cut' }, String(after));
    await one.backup();
    const later = (await one.versions()).length - 3; // one where the newest had lost the file already
    t.true(later === 0 || later === 1);
    for (const version of [0, 1, 2]) {
      const { into, shortfalls } = await one.restore(version + later);
      t.deepEqual(shortfalls, []);
      t.deepEqual(
        namesIn(into).filter((name) => name !== 'secret'),
        [0, 1, 2].filter((number) => number >= version).map((number) => `file-${number}`),
      );
    }
    await purgeOf(one);
    t.false(namesIn((await one.restore(2)).into).includes('secret'));
  }
});

test('what a missing volume cost is taken out of the versions, which are whole again', async (t) => {
  const one = await open(t);
  const holds = (name: string) =>
    one.use(async ({ database }) =>
      database
        .prepare(
          `SELECT DISTINCT volume.name AS name FROM entry JOIN stream_block ON stream = content JOIN block ON block.id = stream_block.block
           JOIN volume ON volume.id = block.volume WHERE entry.name = ?`,
        )
        .all(name)
        .map((row) => String(row.name)),
    );
  const [lost] = await holds('file-1');
  rmSync(path.join(one.remote, lost!));
  const said = await purgeBrokenOf(one, { dryRun: true });
  t.deepEqual(
    said.missing.map(({ name }) => name),
    [lost!],
  );
  t.true(said.versions.every(({ removed }) => removed === 1));
  const before = namesIn(one.remote);
  t.deepEqual(namesIn(one.remote), before);
  const done = await purgeBrokenOf(one);
  t.deepEqual(
    done.versions.map(({ removed }) => removed),
    [1, 1],
  );
  for (const [version, names] of [
    ['file-0', 'file-2', 'secret'],
    ['file-2', 'secret'],
    ['file-2', 'secret'],
  ].entries()) {
    const { into, shortfalls } = await one.restore(version); // no volume may be missing now
    t.deepEqual(shortfalls, []);
    t.deepEqual(namesIn(into), names);
  }
  t.deepEqual(await purgeBrokenOf(one), { missing: [], versions: [] });
  await one.backup();
  const { into } = await one.restore(0);
  t.deepEqual(factsOf(into), factsOf(one.source));
});

test('what lost only its metadata stays with its content', async (t) => {
  const one = await open(t);
  writeFileSync(path.join(one.source, 'secret'), readFileSync(path.join(one.source, 'secret')));
  utimesSync(path.join(one.source, 'secret'), 99, 99);
  const before = blocksOf(one);
  await one.backup(); // the new metadata alone
  const [added] = blocksOf(one).filter((name) => !before.includes(name));
  rmSync(path.join(one.remote, added!));
  const { versions } = await purgeBrokenOf(one);
  t.is(versions.length, 1);
  t.deepEqual([versions[0]!.removed, versions[0]!.stripped > 0], [0, true]);
  const { into } = await one.restore(0);
  t.is(readFileSync(path.join(into, 'secret'), 'utf8'), 'canary-4711');
});

test('a version that lost everything is deleted only where that is allowed', async (t) => {
  const one = await open(t);
  for (const name of blocksOf(one)) rmSync(path.join(one.remote, name));
  const before = namesIn(one.remote);
  await t.throwsAsync(purgeBrokenOf(one), { instanceOf: EmptyVersions });
  t.deepEqual(namesIn(one.remote), before);
  const { versions } = await purgeBrokenOf(one, { allowFullRemoval: true });
  t.true(versions.every(({ isDeleted }) => isDeleted));
  t.deepEqual(namesIn(one.remote), []);
  await one.backup();
  const { into } = await one.restore(0);
  t.deepEqual(factsOf(into), factsOf(one.source));
});
