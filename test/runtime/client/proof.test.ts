import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { writeEndpoint } from '../../../runtime/local/endpoint.ts';
import { openTokenStore } from '../../../runtime/server-util/token-store.ts';
import { attachToServer, trayOptions } from '../../../runtime/tray/tray.ts';
import { openServer } from '../api/open-server.ts';
import { makeFolder } from '../run-program.ts';
import { useServerUtil } from '../server-util/use-server-util.ts';

/** To become another account one has to be root; CI is. */
const test = process.getuid?.() === 0 || process.env.CI ? anyTest : anyTest.skip;
const NOBODY = 65534;
const CANARY = 'canary-secret';

/** A program of another account that plays the server; `heard` is all it was told. */
async function squat(t: ExecutionContext, address = '127.0.0.1', port = 0, relay = 0) {
  const script = path.join(import.meta.dirname, 'squatter.ts');
  const child = spawn(process.execPath, [script, `${NOBODY}`, address, `${port}`, `${relay}`]);
  t.teardown(() => child.kill());
  let heard = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('listening')) await once(child.stderr, 'data');
  return { port: Number(/listening (\d+)/.exec(said)?.[1]), heard: () => heard };
}

/** Every command that would tell a secret: a password, a token of an earlier login, a passphrase. */
async function tellSecrets(t: ExecutionContext, url: string, folder: string): Promise<string[]> {
  const file = path.join(await makeFolder(t), 'config.json');
  await copyFile(path.join(import.meta.dirname, '../../fixtures/duplicati/config.json'), file);
  const store = openTokenStore(path.join(folder, 'server-util.json'), undefined, () => {});
  await store.write(`${url}/`, { cookies: `RefreshToken_1=${CANARY}`, nonce: CANARY, access: CANARY });
  const refusals: string[] = [];
  for (const words of [
    ['login', `--password=${CANARY}`],
    ['status', `--password=${CANARY}`],
    ['status'],
    ['list-backups'],
    ['change-password', CANARY, `--password=${CANARY}`],
    ['import', file, `--backup-passphrase=${CANARY}`],
    ['export', 'all', `--encryption-passphrase=${CANARY}`],
    ['issue-forever-token'],
    ['run', '1'],
    ['logout'],
  ]) {
    const { exit, stderr } = await useServerUtil(...words, `--hosturl=${url}`, `--server-datafolder=${folder}`);
    t.is(exit, 2, `${words[0]}: ${stderr}`);
    refusals.push(stderr);
  }
  return refusals;
}

async function makeOwn(t: ExecutionContext): Promise<string> {
  const folder = path.join(await makeFolder(t), 'data');
  await mkdir(folder);
  await chmod(folder, 0o700);
  return folder;
}

test('a program of another account that has taken the port of a server which was here hears no password and no token', async (t) => {
  const { port, heard } = await squat(t);
  const folder = await makeOwn(t);
  writeEndpoint(folder, { scheme: 'http', host: '127.0.0.1', port });
  for (const refusal of await tellSecrets(t, `http://127.0.0.1:${port}`, folder))
    t.regex(refusal, /not the server that this data folder belongs to; nothing was sent/);
  t.regex(heard(), /POST \/api\/v1\/auth\/prove/);
  t.false(heard().includes(CANARY));
});

test('a program of another account hears nothing from somebody who knows no data folder either', async (t) => {
  const { port, heard } = await squat(t);
  for (const refusal of await tellSecrets(t, `http://localhost:${port}`, await makeOwn(t)))
    t.regex(refusal, /account 65534 listens there, which is neither root nor you; nothing was sent/);
  t.regex(heard(), /GET \/health/);
  t.false(heard().includes(CANARY));
});

test('a challenge that is passed on to the true server proves nothing', async (t) => {
  const { port, folder } = await openServer(t);
  const { heard } = await squat(t, '127.0.0.2', port, port);
  const options = [`--hosturl=http://127.0.0.2:${port}`, `--server-datafolder=${folder}`];
  const { exit, stderr } = await useServerUtil('login', `--password=${CANARY}`, ...options);
  t.is(exit, 2);
  t.regex(stderr, /not the server that this data folder belongs to/);
  t.regex(heard(), /POST \/api\/v1\/auth\/prove/);
  t.false(heard().includes(CANARY));
});

test('the tray does not show the page of such a program', async (t) => {
  const { port } = await squat(t);
  const folder = await makeOwn(t);
  const attach = () => {
    const argv = [`--hosturl=http://127.0.0.1:${port}`, `--server-datafolder=${folder}`];
    return attachToServer(readArguments(argv, {}, trayOptions));
  };
  await t.throwsAsync(attach, { message: /account 65534 listens there/ });
  writeEndpoint(folder, { scheme: 'http', host: '127.0.0.1', port });
  await t.throwsAsync(attach, { message: /not the server that this data folder belongs to/ });
});

test('nothing secret crosses the network unencrypted, unless one insists', async (t) => {
  const { port, heard } = await squat(t, '0.0.0.0');
  const folder = await makeOwn(t);
  const elsewhere = [`--hosturl=http://0.0.0.0:${port}`, `--server-datafolder=${folder}`]; // not a loopback address
  const { exit, stderr } = await useServerUtil('login', `--password=${CANARY}`, ...elsewhere);
  t.is(exit, 2);
  t.regex(stderr, /it would cross the network unencrypted; nothing was sent/);
  t.is(heard(), '');
  const options = [`--hosturl=http://127.0.0.1:${port}`, `--server-datafolder=${folder}`];
  t.is((await useServerUtil('login', `--password=${CANARY}`, '--insecure', ...options)).exit, 0);
  t.true(heard().includes(CANARY)); // so it would have been seen
});
