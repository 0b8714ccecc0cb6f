import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { listAffected } from '../../../../runtime/engine/list/entries.ts';
import { recreate } from '../../../../runtime/engine/recreate/recreate.ts';
import { type Repaired, type RepairOrder, repair } from '../../../../runtime/engine/repair/repair.ts';
import { openBackup, type TestBackup } from '../open-backup.ts';
import { seedRandom } from '../random.ts';
import { factsOf } from '../tree-facts.ts';

const NEVER = new AbortController().signal;

async function open(t: ExecutionContext): Promise<TestBackup> {
  const one = openBackup();
  t.teardown(one.remove);
  const random = seedRandom(7);
  for (const [index, size] of [100_000, 5000, 900, 0].entries()) {
    const file = path.join(one.source, `file-${index}`);
    writeFileSync(
      file,
      Uint8Array.from({ length: size }, () => random(256)),
    );
    utimesSync(file, index, index); // no two have the same metadata
  }
  await one.backup();
  writeFileSync(path.join(one.source, 'file-3'), 'later');
  utimesSync(path.join(one.source, 'file-3'), 3, 3);
  await one.backup();
  return one;
}

function repairOf(one: TestBackup, changes: Partial<RepairOrder> = {}): Promise<Repaired> {
  return one.use((machine, plan) =>
    repair(machine, {
      ...plan,
      uploadsAtOnce: 2,
      dryRun: false,
      rebuild: true,
      report: () => {},
      signal: NEVER,
      ...changes,
    }),
  );
}

function volumes(one: TestBackup, kind: string): string[] {
  return readdirSync(one.remote)
    .filter((name) => name.includes(`.${kind}.`))
    .sort();
}

const drop = (one: TestBackup, name: string) => rmSync(path.join(one.remote, name));

test('a destination that is as the database has it is left as it is', async (t) => {
  const one = await open(t);
  const before = readdirSync(one.remote).sort();
  const done = await repairOf(one);
  t.deepEqual(done, { missing: [], extra: [], made: [], deleted: [], lostBlocks: 0 });
  t.deepEqual(readdirSync(one.remote).sort(), before);
});

test('missing lists and indexes are written again out of the database, and a dry run only says so', async (t) => {
  const one = await open(t);
  const times = await one.versions();
  const [lists, indexes] = [volumes(one, 'dlist'), volumes(one, 'dindex')];
  for (const name of [...lists, ...indexes]) drop(one, name);
  truncateSync(path.join(one.remote, volumes(one, 'dblock')[0]!));
  writeFileSync(path.join(one.remote, lists[0]!), 'damaged');
  const left = readdirSync(one.remote).sort();
  const said = await repairOf(one, { dryRun: true });
  t.is(said.missing.length, lists.length + indexes.length + 1);
  t.true(said.lostBlocks > 0);
  t.deepEqual(readdirSync(one.remote).sort(), left);
  const done = await repairOf(one);
  t.is(done.lostBlocks, 0);
  t.deepEqual(volumes(one, 'dlist'), lists);
  t.deepEqual(await one.versions(), times);
  const { into, shortfalls } = await one.restore(0);
  t.deepEqual(shortfalls, []);
  t.deepEqual(factsOf(into), factsOf(one.source));
  t.deepEqual((await repairOf(one)).missing, []);
});

test('a missing dblock is rebuilt from source files, and the versions are whole again', async (t) => {
  const one = await open(t);
  const before = factsOf(one.source);
  for (const name of volumes(one, 'dblock')) drop(one, name);
  const done = await repairOf(one);
  t.is(done.lostBlocks, 0);
  t.true(done.deleted.length > 0);
  for (const version of [0, 1]) {
    const { into, shortfalls } = await one.restore(version);
    t.deepEqual(shortfalls, []);
    if (version === 0) t.deepEqual(factsOf(into), before);
  }
});

