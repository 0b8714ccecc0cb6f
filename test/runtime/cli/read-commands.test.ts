/** Commands that read, on a backup that a real Duplicati made. */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

const REMOTE = path.resolve(import.meta.dirname, '../../fixtures/duplicati/backups/aes/remote');
const ENV = { PASSPHRASE: 'correct horse battery staple' };

test('list, compare and find agree about the versions of a real backup', async (t) => {
  const home = { ...ENV, HOME: await makeFolder(t) };
  const list = await runProgram('duplicati-cli', ['list', REMOTE, '--json'], home);
  t.deepEqual(
    JSON.parse(list.stdout).map(({ files }: { files: number }) => files),
    [661, 673, 686, 698],
  );
  const compare = await runProgram('duplicati-cli', ['compare', REMOTE, '1', '0', '--json'], home);
  const { added, deleted } = JSON.parse(compare.stdout);
  t.is(added.length - deleted.length, 661 - 673);
});

test('what cannot be restored is said by ErrorID and exit code', async (t) => {
  const home = { ...ENV, HOME: await makeFolder(t) };
  const cases: [string[], string, Record<string, string>][] = [
    [['restore', REMOTE, '--version=9'], 'VersionNotFound', {}],
    [['restore', REMOTE, 'nothing-like-it', `--restore-path=${home.HOME}/out`], 'EmptyRestoreOperation', {}],
    [['list', REMOTE], 'WrongPassphrase', { PASSPHRASE: 'wrong' }],
    [['list', REMOTE, '--prefix=nas'], 'EmptyRemoteLocation', {}],
    [['list', `${REMOTE}/nothing`], 'FolderMissing', {}],
    [['list', 'nonsense://x'], 'BackendNotSupported', {}],
  ];
  for (const [args, id, env] of cases) {
    const { code, stderr } = await runProgram('duplicati-cli', args, { ...home, ...env });
    t.is(code, 100);
    t.regex(stderr, new RegExp(`^ErrorID: ${id}$`, 'm'));
  }
});

test('a database is recreated whole, and a volume that goes missing then costs what list-broken-files says', async (t) => {
  const root = await makeFolder(t);
  const remote = path.join(root, 'remote');
  cpSync(REMOTE, remote, { recursive: true });
  const run = (...args: string[]) => runProgram('duplicati-cli', [...args, `--dbpath=${root}/db.sqlite`], ENV);
  t.regex((await run('repair', remote)).stdout, /^Recreated .* with 4 version/m);
  t.deepEqual(JSON.parse((await run('list-broken-files', remote, '--json')).stdout), []);
  const lost = readdirSync(remote).find((name) => name.includes('.dblock.'))!;
  rmSync(path.join(remote, lost));
  const broken = JSON.parse((await run('list-broken-files', remote, '--json')).stdout);
  t.true(broken.length > 0);
  const tested = await run('test', remote, 'all', '--json');
  t.is(tested.code, 100);
  t.regex(tested.stderr, /^ErrorID: MissingRemoteFiles$/m);
  t.deepEqual(JSON.parse(tested.stdout).broken, broken);
  t.is((await run('restore', remote, `--restore-path=${root}/out`)).code, 100);
});
