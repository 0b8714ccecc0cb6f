/** Commands that write, as people call them. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openLocalDatabase } from '../../../runtime/engine/local-database/local-database.ts';
import { makeFolder, runProgram } from '../run-program.ts';

async function open(t: ExecutionContext) {
  const root = await makeFolder(t);
  const [source, remote] = [path.join(root, 'source'), path.join(root, 'remote')];
  await mkdir(source);
  const environment = { PASSPHRASE: 'canary-4711', HOME: root };
  const run = (command: string, args: string[] = [], env: Record<string, string> = {}) =>
    runProgram('duplicati-cli', [command, `file://${remote}`, ...args], { ...environment, ...env });
  return { root, source, remote, run };
}

test('backup, list and restore go together, and nothing changed is exit code 1', async (t) => {
  const { root, source, remote, run } = await open(t);
  writeFileSync(path.join(source, 'kept.txt'), 'kept');
  writeFileSync(path.join(source, 'left.tmp'), 'left out');
  const first = await run('backup', [source, '--exclude=*.tmp']);
  t.is(first.code, 0, first.stderr);
  t.regex(first.stdout, /1 files added/);
  t.is((await run('backup', [source, '--exclude=*.tmp'])).code, 1);
  writeFileSync(path.join(source, 'kept.txt'), 'changed');
  const { version, modifiedFiles } = JSON.parse((await run('backup', [source, '--exclude=*.tmp', '--json'])).stdout);
  t.is(modifiedFiles, 1);
  t.regex(version, /^\d{4}-/);
  t.is(JSON.parse((await run('list', ['--json'])).stdout).length, 2);
  for (const [number, text] of ['changed', 'kept'].entries()) {
    const into = path.join(root, `out-${number}`);
    t.is((await run('restore', [`--restore-path=${into}`, `--version=${number}`])).code, 0);
    t.deepEqual(readdirSync(into), ['kept.txt']);
    t.is(readFileSync(path.join(into, 'kept.txt'), 'utf8'), text);
  }
  for (const name of readdirSync(remote)) {
    t.regex(name, /\.zip\.aes$/);
    t.is(statSync(path.join(remote, name)).mode & 0o077, 0);
  }
});

test('versions are deleted by number and by rule; a dry run only says so', async (t) => {
  const { source, remote, run } = await open(t);
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(path.join(source, 'file'), text);
    t.is((await run('backup', [source])).code, 0);
  }
  const there = readdirSync(remote);
  const said = await run('delete', ['--version=2', '--dry-run']);
  t.regex(said.stdout, /Would delete version 2/);
  t.deepEqual(readdirSync(remote), there);
  t.is((await run('delete', ['--version=2'])).code, 0);
  t.is(JSON.parse((await run('list', ['--json'])).stdout).length, 2);
  writeFileSync(path.join(source, 'file'), 'four');
  t.regex((await run('backup', [source, '--keep-versions=1'])).stdout, /Deleted the version/);
  t.is(JSON.parse((await run('list', ['--json'])).stdout).length, 1);
  t.is((await run('compact', ['--threshold=1', '--small-file-max-count=0'])).code, 0);
  t.is((await run('delete')).code, 200);
  t.is((await run('delete', ['--version=7'])).code, 200);
});

test('a backup whose database is lost goes on, and sends nothing again', async (t) => {
  const { root, source, remote, run } = await open(t);
  writeFileSync(path.join(source, 'file'), Buffer.alloc(500_000, 'not to be sent twice '));
  await run('backup', [source]);
  rmSync(path.join(root, '.config'), { recursive: true, force: true });
  for (const name of readdirSync(root))
    if (!['source', 'remote'].includes(name)) rmSync(path.join(root, name), { recursive: true });
  const there = readdirSync(remote);
  const again = await run('backup', [source]);
  t.is(again.code, 1, again.stderr);
  t.regex(again.stderr, /does not know this backup/);
  t.deepEqual(readdirSync(remote), there);
});

test('what may not change is refused by name, and the backup stays as it is', async (t) => {
  const { source, remote, run } = await open(t);
  writeFileSync(path.join(source, 'file'), 'text');
  await run('backup', [source]);
  const there = readdirSync(remote);
  writeFileSync(path.join(source, 'file'), 'another text');
  const cases: [string[], Record<string, string>, number, RegExp][] = [
    [[], { PASSPHRASE: 'another' }, 100, /^ErrorID: PassphraseChangeNotSupported$/m],
    [['--no-encryption'], {}, 100, /^ErrorID: PassphraseRemovalNotSupported$/m],
    [['--blocksize=2mb'], {}, 100, /^ErrorID: ParameterChangeNotSupported$/m],
    [['--keep-versions=abc'], {}, 200, /--keep-versions=abc cannot be read/],
    [['--zip-compression-method=LZMA'], {}, 200, /is not written/],
    [['--exclude=[(]'], {}, 2, /\[\(\]/],
  ];
  for (const [args, env, code, message] of cases) {
    const { code: ended, stderr } = await run('backup', [source, ...args], env);
    t.regex(stderr, message);
    t.true(ended === code || (code === 2 && ended === 200), `${args} ${ended}`);
    t.false(stderr.includes('canary-4711'));
  }
  t.deepEqual(readdirSync(remote), there);
});

test('a second run on a backup is told so, and leaves what the first one has under way', async (t) => {
  const { root, source, run } = await open(t);
  writeFileSync(path.join(source, 'file'), 'one');
  const database = path.join(root, 'local.sqlite');
  t.is((await run('backup', [source, `--dbpath=${database}`])).code, 0);
  const first = await openLocalDatabase(database);
  t.teardown(() => first.close());
  const underWay = path.join(`${database}.volumes`, 'under-way');
  await mkdir(path.dirname(underWay));
  writeFileSync(underWay, 'volume of the first run');
  for (const command of [
    ['backup', [source]],
    ['compact', []],
    ['delete', ['--version=0']],
    ['repair', []],
  ] as const) {
    const second = await run(command[0], [...command[1], `--dbpath=${database}`]);
    t.is(second.code, 100, command[0]);
    t.regex(second.stderr, /another run has .*local\.sqlite open/, command[0]);
    t.is(readFileSync(underWay, 'utf8'), 'volume of the first run', command[0]);
  }
  first.close();
  t.is((await run('backup', [source, `--dbpath=${database}`])).code, 1);
  t.false(readdirSync(root).includes('local.sqlite.volumes'));
});

test('what files of this machine have is taken from them where --restore-with-local-blocks wants it', async (t) => {
  const { root, source, run } = await open(t);
  writeFileSync(path.join(source, 'file'), randomBytes(300_000));
  writeFileSync(path.join(source, 'other'), randomBytes(1000));
  t.is((await run('backup', [source])).code, 0);
  let number = 0;
  const localOf = async (...options: string[]) => {
    const done = await run('restore', ['*', `--restore-path=${root}/out-${number++}`, '--json', ...options]);
    t.is(done.code, 0, done.stderr);
    return JSON.parse(done.stdout).local;
  };
  t.is(await localOf(), 0);
  t.is(await localOf('--restore-with-local-blocks'), 301_000);
  t.is(await localOf('--patch-with-local-blocks'), 301_000);
  t.is(await localOf('--restore-with-local-blocks', '--no-local-blocks'), 0);
  const shown = await run('restore', ['*', `--restore-path=${root}/shown`, '--restore-with-local-blocks']);
  t.regex(shown.stdout, /^293\.95 KiB were taken from files of this machine$/m);
});

test('--tempdir says where volumes lie; nothing stays there', async (t) => {
  const { root, source, run } = await open(t);
  writeFileSync(path.join(source, 'file'), 'one');
  const gone = await run('backup', [source, `--tempdir=${root}/gone`]);
  t.is(gone.code, 100, gone.stderr);
  t.regex(gone.stderr, /gone/);
  await mkdir(path.join(root, 'temporary'));
  t.is((await run('backup', [source, `--tempdir=${root}/temporary`])).code, 0);
  t.deepEqual(readdirSync(path.join(root, 'temporary')), []);
});

test('a damaged local database is named with what to do, and repair reads it anew', async (t) => {
  const { root, source, run } = await open(t);
  writeFileSync(path.join(source, 'file'), 'one');
  const database = path.join(root, 'local.sqlite');
  t.is((await run('backup', [source, `--dbpath=${database}`])).code, 0);
  const whole = readFileSync(database);
  const garbage = Buffer.alloc(8192, 'no database');
  for (const damaged of [garbage, Buffer.concat([whole.subarray(0, 8192), garbage]), whole.subarray(0, 20_000)]) {
    writeFileSync(database, damaged);
    const refused = await run('backup', [source, `--dbpath=${database}`]);
    t.is(refused.code, 100);
    t.regex(refused.stderr, /ErrorID: DatabaseDamaged\n.*damaged; move it away and run "repair".*local\.sqlite/);
    t.deepEqual(readFileSync(database), Buffer.from(damaged));
  }
  rmSync(database);
  t.is((await run('repair', [`--dbpath=${database}`])).code, 0);
  t.is((await run('backup', [source, `--dbpath=${database}`])).code, 1);
});

test('what a killed rebuild of the database left goes with the next one; that of a run at work stays', async (t) => {
  const { root, source, run } = await open(t);
  writeFileSync(path.join(source, 'file'), 'one');
  const database = path.join(root, 'local.sqlite');
  const ended = Number(spawnSync('true').pid);
  for (const command of ['backup', 'repair']) {
    rmSync(database, { force: true });
    const [left, kept] = [ended, process.pid].map((pid) => `${database}.new-${pid}-00112233aabb`);
    await mkdir(`${left}.volumes`);
    for (const file of [left, `${left}-wal`, `${left}.volumes/volume-1`, kept]) writeFileSync(`${file}`, 'half');
    if (command === 'backup') t.is((await run('backup', [source])).code, 0);
    const { code } = await run(command, [...(command === 'backup' ? [source] : []), `--dbpath=${database}`]);
    t.is(code, command === 'backup' ? 1 : 0);
    t.deepEqual(
      readdirSync(root).filter((name) => name.startsWith('local.sqlite.new')),
      [path.basename(`${kept}`)],
      command,
    );
  }
});