test('what is nowhere any more is counted and named, and a rebuilt file costs nothing else', async (t) => {
  const one = await open(t);
  for (const name of volumes(one, 'dblock')) drop(one, name);
  writeFileSync(path.join(one.source, 'file-1'), 'another content');
  const done = await repairOf(one);
  t.is(done.lostBlocks, 6); // five blocks and the metadata
  const lost = await one.use(async ({ database }) => [...listAffected(database, [])].map(({ path: name }) => name));
  t.deepEqual([...new Set(lost)], [path.join(one.source, 'file-1')]);
  const { into, shortfalls } = await one.restore(0, true);
  t.true(shortfalls.every(({ path: name }) => name.endsWith('file-1')));
  t.deepEqual(readFileSync(path.join(into, 'file-0')), readFileSync(path.join(one.source, 'file-0')));
  t.is((await repairOf(one, { rebuild: false })).lostBlocks, 6);
});

test('blocks of a missing volume are taken from one that the database does not know, which stays', async (t) => {
  const one = await open(t);
  const [first] = volumes(one, 'dblock');
  const other = `duplicati-b${'0'.repeat(32)}.dblock.zip`;
  writeFileSync(path.join(one.remote, other), readFileSync(path.join(one.remote, first!)));
  drop(one, first!);
  for (const name of readdirSync(one.source)) rmSync(path.join(one.source, name));
  const done = await repairOf(one);
  t.deepEqual(done.extra, [other]);
  t.is(done.lostBlocks, 0);
  t.true(readdirSync(one.remote).includes(other));
});

test('a repair that is interrupted anywhere is finished by the next', async (t) => {
  for (let after = 0; after < 5; after++) {
    const one = await open(t);
    const lists = volumes(one, 'dlist');
    for (const name of [...lists, ...volumes(one, 'dindex'), ...volumes(one, 'dblock').slice(0, 1)]) drop(one, name);
    let left = after;
    const sink: TestBackup['place'] = {
      ...one.place,
      async put(name, file, signal) {
        if (left-- <= 0) throw new Error('cut');
        await one.place.put(name, file, signal);
        if (left === 0) throw new Error('cut after it was there');
      },
    };
    await t.throwsAsync(
      one.use(
        (machine, plan) =>
          repair(machine, { ...plan, uploadsAtOnce: 1, dryRun: false, rebuild: true, report: () => {}, signal: NEVER }),
        { sink },
      ),
      { message: /^cut/ },
      String(after),
    );
    t.is((await repairOf(one)).lostBlocks, 0);
    t.deepEqual(volumes(one, 'dlist'), lists);
    const { into, shortfalls } = await one.restore(0);
    t.deepEqual(shortfalls, []);
    t.deepEqual(factsOf(into), factsOf(one.source));
  }
});

/** The local database anew, from what is at the destination. @returns volumes that could not be used. */
async function rebuild(one: TestBackup): Promise<string[]> {
  for (const name of readdirSync(one.root).filter((file) => file.startsWith('local.sqlite')))
    rmSync(path.join(one.root, name), { recursive: true });
  const { problems } = await one.use(({ database, remote }) => recreate(database, remote));
  return problems.map(({ volume }) => volume);
}

test('an index that was lost together with the database is written again by the next backup', async (t) => {
  const one = await open(t);
  const facts = factsOf(one.source);
  const [first] = volumes(one, 'dindex');
  const count = volumes(one, 'dindex').length;
  drop(one, first!);
  t.deepEqual(await rebuild(one), []);
  await one.backup();
  t.is(volumes(one, 'dindex').length, count);
  t.false(volumes(one, 'dindex').includes(first!));
  // The new one says what the volume is: without its database nothing but indexes is read.
  for (const name of volumes(one, 'dblock')) truncateSync(path.join(one.remote, name), 10);
  t.deepEqual(await rebuild(one), []);
  t.deepEqual(factsOf(one.source), facts);
});

test('volumes of another backup in the same place, and one that cannot be read, end no backup', async (t) => {
  const [one, other] = [await open(t), await open(t)];
  const before = factsOf(one.source);
  const [stray] = volumes(other, 'dblock');
  copyFileSync(path.join(other.remote, stray!), path.join(one.remote, stray!));
  writeFileSync(path.join(one.remote, 'duplicati-b0000000000000000000000000000000a.dblock.zip'), 'no archive');
  t.deepEqual(await rebuild(one), ['duplicati-b0000000000000000000000000000000a.dblock.zip']);
  await one.backup();
  await one.backup();
  const { into, shortfalls } = await one.restore(0, true);
  t.deepEqual(shortfalls, []);
  t.deepEqual(factsOf(into), before);
});
