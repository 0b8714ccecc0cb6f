/** The loader under its own name, as a service of Windows or a person calls it: `runtime NAME ARGUMENT…`. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
