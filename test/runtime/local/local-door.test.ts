import { chmod, lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'ava';
import { openConnection } from '../../../runtime/client/exchange.ts';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { proveServer, readEndpoint } from '../../../runtime/local/endpoint.ts';
import { doorPath, findDoor, findPathLengthProblem } from '../../../runtime/local/local-door.ts';
import { serverOptions } from '../../../runtime/server/options.ts';
import { startServer } from '../../../runtime/server/server.ts';
import { openServer, PASSWORD } from '../api/open-server.ts';
import { send } from '../api/replay.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';

const knock = async (folder: string, method: string, target: string, body?: unknown, headers = {}) => {
  const connection = await openConnection(doorPath(folder));
  const answer = await connection.send({ method, target, body, headers });
  connection.close();
  return answer;
};

test('the local door answers without a token, and only its account can open it', async (t) => {
  const { folder, port } = await openServer(t);
  t.is((await lstat(doorPath(folder))).mode & 0o777, 0o600);
  t.is((await lstat(path.join(folder, 'endpoint.json'))).mode & 0o777, 0o600);
  t.is((await knock(folder, 'GET', '/api/v1/serverstate')).status, 200);
  t.is((await send(port, { method: 'GET', path: '/api/v1/serverstate' })).status, 401);
  t.is(findDoor(folder), doorPath(folder));
});

test('the gate is before the local door too', async (t) => {
  const { folder } = await openServer(t);
  t.is((await knock(folder, 'GET', '/api/v1/serverstate', undefined, { Host: 'evil.test' })).status, 403);
  t.is(
    (await knock(folder, 'POST', '/api/v1/serverstate/pause', undefined, { Origin: 'http://evil.test' })).status,
    403,
  );
});

test('what the local door hands out is worth nothing at the other doors, and it is in no list', async (t) => {
  const { folder, port, call } = await openServer(t);
  const handed = JSON.parse(String((await knock(folder, 'POST', '/api/v1/auth/issuetoken/export')).body)).Token;
  t.is((await send(port, { method: 'GET', path: `/api/v1/backup/1/export?token=${handed}` })).status, 401);
  const sessions = (await call('GET', 'v1/auth/sessions')).body;
  t.is(Array.isArray(sessions) ? sessions.length : 0, 1);
});

test('the local door sets the password without the old one; nobody else may', async (t) => {
  const { folder, port, call } = await openServer(t);
  const target = '/api/v1/auth/password';
  t.is((await call('POST', 'v1/auth/password', { NewPassword: 'another six bottles' })).status, 400);
  t.is((await knock(folder, 'POST', target, { NewPassword: 'short' })).status, 400);
  t.is((await knock(folder, 'POST', target, { NewPassword: 'another six bottles' })).status, 204);
  const login = (Password: string) =>
    send(port, { method: 'POST', path: '/api/v1/auth/login', body: JSON.stringify({ Password }) });
  t.is((await login(PASSWORD)).status, 401);
  t.is((await login('another six bottles')).status, 200);
  t.is((await call('GET', 'v1/serverstate')).status, 401); // its session has ended
});

test('the server proves itself for the address and port that were called, and to a whole challenge alone', async (t) => {
  const { folder, port } = await openServer(t);
  const { key } = readEndpoint(folder)!;
  const Challenge = 'c'.repeat(43);
  const prove = (body: unknown) =>
    send(port, { method: 'POST', path: '/api/v1/auth/prove', body: JSON.stringify(body) });
  t.deepEqual((await prove({ Challenge })).body, { Proof: proveServer(key, '127.0.0.1', port, Challenge) });
  t.not(proveServer(key, '127.0.0.1', port, Challenge), proveServer(key, '127.0.0.1', port + 1, Challenge));
  t.not(proveServer(key, '127.0.0.1', port, Challenge), proveServer(key, '127.0.0.2', port, Challenge));
  t.is((await prove({ Challenge: '' })).status, 400);
  t.is((await prove({ Challenge: 'c|'.repeat(30) })).status, 400);
});

test('while guesses flood the sign-in, the owner gets in by the local door and changes the password there', async (t) => {
  const { folder, port } = await openServer(t);
  const guess = () =>
    send(port, { method: 'POST', path: '/api/v1/auth/login', body: JSON.stringify({ Password: 'a wrong guess' }) });
  const answers = await Promise.all(Array.from({ length: 40 }, guess));
  t.true(answers.some(({ status }) => status === 429));
  t.is((await knock(folder, 'GET', '/api/v1/backups')).status, 200);
  t.is((await knock(folder, 'POST', '/api/v1/auth/password', { NewPassword: 'another six bottles' })).status, 204);
});

test('a socket that was left is replaced, and both files are gone after the end', async (t) => {
  const folder = await makeFolder(t);
  await chmod(folder, 0o700);
  const { log } = keepLog();
  const stale = createServer().listen(path.join(folder, 'old'));
  await new Promise((resolve) => stale.once('listening', resolve));
  await rename(path.join(folder, 'old'), doorPath(folder));
  stale.close();
  const given = readArguments(['--webservice-port=0', `--server-datafolder=${folder}`], {}, serverOptions);
  const server = await startServer(given, log);
  t.is((await knock(folder, 'GET', '/health')).status, 200);
  await server.stop();
  await t.throwsAsync(lstat(doorPath(folder)));
  await t.throwsAsync(readFile(path.join(folder, 'endpoint.json')));
});

test('a folder that others can use has neither door nor endpoint file', async (t) => {
  const folder = path.join(await makeFolder(t), 'open');
  await mkdir(folder);
  await chmod(folder, 0o755);
  const { log, lines } = keepLog();
  const options = ['--webservice-port=0', `--server-datafolder=${folder}`, '--allow-insecure-datafolder'];
  const server = await startServer(readArguments(options, {}, serverOptions), log);
  t.teardown(() => server.stop());
  await t.throwsAsync(lstat(doorPath(folder)));
  t.is(readEndpoint(folder), undefined);
  t.regex(lines.join(''), /no local way in without a password: its mode is 0755/);
});

test('a socket of a folder with a long path is refused with its length, and the server works without', async (t) => {
  t.is(findPathLengthProblem(`/${'x'.repeat(100)}`), undefined);
  t.regex(findPathLengthProblem(`/${'ü'.repeat(60)}`) ?? '', /has 121 bytes, a socket's may have/);
  const folder = path.join(await makeFolder(t), 'd'.repeat(100));
  const { log, lines } = keepLog();
  const given = readArguments(['--webservice-port=0', `--server-datafolder=${folder}`], {}, serverOptions);
  const server = await startServer(given, log);
  t.teardown(() => server.stop());
  t.regex(lines.join(''), /choose a shorter --server-datafolder/);
});

test('an endpoint file that others could have written or that is none is not believed', async (t) => {
  const folder = await makeFolder(t);
  const file = path.join(folder, 'endpoint.json');
  const good = JSON.stringify({ port: 1, scheme: 'http', host: '127.0.0.1', pid: 1, key: 'k'.repeat(43) });
  await writeFile(file, good, { mode: 0o600 });
  t.is(readEndpoint(folder)?.port, 1);
  await chmod(file, 0o644);
  t.is(readEndpoint(folder), undefined);
  await chmod(file, 0o600);
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    good.replace('kkk', ''),
    good.replace('"http"', '"ftp"'),
    ' '.repeat(70_000) + good,
  ]) {
    await writeFile(file, text);
    t.is(readEndpoint(folder), undefined, text.slice(0, 40));
  }
});
