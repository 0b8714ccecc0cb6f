import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { NATIVE } from '../../../platforms/windows/native/native.ts';
import { haveTool } from '../../suites/tool.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../platforms/windows/native');
const BUILT = path.join(FOLDER, 'built');

test('the sums of the launchers and actions are those of the files, and all of them are listed', async (t) => {
  const sums = (await readFile(path.join(BUILT, 'SHA256SUMS'), 'utf8')).trim().split('\n');
  const found = await Promise.all(
    (await readdir(BUILT))
      .filter((name) => name !== 'SHA256SUMS')
      .sort()
      .map(async (name) => {
        const bytes = await readFile(path.join(BUILT, name));
        return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`;
      }),
  );
  t.deepEqual(found, sums);
  const named = Object.values(NATIVE).flatMap((files) => Object.values<string>({ ...files }));
  t.deepEqual(named.map((file) => path.basename(file)).sort(), sums.map((line) => line.slice(66)).sort());
});

test('the launchers and actions are what their sources give', async (t) => {
  if (!haveTool(t, 'clang') || !haveTool(t, 'lld-link') || !haveTool(t, 'llvm-dlltool')) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'native-'));
  try {
    const { stdout } = await promisify(execFile)(path.join(FOLDER, 'build.sh'), [folder]);
    if (!/clang version 14\.0\.6/.test(stdout)) {
      t.log(`not compared: they are built with clang 14.0.6, and this is ${stdout.split('\n')[0]}`);
      if (process.env.CI) t.fail('CI builds on Debian 12');
      return t.pass();
    }
    t.is(
      await readFile(path.join(folder, 'SHA256SUMS'), 'utf8'),
      await readFile(path.join(BUILT, 'SHA256SUMS'), 'utf8'),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the library of actions exports what the tables call, for both architectures', async (t) => {
  if (!haveTool(t, 'llvm-readobj')) return;
  for (const { actions } of Object.values(NATIVE)) {
    const { stdout } = await promisify(execFile)('llvm-readobj', ['--coff-exports', actions]);
    const names = [...stdout.matchAll(/Name: (\w+)/g)].map(([, name]) => name);
    t.deepEqual(names, [
      'ConfigureService',
      'DeleteSecret',
      'DropFolder',
      'EndPrograms',
      'GeneratePassword',
      'KeepSettings',
      'MakeFolder',
      'ReadPasswordFile',
      'WriteSecret',
    ]);
  }
});
