/** One file under several names, and files whose metadata alone is another. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openBackup, type TestBackup } from '../open-backup.ts';

function open(t: ExecutionContext): Omit<TestBackup, 'place'> & { place(name: string): string } {
  const opened = openBackup();
  t.teardown(() => opened.remove());
  return { ...opened, place: (name) => path.join(opened.source, name) };
}

test('a file of several names is read once', async (t) => {
  const { place, backup } = open(t);
  writeFileSync(place('a'), randomBytes(5000));
  mkdirSync(place('folder'));
  for (const name of ['b', 'folder/c']) linkSync(place('a'), place(name));
  t.like((await backup()).counts, { openedFiles: 1, openedBytes: 5000, addedFiles: 3, examinedFiles: 3 });
  linkSync(place('a'), place('folder/d'));
  t.like((await backup()).counts, { openedFiles: 0, addedFiles: 1, modifiedFiles: 0 });
  renameSync(place('a'), place('z'));
  t.like((await backup()).counts, { openedFiles: 0, addedFiles: 1, modifiedFiles: 0 });
  writeFileSync(place('z'), randomBytes(6000));
  t.like((await backup()).counts, { openedFiles: 1, openedBytes: 6000, modifiedFiles: 4 });
});

test('names of one file stay names of one file where only some are restored, and where the file was there', async (t) => {
  const { place, source, backup, restore, root } = open(t);
  for (const name of ['one', 'other']) writeFileSync(place(name), 'The same in both.');
  for (const name of ['one', 'other']) for (const n of [1, 2]) linkSync(place(name), place(`${name}-${n}`));
  await backup();
  const into = path.join(root, 'into');
  const isWanted = (name: string) => name.endsWith(`${path.basename(source)}/`) || /-\d$/.test(name);
  const inodes = (names: readonly string[]) => new Set(names.map((name) => statSync(path.join(into, name)).ino)).size;
  const first = await restore(0, false, { into, isWanted });
  t.deepEqual(first.shortfalls, []);
  t.is(inodes(['one-1', 'one-2']), 1);
  t.is(inodes(['other-1', 'other-2']), 1);
  t.is(inodes(['one-1', 'other-1']), 2, 'files with the same content are not one file');
  // Again, with the names that were not there.
  const again = await restore(0, false, { into });
  t.deepEqual(
    again.shortfalls.map(({ path: name, message }) => [path.basename(name), message]),
    ['one', 'other'].map((name) => [
      `${name}-1`,
      `it is a file of its own, and no other name of ${name}: it was there already`,
    ]),
  );
  t.is(inodes(['one', 'one-1']), 2, 'names that were there are kept as they are');
});

test('what has a file of its own under its name keeps it, unless files are overwritten', async (t) => {
  const { place, backup, restore, root } = open(t);
  writeFileSync(place('a'), 'The file.');
  linkSync(place('a'), place('b'));
  await backup();
  const into = path.join(root, 'into');
  mkdirSync(into);
  writeFileSync(path.join(into, 'b'), 'The file.');
  const kept = await restore(0, false, { into });
  t.regex(kept.shortfalls[0]?.message ?? '', /no other name of a: it was there already/);
  t.not(statSync(path.join(into, 'a')).ino, statSync(path.join(into, 'b')).ino);
  t.deepEqual((await restore(0, false, { into, overwrite: true })).shortfalls, []);
  t.is(statSync(path.join(into, 'a')).ino, statSync(path.join(into, 'b')).ino);
  t.is(readFileSync(path.join(into, 'b'), 'utf8'), 'The file.');
});

test('where the first name of a file goes away before it is read, the others say that they wait for the next run', async (t) => {
  const { place, backup, restore } = open(t);
  writeFileSync(place('a'), 'The file.');
  linkSync(place('a'), place('b'));
  const { skipped } = await backup({ report: (name) => void (name.endsWith('/b') && rmSync(place('a'))) });
  t.deepEqual(
    skipped.map(({ path: name }) => path.basename(name)),
    ['b'],
  );
  t.is((await backup()).counts.openedFiles, 1);
  const { into } = await restore(0);
  t.is(readFileSync(path.join(into, 'b'), 'utf8'), 'The file.');
});

test('what is ours alone is recorded without reading the file where the version before has only what Duplicati records', async (t) => {
  const { place, backup, restore } = open(t);
  writeFileSync(place('tool'), 'I run.');
  chmodSync(place('tool'), 0o755);
  utimesSync(place('tool'), 1000, 1000);
  await backup();
  chmodSync(place('tool'), 0o4755);
  t.like((await backup()).counts, { openedFiles: 0, modifiedFiles: 1 });
  const { into } = await restore(0);
  t.is(lstatSync(path.join(into, 'tool')).mode & 0o7777, 0o4755);
});
