/** Backups that mean harm, restored by the real program: nothing is ever written outside the target. */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';
import { type Crafted, craftBackup } from './crafted.ts';

const GOOD: Crafted = { type: 'File', path: '/data/good.txt', content: 'good' };

async function restoreCrafted(
  root: string,
  entries: readonly Crafted[],
  options: readonly string[] = ['--overwrite', '--restore-permissions'],
) {
  craftBackup(path.join(root, 'remote'), entries);
  mkdirSync(path.join(root, 'outside'), { recursive: true });
  writeFileSync(path.join(root, 'outside/kept'), 'kept', { mode: 0o600 });
  mkdirSync(path.join(root, 'out'), { recursive: true });
  const args = [
    'restore',
    path.join(root, 'remote'),
    `--restore-path=${path.join(root, 'out')}`,
    '--no-local-db',
    '--json',
    ...options,
  ];
  const ended = await runProgram('duplicati-cli', args);
  return { ...ended, result: JSON.parse(ended.stdout || '{}') };
}

function isUntouched(root: string): boolean {
  const [names, kept] = [readdirSync(path.join(root, 'outside')), path.join(root, 'outside/kept')];
  const { mode, nlink } = lstatSync(kept);
  return names.length === 1 && readFileSync(kept, 'utf8') === 'kept' && (mode & 0o777) === 0o600 && nlink >= 1;
}

const NAMES: Readonly<Record<string, string>> = {
  'two dots': '/data/../outside/kept',
  'two dots at the beginning': '../outside/kept',
  'a NUL': '/data/a\0b',
  'a name that is too long': `/data/${'x'.repeat(300)}`,
  nothing: '/',
};

for (const [what, name] of Object.entries(NAMES)) {
  test(`a path with ${what} is refused by name and costs nothing else`, async (t) => {
    const root = await makeFolder(t);
    const { code, stderr, result } = await restoreCrafted(root, [GOOD, { type: 'File', path: name, content: 'evil' }]);
    t.is(code, 100, stderr);
    t.deepEqual(
      result.shortfalls.map((one: { path: string }) => one.path),
      [name],
    );
    t.true(isUntouched(root));
    const found = readdirSync(path.join(root, 'out'), { recursive: true }).map(String);
    t.is(found.filter((one) => one.endsWith('good.txt')).length, 1);
    t.deepEqual(
      found.filter((one) => one.includes('.restore-')),
      [],
    );
  });
}

test('an absolute path lands below the target', async (t) => {
  const root = await makeFolder(t);
  const { code } = await restoreCrafted(root, [
    GOOD,
    { type: 'File', path: path.join(root, 'outside/kept'), content: 'evil' },
  ]);
  t.is(code, 0);
  t.true(isUntouched(root));
});

test('nothing is written below a link that the backup itself brings', async (t) => {
  const root = await makeFolder(t);
  await restoreCrafted(root, [
    GOOD,
    { type: 'Symlink', path: '/data/link', link: path.join(root, 'outside') },
    { type: 'Folder', path: '/data/link/' },
    { type: 'Folder', path: '/data/link/sub/' },
    { type: 'File', path: '/data/link/kept', content: 'evil' },
  ]);
  t.true(isUntouched(root));
});

test('nothing is written through links that wait in the target', async (t) => {
  const root = await makeFolder(t);
  mkdirSync(path.join(root, 'out'));
  symlinkSync(path.join(root, 'outside'), path.join(root, 'out/sub'));
  symlinkSync(path.join(root, 'outside/kept'), path.join(root, 'out/good.txt'));
  mkdirSync(path.join(root, 'outside'));
  const { code, result } = await restoreCrafted(root, [
    GOOD,
    { type: 'File', path: '/data/sub/kept', content: 'evil' },
  ]);
  t.is(code, 100);
  t.is(result.lost, 1);
  t.true(isUntouched(root));
  t.true(lstatSync(path.join(root, 'out/good.txt')).isSymbolicLink());
});

test('a hard link that waits in the target is replaced and not written into', async (t) => {
  const root = await makeFolder(t);
  mkdirSync(path.join(root, 'outside'));
  mkdirSync(path.join(root, 'out'));
  writeFileSync(path.join(root, 'outside/kept'), 'kept', { mode: 0o600 });
  linkSync(path.join(root, 'outside/kept'), path.join(root, 'out/good.txt'));
  const { code } = await restoreCrafted(root, [GOOD]);
  t.is(code, 0);
  t.true(isUntouched(root));
  t.is(readFileSync(path.join(root, 'out/good.txt'), 'utf8'), 'good');
});

test('two entries of one path, and a folder that is a file, harm nothing else', async (t) => {
  const root = await makeFolder(t);
  const { result } = await restoreCrafted(root, [
    GOOD,
    { type: 'File', path: '/data/good.txt', content: 'another' },
    { type: 'File', path: '/data/both', content: 'file' },
    { type: 'Folder', path: '/data/both/' },
    { type: 'File', path: '/data/both/in', content: 'below' },
  ]);
  t.is(result.entries, 5);
  t.true(isUntouched(root));
  t.true(existsSync(path.join(root, 'out/both')));
});

test('a file that is there with the same content is not written again, and a folder that was there keeps its mode', async (t) => {
  const root = await makeFolder(t);
  mkdirSync(path.join(root, 'out'), { mode: 0o750 });
  writeFileSync(path.join(root, 'out/good.txt'), 'good');
  const before = lstatSync(path.join(root, 'out/good.txt')).ino;
  const { code, result } = await restoreCrafted(root, [GOOD, { type: 'Folder', path: '/data/' }]);
  t.is(code, 0);
  t.is(result.kept, 1);
  t.is(lstatSync(path.join(root, 'out/good.txt')).ino, before);
  t.is(lstatSync(path.join(root, 'out')).mode & 0o777, 0o750);
});
