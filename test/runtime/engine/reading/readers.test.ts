/** Reading by threads changes nothing but the time that it takes. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Clock } from '../../../../runtime/engine/clock/clock.ts';
import { FORM, openBackup, reopenBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

const LARGE = { ...FORM, manifest: { ...FORM.manifest, blocksize: 100 * 1024 }, passphrase: 'correct horse' };

/** Always the same time, and numbers that only look like random ones. */
function fixedClock(): Clock {
  let calls = 0;
  return {
    now: () => 1_700_000_000_000,
    random(count) {
      const parts = [];
      for (let n = 0; n * 64 < count; n++) parts.push(createHash('sha512').update(`${calls} ${n}`).digest());
      calls++;
      return Buffer.concat(parts).subarray(0, count);
    },
  };
}

function noise(seed: string, size: number): Buffer {
  const parts = Array.from({ length: Math.ceil(size / 64) }, (_, n) =>
    createHash('sha512').update(`${seed} ${n}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, size);
}

function plant(folder: string): void {
  writeFileSync(path.join(folder, 'large'), noise('large', 9_000_001));
  writeFileSync(path.join(folder, 'text'), 'What is said again and again. '.repeat(300_000));
  // The same blocks again, met while they are still on their way.
  writeFileSync(path.join(folder, 'large again'), noise('large', 5_000_000));
  mkdirSync(path.join(folder, 'many'));
  for (let n = 0; n < 1100; n++) writeFileSync(path.join(folder, 'many', `${n}`), noise(`${n % 700}`, n * 3));
}

test('volumes have the same bytes, however many threads read', async (t) => {
  const contents: Map<string, string>[] = [];
  const opened = openBackup(LARGE);
  t.teardown(() => opened.remove());
  plant(opened.source);
  for (const threads of [0, 1, 2]) {
    const { root } = opened;
    const done = await opened.backup({ threads, uploadsAtOnce: 1, volumeSize: 2 << 20 }, { clock: fixedClock() });
    t.like(done, { skipped: [], counts: { addedFiles: 1103 } });
    const names = readdirSync(opened.remote).sort();
    t.true(names.length > 10);
    contents.push(
      new Map(
        names.map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(path.join(opened.remote, name)))
            .digest('hex'),
        ]),
      ),
    );
    if (threads === 2) continue;
    // The same source again, as if nothing had been backed up.
    for (const name of names) rmSync(path.join(opened.remote, name));
    for (const name of readdirSync(root)) if (name.startsWith('local')) rmSync(path.join(root, name));
  }
  t.deepEqual(contents[1], contents[0]);
  t.deepEqual(contents[2], contents[0]);
  const { into, shortfalls } = await reopenBackup(opened.root, LARGE).restore(0);
  t.deepEqual(shortfalls, []);
  t.deepEqual(factsOf(into), factsOf(opened.source));
});

test('a file that grows, shrinks or is replaced while threads are at work costs no other anything', async (t) => {
  const opened = openBackup(LARGE);
  t.teardown(() => opened.remove());
  plant(opened.source);
  const grows = path.join(opened.source, 'grows');
  writeFileSync(grows, noise('grows', 3_000_000));
  const shrinks = path.join(opened.source, 'shrinks');
  writeFileSync(shrinks, noise('large', 3_000_000));
  const closed = path.join(opened.source, 'closed');
  writeFileSync(closed, 'nobody reads this');
  const done = await opened.backup({
    threads: 2,
    volumeSize: 2 << 20,
    report(place) {
      if (place === grows) appendFileSync(grows, 'more');
      if (place === shrinks) writeFileSync(shrinks, 'less');
      if (place === closed) {
        writeFileSync(`${opened.root}/another`, 'another file');
        renameSync(`${opened.root}/another`, closed);
      }
    },
  });
  t.deepEqual(done.skipped.map((one) => path.basename(one.path)).sort(), ['closed', 'grows']);
  const { into, shortfalls } = await opened.restore(0);
  t.deepEqual(shortfalls, []);
  const [found, expected] = [factsOf(into), factsOf(opened.source)];
  for (const name of ['large', 'large again', 'text', 'many/1099'])
    t.deepEqual(found.get(name), expected.get(name), name);
});
