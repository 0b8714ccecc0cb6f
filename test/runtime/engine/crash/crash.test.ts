/** A run is killed at every point at which it changes a disk or the destination; what is there afterwards is whole. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { systemClock } from '../../../../runtime/engine/clock/clock.ts';
import { openLocalDatabase } from '../../../../runtime/engine/local-database/local-database.ts';
import { openBackup, reopenBackup, type TestBackup } from '../open-backup.ts';
import { factsOf, type TreeFact } from '../tree-facts.ts';
import { purgeOf, repairOf } from './operations.ts';

const DOOMED = path.resolve(import.meta.dirname, 'doomed.ts');
type Facts = Map<string, TreeFact>;

/** How a run that is killed at this point ends: by SIGKILL, or with the number of points that it passed. */
function run(folder: string, operation: string, point: number): Promise<{ killed: boolean; points: number }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [DOOMED, folder, operation, `${point}`], { timeout: 60_000 }, (error, out, err) => {
      if (error && error.signal !== 'SIGKILL') reject(new Error(err));
      else resolve({ killed: error !== null, points: Number(out) });
    });
  });
}

/** Bytes that do not compress and are the same each time. */
function noise(seed: string, size: number): Buffer {
  const parts = Array.from({ length: Math.ceil(size / 64) }, (_, n) =>
    createHash('sha512').update(`${seed} ${n}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, size);
}

/** Puts back what was there. Paths are part of a backup: every try happens in the same place. */
function keepState(opened: TestBackup): { reset(): void; folder: string } {
  const folder = `${opened.root}-saved`;
  cpSync(opened.root, folder, { recursive: true, preserveTimestamps: true });
  return {
    folder,
    reset() {
      for (const name of readdirSync(opened.root)) {
        if (name !== 'source') rmSync(path.join(opened.root, name), { recursive: true });
      }
      for (const name of readdirSync(folder)) {
        if (name !== 'source') cpSync(path.join(folder, name), path.join(opened.root, name), { recursive: true });
      }
    },
  };
}

/** After any run: nothing stray, and of the newest and oldest version every byte. */
async function expectWhole(opened: TestBackup, newest: Facts, oldest: Facts): Promise<string[]> {
  const faults: string[] = [];
  const versions = await opened.versions();
  for (const [number, facts] of [
    [0, newest],
    [versions.length - 1, oldest],
  ] as const) {
    const { into, shortfalls } = await opened.restore(number);
    faults.push(...shortfalls.map(({ path: place, message }) => `version ${number}: ${place}: ${message}`));
    const found = factsOf(into);
    for (const [place, fact] of facts)
      if (found.get(place)?.sha256 !== fact.sha256) faults.push(`version ${number}: ${place} differs`);
    if (found.size !== facts.size) faults.push(`version ${number} has ${found.size} entries of ${facts.size}`);
  }
  for (let number = 1; number < versions.length - 1; number++) {
    faults.push(...(await opened.restore(number)).shortfalls.map(({ message }) => `version ${number}: ${message}`));
  }
  const database = await openLocalDatabase(path.join(opened.root, 'local.sqlite'));
  const known = database
    .prepare("SELECT name FROM volume WHERE state = 'uploaded'")
    .all()
    .map(({ name }) => String(name));
  database.close();
  const there = readdirSync(opened.remote).filter((name) => !name.startsWith('.'));
  faults.push(...there.filter((name) => !known.includes(name)).map((name) => `${name} is stray`));
  faults.push(...known.filter((name) => !there.includes(name)).map((name) => `${name} is missing`));
  return faults;
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

test('a backup is killed at every point: the next needs no repair, and uploads no more than was on its way', async (t) => {
  t.timeout(600_000);
  const opened = openBackup();
  t.teardown(() => opened.remove());
  const { source } = opened;
  for (const name of ['kept', 'changed', 'deleted']) writeFileSync(path.join(source, name), noise(name, 10_000));
  await opened.backup();
  const before = factsOf(source);
  rmSync(path.join(source, 'deleted'));
  writeFileSync(path.join(source, 'changed'), noise('changed again', 20_000));
  mkdirSync(path.join(source, 'added'));
  for (const name of ['a', 'b']) writeFileSync(path.join(source, 'added', name), noise(name, 25_000));
  const after = factsOf(source);
  const state = keepState(opened);
  t.teardown(() => rmSync(state.folder, { recursive: true }));
  const { points } = await run(opened.root, 'backup', 0);
  t.true(points > 20, `${points}`);
  const undisturbed = sizeOf(opened.remote) - sizeOf(path.join(state.folder, 'remote'));
  for (let point = 1; point <= points; point++) {
    state.reset();
    t.true((await run(opened.root, 'backup', point)).killed);
    const again = reopenBackup(opened.root);
    const { lost, skipped, uploadedBytes } = await again.backup();
    t.deepEqual({ lost, skipped }, { lost: [], skipped: [] }, `point ${point}`);
    t.true(uploadedBytes <= undisturbed + 10_000, `point ${point}: ${uploadedBytes} of ${undisturbed}`);
    t.deepEqual(await expectWhole(again, after, before), [], `point ${point}`);
  }
});

for (const operation of ['delete', 'compact']) {
  test(`${operation} is killed at every point: the next backup needs no repair, and what is kept is whole`, async (t) => {
    t.timeout(600_000);
    const opened = openBackup();
    t.teardown(() => opened.remove());
    const { source } = opened;
    const histories: Facts[] = [];
    for (let round = 0; round < 4; round++) {
      for (const name of ['a', 'b']) writeFileSync(path.join(source, name), noise(`${name} ${round}`, 25_000));
      // Stands between what is deleted with the first version, is kept by the second, and can be read from no source any more.
      if (round === 0) writeFileSync(path.join(source, 'aa'), noise('aa', 25_000));
      if (round === 3) rmSync(path.join(source, 'aa'));
      histories.unshift(factsOf(source));
      await opened.backup();
    }
    if (operation === 'compact') await opened.delete([1, 3]);
    const state = keepState(opened);
    t.teardown(() => rmSync(state.folder, { recursive: true }));
    const { points } = await run(opened.root, operation, 0);
    t.true(points > 3, `${points}`);
    for (let point = 1; point <= points; point++) {
      state.reset();
      t.true((await run(opened.root, operation, point)).killed);
      const again = reopenBackup(opened.root);
      t.deepEqual((await again.backup()).lost, [], `point ${point}`);
      t.deepEqual(await expectWhole(again, histories[0]!, histories[2]!), [], `point ${point}`);
      await again.compact();
      t.deepEqual(await expectWhole(again, histories[0]!, histories[2]!), [], `point ${point}, compacted`);
    }
  });
}

/** Three versions of three files, `secret` in all of them. */
async function makeThree(opened: TestBackup): Promise<Facts[]> {
  const histories: Facts[] = [];
  writeFileSync(path.join(opened.source, 'secret'), noise('secret', 5000));
  for (let round = 0; round < 3; round++) {
    for (const name of ['a', 'b']) writeFileSync(path.join(opened.source, name), noise(`${name} ${round}`, 25_000));
    histories.unshift(factsOf(opened.source));
    // Apart, so that each can be written again under a time of its own.
    const now = Date.now() - (3 - round) * 60_000;
    await opened.backup({}, { clock: { ...systemClock, now: () => now } });
  }
  return histories;
}

test('a repair is killed at every point: the next one ends it, and every version is whole', async (t) => {
  t.timeout(600_000);
  const opened = openBackup();
  t.teardown(() => opened.remove());
  const histories = await makeThree(opened);
  const there = readdirSync(opened.remote).sort();
  const timeOf = (name: string) => statSync(at(opened, name)).mtimeMs;
  for (const kind of ['.dindex.', '.dlist.'])
    rmSync(path.join(opened.remote, there.find((one) => one.includes(kind))!));
  // Its blocks are in the source still: those of the newest version.
  const dblocks = there.filter((one) => one.includes('.dblock.'));
  const last = dblocks.sort((one, other) => timeOf(other) - timeOf(one))[0]!;
  rmSync(at(opened, last));
  const state = keepState(opened);
  t.teardown(() => rmSync(state.folder, { recursive: true }));
  const { points } = await run(opened.root, 'repair', 0);
  t.true(points > 10, `${points}`);
  for (let point = 1; point <= points; point++) {
    state.reset();
    t.true((await run(opened.root, 'repair', point)).killed);
    const again = reopenBackup(opened.root);
    t.is((await repairOf(again)).lostBlocks, 0, `point ${point}`);
    t.deepEqual((await again.backup()).lost, [], `point ${point}`);
    t.deepEqual(await expectWhole(again, histories[0]!, histories[2]!), [], `point ${point}`);
  }
});

test('a purge is killed at every point: the next backup needs no repair, and the next purge takes the rest', async (t) => {
  t.timeout(600_000);
  const opened = openBackup();
  t.teardown(() => opened.remove());
  const histories = await makeThree(opened);
  rmSync(path.join(opened.source, 'secret'));
  const without = (facts: Facts) => new Map([...facts].filter(([name]) => !name.endsWith('secret')));
  const state = keepState(opened);
  t.teardown(() => rmSync(state.folder, { recursive: true }));
  const { points } = await run(opened.root, 'purge', 0);
  t.true(points > 10, `${points}`);
  for (let point = 1; point <= points; point++) {
    state.reset();
    t.true((await run(opened.root, 'purge', point)).killed);
    const again = reopenBackup(opened.root);
    t.deepEqual((await again.backup()).lost, [], `point ${point}`);
    await purgeOf(again);
    t.is((await purgeOf(again)).entries, 0);
    t.deepEqual(await expectWhole(again, without(histories[0]!), without(histories[2]!)), [], `point ${point}`);
  }
});

const at = (opened: TestBackup, name: string) => path.join(opened.remote, name);
