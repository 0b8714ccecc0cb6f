/** The loader under its own name, as a service of Windows or a person calls it: `runtime NAME ARGUMENT…`. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const LOADER = path.resolve(import.meta.dirname, '../../../build/loader/loader.cjs');

async function call(t: ExecutionContext, as: string, args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loader-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyFile(LOADER, path.join(folder, as));
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(folder, as), ...args], (error, out, err) =>
      resolve(`${error ? error.code : 0} ${out}${err}`),
    );
  });
}

test('its first argument is the program, and what follows are the arguments', async (t) => {
  t.regex(await call(t, 'runtime', ['healthcheck', 'http://127.0.0.1:1/health']), /^1 healthcheck: 127\.0\.0\.1:1: /);
  t.regex(await call(t, 'runtimew', ['healthcheck']), /^1 healthcheck: usage: /);
});

test('a name that is no program, or none, is told the names there are', async (t) => {
  t.regex(
    await call(t, 'runtime', ['nothing', 'node']),
    /^1 nothing: there is no program of the name "nothing"; .*node/,
  );
  t.regex(await call(t, 'runtime', []), /^1 runtime: there is no program of the name ""; /);
  t.regex(await call(t, 'runtime', ['../app/x']), /^1 \.\.\/app\/x: there is no program/);
});

test('on Windows a program in the current folder is not taken for one on PATH', async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), 'loader-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const folder of ['bin', 'app']) await mkdir(path.join(root, folder));
  const asked = 'process.stdout.write(String(process.env.NoDefaultCurrentDirectoryInExePath));';
  await writeFile(path.join(root, 'app', 'asks.mjs'), asked);
  for (const [platform, expected] of [
    ['win32', '1'],
    ['linux', 'undefined'],
  ] as const) {
    // The loader takes its root from the executable's path and the platform from Node: both are told otherwise here.
    const told = { platform, execPath: path.join(root, 'bin', 'runtime') };
    const before = Object.entries(told).map(([name, value]) => `process.${name}=${JSON.stringify(value)}`);
    await writeFile(
      path.join(root, 'tell.cjs'),
      `Object.defineProperty(process,'platform',{writable:true});${before.join(';')}`,
    );
    await copyFile(LOADER, path.join(root, 'runtime'));
    const args = ['-r', path.join(root, 'tell.cjs'), path.join(root, 'runtime'), 'asks'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    t.is(stdout, expected);
  }
});
