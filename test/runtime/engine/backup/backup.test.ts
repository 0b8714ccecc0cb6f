/** What was backed up comes back, from the destination alone. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FORM, openBackup, type TestBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

function open(t: ExecutionContext, form?: Parameters<typeof openBackup>[0]): TestBackup {
  const opened = openBackup(form);
  t.teardown(() => opened.remove());
  return opened;
}

/** Sizes around every edge of blocks of 1 KiB and of their lists of 32. */
const SIZES = [0, 1, 1023, 1024, 1025, 2048, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 64 * 1024, 100_000];

function plant(folder: string): void {
  for (const size of SIZES) {
    writeFileSync(path.join(folder, `noise-${size}`), randomBytes(size));
    writeFileSync(path.join(folder, `text-${size}.txt`), 'All the same. '.repeat(size / 14 + 1).slice(0, size));
  }
  mkdirSync(path.join(folder, 'sub', 'deep', 'empty'), { recursive: true });
  for (const name of [
    'ä ö ü',
    'new\nline',
    '-rf',
    '"quotes\'',
    '},{"type',
    'back\\slash',
    '\u2028line',
    'x'.repeat(255),
    '🙂',
  ]) {
    writeFileSync(path.join(folder, 'sub', name), `I am ${name}`);
  }
  symlinkSync('nowhere', path.join(folder, 'sub', 'dangling'));
  symlinkSync('/etc/passwd', path.join(folder, 'sub', 'absolute'));
  symlinkSync('.', path.join(folder, 'sub', 'loop'));
  linkSync(path.join(folder, 'noise-1025'), path.join(folder, 'sub', 'hard'));
  chmodSync(path.join(folder, 'noise-1'), 0o400);
  chmodSync(path.join(folder, 'sub', 'deep'), 0o711);
  chmodSync(path.join(folder, 'text-1025.txt'), 0o4755);
  chmodSync(path.join(folder, 'sub', 'ä ö ü'), 0o2750);
  chmodSync(path.join(folder, 'sub', 'deep', 'empty'), 0o1777);
  chownSync(path.join(folder, 'noise-1023'), 1234, 4321);
  utimesSync(path.join(folder, 'noise-1024'), 0, 0);
  utimesSync(path.join(folder, 'sub', 'deep', 'empty'), 4_000_000_000, 4_000_000_000.1);
  execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', path.join(folder, 'noise-2048')]);
}

for (const [name, form] of Object.entries({
  plain: FORM,
  encrypted: { ...FORM, passphrase: 'correct horse' },
  zstd: { ...FORM, compression: { method: 93, level: 3 } },
  hashes: { ...FORM, manifest: { ...FORM.manifest, blockHash: 'SHA512', fileHash: 'SHA1' } },
} as const)) {
  test(`every version comes back as it was: ${name}`, async (t) => {
    const { source, restore, backup, versions } = open(t, form);
    plant(source);
    const histories = [factsOf(source, true)];
    t.like(await backup(), { skipped: [], lost: [], isPartial: false });
    rmSync(path.join(source, 'noise-1025'));
    renameSync(path.join(source, 'sub', 'deep'), path.join(source, 'moved'));
    writeFileSync(path.join(source, 'noise-100000'), randomBytes(99_999));
    chmodSync(path.join(source, 'text-1.txt'), 0o640);
    histories.unshift(factsOf(source, true));
    t.like(await backup(), { skipped: [], lost: [] });
    rmSync(path.join(source, 'sub'), { recursive: true });
    symlinkSync('noise-1', path.join(source, 'sub'));
    histories.unshift(factsOf(source, true));
    t.like(await backup(), { skipped: [], lost: [] });
    t.is((await versions()).length, 3);
    for (const [index, facts] of histories.entries()) {
      const { into, shortfalls } = await restore(index);
      t.deepEqual(shortfalls, []);
      t.deepEqual(factsOf(into, true), facts);
    }
  });
}

test('where nothing changed there is no new version, unless it is asked for', async (t) => {
  const { source, remote, backup, versions } = open(t);
  plant(source);
  await backup();
  const there = readdirSync(remote);
  const { version, counts, uploadedBytes } = await backup();
  t.is(version, undefined);
  t.like(counts, { openedFiles: 0, addedFiles: 0, modifiedFiles: 0, examinedFiles: SIZES.length * 2 + 10 });
  t.is(uploadedBytes, 0);
  t.deepEqual(readdirSync(remote), there);
  await backup({ uploadUnchanged: true });
  t.is((await versions()).length, 2);
});

test('the same bytes are stored once, whatever they are called', async (t) => {
  const { source, backup } = open(t);
  const bytes = randomBytes(50_000);
  writeFileSync(path.join(source, 'one'), bytes);
  const first = await backup();
  writeFileSync(path.join(source, 'two'), bytes);
  const second = await backup();
  t.true(first.uploadedBytes > 50_000);
  t.true(second.uploadedBytes < 5000, `${second.uploadedBytes}`);
});

test('after a stop there is a version of what was finished, and the next run goes on', async (t) => {
  const { source, backup, restore, versions } = open(t);
  for (let n = 0; n < 20; n++) writeFileSync(path.join(source, `file-${n}`), randomBytes(20_000));
  const stop = new AbortController();
  const partial = await backup({
    stop: stop.signal,
    report: (place) => void (place.endsWith('file-5') && stop.abort()),
  });
  t.true(partial.isPartial);
  const facts = factsOf(source);
  const some = factsOf((await restore(0)).into);
  t.true(some.size > 0 && some.size < 20);
  const rest = await backup();
  t.is(rest.counts.addedFiles, 20 - some.size);
  t.deepEqual(factsOf((await restore(0)).into), facts);
  t.is((await versions()).length, 2);
});

test('what cannot be read is said, and everything else is backed up', async (t) => {
  const { source, backup, restore } = open(t);
  plant(source);
  const facts = factsOf(source);
  execFileSync('mkfifo', [path.join(source, 'pipe')]);
  const { skipped } = await backup({ sources: [source, path.join(source, 'gone'), '/nowhere'] });
  t.deepEqual(skipped.map(({ why }) => why).sort(), ['it is a named pipe', 'it is not there']);
  const restored = factsOf((await restore(0)).into);
  t.deepEqual([...restored.keys()].sort(), [...facts.keys()].sort());
});

test('a volume that is gone costs what it held, is said, and is made up for by the next run', async (t) => {
  const { source, remote, backup, restore } = open(t);
  for (let n = 0; n < 10; n++) writeFileSync(path.join(source, `file-${n}`), randomBytes(30_000));
  await backup();
  const facts = factsOf(source);
  const victim = readdirSync(remote).find((name) => name.includes('dblock'))!;
  rmSync(path.join(remote, victim));
  const { lost, counts } = await backup();
  t.like(lost, [{ name: victim, why: 'it is not there any more' }]);
  t.true(counts.openedFiles > 0 && counts.openedFiles < 10);
  const { into, shortfalls } = await restore(0, true);
  t.deepEqual(shortfalls, []);
  t.deepEqual(factsOf(into), facts);
  const older = await restore(1, true);
  t.is(older.shortfalls.length, 0, 'the blocks are there again, for older versions as well');
});
