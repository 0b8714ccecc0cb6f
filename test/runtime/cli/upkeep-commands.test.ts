/** Commands that look after a backup, as people call them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDatabase } from '../../../runtime/database/database.ts';
import { makeFolder, runProgram } from '../run-program.ts';

async function open(t: ExecutionContext) {
  const root = await makeFolder(t);
  const [source, remote] = [path.join(root, 'source'), path.join(root, 'remote')];
  await mkdir(source);
  writeFileSync(path.join(source, 'a.txt'), 'first');
  writeFileSync(path.join(source, 'b.bin'), Buffer.alloc(30_000, 'something large '));
  const database = path.join(root, 'db.sqlite');
  const run = (command: string, ...args: string[]) =>
    runProgram('duplicati-cli', [command, `file://${remote}`, ...args, `--dbpath=${database}`, '--no-encryption'], {
      HOME: root,
    });
  const files = (kind: string) => readdirSync(remote).filter((name) => name.includes(`.${kind}.`));
  return { root, source, remote, database, run, files };
}

test('repair writes lists and indexes again, and says what a missing volume costs', async (t) => {
  const { source, remote, run, files } = await open(t);
  t.is((await run('backup', source)).code, 0);
  t.is((await run('repair')).code, 0);
  for (const name of [...files('dlist'), ...files('dindex')]) rmSync(path.join(remote, name));
  const said = await run('repair', '--dry-run');
  t.is(said.code, 0);
  t.regex(said.stdout, /Would upload .*dlist/);
  t.deepEqual(files('dlist'), []);
  const done = await run('repair');
  t.is(done.code, 0, done.stderr);
  t.is(files('dlist').length + files('dindex').length, 2);
  rmSync(path.join(remote, files('dblock')[0]!));
  rmSync(path.join(source, 'b.bin'));
  const told = await run('repair', '--rebuild-missing-dblock-files=false', '--json');
  t.is(told.code, 100);
  t.deepEqual(
    new Set(JSON.parse(told.stdout).lost.map((one: { path: string }) => path.basename(one.path))),
    new Set(['source', 'a.txt', 'b.bin']),
  );
  const lost = await run('repair');
  t.is(lost.code, 100);
  t.regex(lost.stderr, /^ErrorID: MissingDblockFiles$/m);
  t.regex(lost.stdout, /b\.bin/);
  t.notRegex(lost.stdout, /a\.txt/);
  const purged = await run('purge-broken-files');
  t.is(purged.code, 0, purged.stderr);
  t.regex(purged.stdout, /1 entries taken out/);
  t.is((await run('repair')).code, 0);
  t.regex((await run('list-broken-files')).stdout, /total of 0/);
});

test('files that the database does not know are told by name and left', async (t) => {
  const { remote, source, run } = await open(t);
  await run('backup', source);
  const extra = 'duplicati-20200101T000000Z.dlist.zip';
  writeFileSync(path.join(remote, extra), 'x');
  const { code, stdout, stderr } = await run('repair');
  t.is(code, 100);
  t.regex(stderr, /^ErrorID: ExtraRemoteFiles$/m);
  t.true(stdout.includes(extra));
  t.true(existsSync(path.join(remote, extra)));
});

test('an empty destination is not repaired: nobody mounted it', async (t) => {
  const { remote, source, run } = await open(t);
  await run('backup', source);
  for (const name of readdirSync(remote)) rmSync(path.join(remote, name));
  const { code, stderr } = await run('repair');
  t.is(code, 100);
  t.regex(stderr, /^ErrorID: EmptyRemoteLocation$/m);
  t.deepEqual(readdirSync(remote), []);
});

test("a real Duplicati's database is left untouched, and ours is made beside it", async (t) => {
  const { database, root, source, run } = await open(t);
  const theirs = await openDatabase(database);
  theirs.exec(
    'CREATE TABLE "Remotevolume" ("ID" INTEGER PRIMARY KEY); CREATE TABLE "Fileset" ("ID" INTEGER PRIMARY KEY)',
  );
  theirs.close();
  const hash = () => createHash('sha256').update(readFileSync(database)).digest('hex');
  const before = hash();
  const made = await run('backup', source);
  t.is(made.code, 0, made.stderr);
  t.regex(made.stderr, /is left untouched; ours is .*db\.packwright\.sqlite/);
  for (const command of ['repair', 'list']) t.is((await run(command)).code, 0);
  rmSync(path.join(root, 'db.packwright.sqlite'));
  t.is((await run('repair')).code, 0);
  t.true(existsSync(path.join(root, 'db.packwright.sqlite')));
  t.is(hash(), before);
});

test('purge takes files out of all versions, refuses to empty one, and needs a filter', async (t) => {
  const { source, run, files } = await open(t);
  await run('backup', source);
  writeFileSync(path.join(source, 'a.txt'), 'second');
  await run('backup', source);
  t.is((await run('purge')).code, 200);
  const said = await run('purge', '*b.bin', '--dry-run');
  t.regex(said.stdout, /Would purge .*b\.bin \(29\.30 KiB\) of version 1/);
  const lists = files('dlist');
  const refused = await run('purge', '*');
  t.is(refused.code, 100);
  t.regex(refused.stderr, /^ErrorID: PurgeWouldRemoveEntireFileset$/m);
  t.deepEqual(files('dlist'), lists);
  const one = await run('purge', '*b.bin', '--version=1');
  t.is(one.code, 0, one.stderr);
  t.regex((await run('list', '--version=0')).stdout, /b\.bin/);
  t.notRegex((await run('list', '--version=1')).stdout, /b\.bin/);
  t.is(JSON.parse((await run('purge', '*b.bin', '--json')).stdout).rewritten.length, 1);
  t.notRegex((await run('list', '--version=0')).stdout, /b\.bin/);
  t.is((await run('test', 'all')).code, 0);
});

test('a backup tests some volumes when it is done, and says what is damaged', async (t) => {
  const { source, remote, run, files } = await open(t);
  const tested = async (...args: string[]) =>
    JSON.parse((await run('backup', source, '--json', ...args)).stdout).tested;
  t.is((await tested()).examined.length, 3);
  t.is(await tested('--no-backend-verification'), undefined);
  t.is(await tested('--backup-test-samples=0', '--backup-test-percentage=0'), undefined);
  const dblock = path.join(remote, files('dblock')[0]!);
  const content = readFileSync(dblock);
  content[100] = content[100]! ^ 1;
  writeFileSync(dblock, content);
  const damaged = await run('backup', source);
  t.is(damaged.code, 2);
  t.regex(damaged.stdout, /Warning: .*dblock.*its hash is another/);
  const named = await run('test', 'all', '--full-remote-verification');
  t.is(named.code, 100);
  t.regex(named.stderr, /^ErrorID: DamagedRemoteFiles$/m);
  t.regex(named.stdout, /a\.txt/);
  t.is((await run('test', 'none')).code, 200);
});

test('a dry run of a backup says what would be uploaded, and changes neither side', async (t) => {
  const { root, source, remote, run } = await open(t);
  await run('backup', source);
  writeFileSync(path.join(source, 'a.txt'), 'second');
  const before = readdirSync(remote).sort();
  const said = await run('backup', source, '--dry-run', '--keep-versions=1');
  t.is(said.code, 1, said.stderr);
  t.regex(said.stdout, /Dry run: 0 files added, 1 changed/);
  t.deepEqual(readdirSync(remote).sort(), before);
  t.is(JSON.parse((await run('list', '--json')).stdout).length, 1);
  t.deepEqual(readdirSync(root).sort(), ['db.sqlite', 'remote', 'source']);
  t.is((await run('backup', source)).code, 0);
});

test('a backup of what is not there is refused; of several sources one may be missing unless that is forbidden', async (t) => {
  const { root, source, run } = await open(t);
  const nothing = path.join(root, 'nothing');
  const none = await run('backup', nothing);
  t.regex(none.stderr, /^ErrorID: NoSources$/m);
  t.is((await run('backup', source, nothing)).code, 2);
  const forbidden = await run('backup', source, nothing, '--abort-if-source-missing');
  t.is(forbidden.code, 100);
  t.regex(forbidden.stderr, /^ErrorID: SourceIsMissing$/m);
});

test('vacuum, test-filters and create-report do what they say, and the report holds nothing that is whose it is', async (t) => {
  const { root, source, run } = await open(t);
  t.regex((await run('vacuum')).stderr, /^ErrorID: DatabaseDoesNotExist$/m);
  await run('backup', source);
  t.regex((await run('vacuum')).stdout, /The local database had .* and has/);
  const filters = await runProgram('duplicati-cli', ['test-filters', source, '--exclude=*.bin'], { HOME: root });
  t.is(filters.code, 0, filters.stderr);
  t.regex(filters.stdout, /Excluding path due to filter \*\.bin: .*b\.bin/);
  t.regex(filters.stdout, /Including path as no filters matched: .*a\.txt/);
  t.regex(filters.stdout, /Matched 1 files \(5 bytes\)/);
  const report = path.join(root, 'report.zip');
  t.is((await run('create-report', report)).code, 0);
  const { stdout } = spawnSync('unzip', ['-p', report], { encoding: 'utf8' });
  t.regex(stdout, /"version_entry": 3/);
  for (const secret of [root, 'a.txt', hostname()]) t.false(stdout.includes(secret), secret);
  t.is((await run('create-report', report)).code, 100, 'it is there already');
});
