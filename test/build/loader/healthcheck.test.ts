/** The loader under its name `healthcheck`, as an image's engine calls it. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

const LOADER = path.resolve(import.meta.dirname, '../../../build/loader/loader.cjs');

async function ask(t: ExecutionContext, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'loader-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyFile(LOADER, path.join(folder, 'healthcheck'));
  return new Promise<{ code: number; err: string }>((resolve) => {
    execFile(process.execPath, [path.join(folder, 'healthcheck'), ...args], { env }, (error, _, err) => {
      resolve({ code: error ? Number(error.code) : 0, err });
    });
  });
}

async function startService(t: ExecutionContext): Promise<number> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health' ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  // A TCP server's address is never a path.
  return (server.address() as AddressInfo).port;
}

/** Nothing listens there: port 1 is for root alone, and tcpmux is dead. */
const ELSEWHERE = 'http://127.0.0.1:1/health';

test('without a setting the port is that of the address', async (t) => {
  const port = await startService(t);
  t.deepEqual(await ask(t, [`http://127.0.0.1:${port}/health`]), { code: 0, err: '' });
  t.deepEqual(await ask(t, [`http://127.0.0.1:${port}/health`, 'THING_PORT']), { code: 0, err: '' });
  t.deepEqual(await ask(t, [`http://127.0.0.1:${port}/health`, 'THING_PORT'], { THING_PORT: '' }), {
    code: 0,
    err: '',
  });
  t.is((await ask(t, [`http://127.0.0.1:${port}/other`])).code, 1);
  const { code, err } = await ask(t, [ELSEWHERE]);
  t.is(code, 1);
  t.regex(err, /^healthcheck: 127\.0\.0\.1:1: .*ECONNREFUSED/);
});

for (const [form, of] of [
  ['a number', (port: number) => `${port}`],
  ['a list, of which the first may be taken by another', (port: number) => ` 1, ${port}`],
  ['a list with semicolons', (port: number) => `0;${port}`],
  ['an address with a port', (port: number) => `0.0.0.0:${port}`],
  ['an address of version 6', (port: number) => `[::]:${port}`],
  ['a URL', (port: number) => `http://0.0.0.0:${port}/`],
] as const) {
  test(`the setting may be ${form}`, async (t) => {
    const env = { THING_PORT: of(await startService(t)) };
    t.deepEqual(await ask(t, [ELSEWHERE, 'THING_PORT'], env), { code: 0, err: '' });
  });
}

test('a setting that holds no port leaves the address as it is', async (t) => {
  const port = await startService(t);
  for (const value of ['auto', '0', '99999999', '/run/thing.sock'])
    t.is((await ask(t, [`http://127.0.0.1:${port}/health`, 'THING_PORT'], { THING_PORT: value })).code, 0, value);
});

test('a port that came as an argument of the program can be said, and wins', async (t) => {
  const env = { THING_PORT: '1', HEALTHCHECK_PORT: String(await startService(t)) };
  t.deepEqual(await ask(t, [ELSEWHERE, 'THING_PORT'], env), { code: 0, err: '' });
});

test('when no port of a list answers, each is named', async (t) => {
  const { code, err } = await ask(t, [ELSEWHERE, 'THING_PORT'], { THING_PORT: '1,2' });
  t.is(code, 1);
  t.regex(err, /127\.0\.0\.1:1: .*127\.0\.0\.1:2: /s);
});

test('an address that is none is wrong use', async (t) => {
  t.regex((await ask(t, [])).err, /usage: healthcheck http/);
});
