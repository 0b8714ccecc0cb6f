/** What options make of folders, metadata and the comparison with the version before. */
import {
  chmodSync,
  linkSync,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../../runtime/engine/clock/clock.ts';
import { applySourceRules } from '../../../../runtime/engine/filter/source-rules.ts';
import { openBackup, type TestBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

function open(t: ExecutionContext): Omit<TestBackup, 'place'> & { place(name: string): string } {
  const opened = openBackup();
  t.teardown(() => opened.remove());
  return { ...opened, place: (name) => path.join(opened.source, name) };
}

test('folders in which there are only folders can be left out', async (t) => {
  const { place, backup, restore } = open(t);
  for (const folder of ['empty', 'nested/empty', 'full/deep/est', 'full/empty', 'filtered', 'links'])
    mkdirSync(place(folder), { recursive: true });
  for (const file of ['full/deep/est/file', 'filtered/file.tmp']) writeFileSync(place(file), 'A file.');
  symlinkSync('nowhere', place('links/link'));
  chmodSync(place('full/deep'), 0o711);
  utimesSync(place('full/deep'), 1000, 1000);
  const { counts } = await backup({ excludeEmptyFolders: true, isWanted: (name) => !name.endsWith('.tmp') });
  t.is(counts.addedFolders, 5);
  const { into, shortfalls } = await restore(0);
  t.deepEqual(shortfalls, []);
  const facts = factsOf(into);
  t.deepEqual([...facts.keys()].sort(), [
    'full',
    'full/deep',
    'full/deep/est',
    'full/deep/est/file',
    'links',
    'links/link',
  ]);
  t.like(facts.get('full/deep'), { mode: '0711', mtime_ns: 1_000_000_000_000n });
  t.is((await backup({ excludeEmptyFolders: true, isWanted: (name) => !name.endsWith('.tmp') })).version, undefined);
});

test('a source of which nothing is wanted is still a folder of the backup', async (t) => {
  const { backup } = open(t);
  t.is((await backup({ excludeEmptyFolders: true })).counts.addedFolders, 1);
});

test('without metadata there are contents and where links point to', async (t) => {
  const { place, source, backup, restore } = open(t);
  writeFileSync(place('file'), 'A file.');
  chmodSync(place('file'), 0o751);
  utimesSync(place('file'), 1000, 1000);
  linkSync(place('file'), place('other'));
  symlinkSync('file', place('link'));
  await backup({ skipMetadata: true });
  const { into, shortfalls } = await restore(0);
  t.deepEqual(shortfalls, []);
  const facts = factsOf(into);
  t.like(facts.get('file'), {
    mode: '0600',
    sha256: factsOf(source).get('file')!.sha256!,
    mtime_ns: 1_000_000_000_000n,
  });
  t.is(facts.get('link')?.to, 'file');
  chmodSync(place('file'), 0o600);
  t.is((await backup({ skipMetadata: true })).version, undefined);
});

test('without metadata a file is read again when it may have changed twice in one second', async (t) => {
  const { place, backup } = open(t);
  const now = 2_000_000_000;
  const clock = { ...systemClock, now: () => now * 1000 };
  for (const name of ['old', 'new']) writeFileSync(place(name), 'A file.');
  utimesSync(place('old'), now - 1, now - 1);
  utimesSync(place('new'), now, now);
  await backup({ skipMetadata: true }, { clock });
  writeFileSync(place('new'), 'Another');
  utimesSync(place('new'), now + 0.5, now + 0.5);
  t.like((await backup({ skipMetadata: true }, { clock })).counts, { openedFiles: 1, modifiedFiles: 1 });
});

test('files can be restored without their metadata', async (t) => {
  const { place, backup, restore } = open(t);
  writeFileSync(place('file'), 'A file.');
  chmodSync(place('file'), 0o4755);
  utimesSync(place('file'), 1000, 1000);
  await backup();
  const { mtimeMs, mode } = statSync(path.join((await restore(0, false, { skipMetadata: true })).into, 'file'));
  t.true(mtimeMs > 1_000_000);
  t.is(mode & 0o7777, 0o600);
});

test('files whose time, size and metadata are as they were can be read again, and what is new is found', async (t) => {
  const { place, backup, restore } = open(t);
  for (const name of ['same', 'rotten']) writeFileSync(place(name), 'As it was.');
  for (const name of ['same', 'rotten']) utimesSync(place(name), 1000, 1000);
  await backup();
  writeFileSync(place('rotten'), 'as it was.');
  utimesSync(place('rotten'), 1000, 1000);
  t.is((await backup()).version, undefined);
  t.like((await backup({ readAll: true })).counts, { openedFiles: 2, modifiedFiles: 1, addedFiles: 0 });
  const { into } = await restore(0);
  t.is(factsOf(into).get('rotten')?.sha256, factsOf(path.dirname(place('rotten'))).get('rotten')?.sha256);
  t.like(await backup({ readAll: true }), {
    version: undefined,
    deleted: 0,
    counts: { openedFiles: 2, modifiedFiles: 0 },
  });
});

test('rules of the source hold for names that are not UTF-8, too', async (t) => {
  const { source, backup, restore, place } = open(t);
  const bytes = (name: string) => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
  for (const folder of ['marked\xff', 'kept\xff']) mkdirSync(bytes(folder));
  for (const file of ['marked\xff/.nobackup', 'marked\xff/file', 'kept\xff/large\xe9', 'kept\xff/small\xe9'])
    writeFileSync(bytes(file), '');
  truncateSync(bytes('kept\xff/large\xe9'), 1000);
  linkSync(bytes('kept\xff/small\xe9'), place('twin'));
  const rules = applySourceRules({
    largest: 999,
    ignoreLinks: false,
    hardLinks: 'First',
    attributes: [],
    markers: ['.nobackup'],
  });
  await backup({
    isWanted: (name, { status }) => rules.isWanted(name, status),
    canSkip: (folder) => rules.canSkip(folder),
  });
  const found = await restore(0);
  t.is(found.entries, 3);
  t.deepEqual(found.shortfalls, []);
});
