import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { environmentName } from '../../../runtime/command-line/arguments.ts';
import { serverOptions } from '../../../runtime/server/options.ts';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

/** Every option of Duplicati's server, 2.3.0. */
const DUPLICATIS =
  `webservice-port webservice-interface webservice-password webservice-password-init webservice-allowed-hostnames
  webservice-api-only webservice-webroot webservice-spa-paths webservice-cors-origins webservice-pre-auth-tokens webservice-token-duration
  webservice-reset-jwt-config webservice-enable-forever-token webservice-disable-signin-tokens webservice-disable-api-extensions
  webservice-enable-folder-status-service webservice-timezone webservice-sslcertificatefile webservice-sslcertificatepassword
  webservice-disable-https webservice-remove-sslcertificate configure-https configure-https-hostnames webservice-suppress-welcome-page
  server-datafolder portable-mode allow-insecure-datafolder settings-encryption-key disable-db-encryption require-db-encryption-key
  disable-default-secret-provider secret-provider secret-provider-cache secret-provider-pattern log-file log-level log-console
  log-retention windows-eventlog windows-eventlog-level register-remote-control register-remote-control-force allowed-backend-modules
  allowed-encryption-modules allowed-compression-modules disable-update-check ping-pong-keepalive tempdir parameters-file`.split(
    /\s+/,
  );

/** But for the command line program, which has options of the same names. */
function readSources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith(`cli${path.sep}`))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

test("every option of Duplicati's server is read somewhere or refused with a reason; none is taken and forgotten", (t) => {
  const sources = readSources(path.join(import.meta.dirname, '../../../runtime'));
  const known = new Map(serverOptions.map((option) => [option.name as string, option]));
  t.deepEqual(
    DUPLICATIS.filter((name) => !known.has(name)),
    [],
  );
  t.is(known.size, serverOptions.length, 'an option comes twice');
  for (const { name, refused } of serverOptions) {
    const isRead = new RegExp(`\\.(text|flag)\\('${name}'\\)`).test(sources);
    t.is(isRead, refused === undefined, name);
    if (refused !== undefined) t.regex(refused, /^[a-z].*[^.]$/, name);
  }
});

test('a refused option is refused with its reason; in the environment, the log tells of it', async (t) => {
  const refused = await runProgram('duplicati-server', ['--parameters-file=/etc/x']);
  t.is(refused.code, 2);
  t.is(
    refused.stderr,
    'duplicati-server: --parameters-file cannot be used: put options into a preload file (DUPLICATI_PRELOAD_SETTINGS); leave it out\n',
  );
  t.notRegex((await runProgram('duplicati-server', ['--help'])).stdout, /parameters-file|PARAMETERS_FILE/);
  const server = await startServer(t, [], { [environmentName('disable-update-check')]: 'true' });
  await server.says(/Warning DUPLICATI__DISABLE_UPDATE_CHECK has no effect: this server never looks for updates/);
});

test('--webservice-password-init sets the first password alone, and says which by its exit code', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const at = `--server-datafolder=${folder}`;
  const init = (password: string) => runProgram('duplicati-server', [at, `--webservice-password-init=${password}`]);
  t.is((await init('seven green bottles')).code, 102);
  t.is((await init('another six bottles')).code, 103);
  const { port } = await startServer(t, [at]);
  const login = (Password: string) =>
    fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Password }),
    });
  t.is((await login('seven green bottles')).status, 200);
  t.is((await login('another six bottles')).status, 401);
  t.is((await runProgram('duplicati', ['--webservice-password-init=x'])).code, 2);
});

test('a request with a pre-auth token needs no password, on sockets neither; without the option it does', async (t) => {
  const env = { DUPLICATI__WEBSERVICE_PRE_AUTH_TOKENS: 'canary-pre-auth-one; canary-pre-auth-two' };
  const { port } = await startServer(t, ['--webservice-password=seven green bottles'], env);
  const ask = (authorization: string, method = 'GET', target = 'serverstate', more = {}) =>
    fetch(`http://127.0.0.1:${port}/api/v1/${target}`, { method, headers: { Authorization: authorization, ...more } });
  t.is((await ask('PreAuth canary-pre-auth-one')).status, 200);
  t.is((await ask('PreAuth canary-pre-auth-two')).status, 200);
  for (const wrong of ['PreAuth canary-pre-auth', 'PreAuth ', 'Bearer canary-pre-auth-one', 'PreAuth a b', ''])
    t.is((await ask(wrong)).status, 401, wrong);
  // The proxy adds the token to what any page sends.
  t.is((await ask('PreAuth canary-pre-auth-one', 'GET', 'serverstate', { Origin: 'http://evil.example' })).status, 403);
  const { socketToken } = await (await ask('PreAuth canary-pre-auth-one', 'POST', 'auth/status')).json();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/notifications?token=${socketToken}`);
  const opened = await new Promise<boolean>((resolve) => {
    socket.onclose = () => resolve(false);
    socket.onmessage = () => resolve(true);
    socket.onopen = () => socket.send('{"service":"ping"}');
  });
  t.true(opened);
  socket.close();
  const plain = await startServer(t, ['--webservice-password=seven green bottles']);
  const answer = await fetch(`http://127.0.0.1:${plain.port}/api/v1/serverstate`, {
    headers: { Authorization: 'PreAuth canary-pre-auth-one' },
  });
  t.is(answer.status, 401);
  const short = await runProgram('duplicati-server', [], { DUPLICATI__WEBSERVICE_PRE_AUTH_TOKENS: 'canary-1' });
  t.is(short.code, 2);
  t.notRegex(short.stderr, /canary/);
});

test('without sign-in links nobody gets or uses one, and an unclaimed server says how else to claim it', async (t) => {
  const server = await startServer(t, ['--webservice-disable-signin-tokens']);
  await server.says(/lets nobody in by a link .*initial-password/);
  const post = (target: string, body: unknown, authorization = '') =>
    fetch(`http://127.0.0.1:${server.port}/api/v1/auth/${target}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(authorization ? { Authorization: authorization } : {}) },
      body: JSON.stringify(body),
    });
  t.is((await post('claim/link', {})).status, 403);
  t.is((await post('claim', { SigninToken: 'x', Password: 'seven green bottles' })).status, 401);
  const claimed = await startServer(t, [
    '--webservice-disable-signin-tokens',
    '--webservice-password=seven green bottles',
  ]);
  const at = `http://127.0.0.1:${claimed.port}/api/v1`;
  const json = { 'Content-Type': 'application/json' };
  const login = await fetch(`${at}/auth/login`, {
    method: 'POST',
    headers: json,
    body: '{"Password":"seven green bottles"}',
  });
  const headers = { ...json, Authorization: `Bearer ${(await login.json()).AccessToken}` };
  const body = '{"Password":"seven green bottles"}';
  t.is((await fetch(`${at}/auth/issuesignintoken`, { method: 'POST', headers, body })).status, 403);
  t.is(await (await fetch(`${at}/serversetting/disable-signin-tokens`, { headers })).text(), 'True');
});

test('the duration of a session, the time zone, the welcome page and the folder for temporary files are taken, wrong ones refused', async (t) => {
  const temporary = path.join(await makeFolder(t), 'tmp');
  await mkdir(temporary);
  const { port } = await startServer(t, [
    '--webservice-password=seven green bottles',
    '--webservice-token-duration=3D',
    '--webservice-timezone=Asia/Tokyo',
    '--webservice-suppress-welcome-page',
    `--tempdir=${temporary}`,
  ]);
  const login = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"Password":"seven green bottles","RememberMe":true}',
  });
  t.regex(login.headers.get('set-cookie') ?? '', /RefreshToken_\d+=[^;]+; Max-Age=259200;/);
  const headers = { Authorization: `Bearer ${(await login.json()).AccessToken}` };
  const setting = async (name: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/serversetting/${name}`, { headers })).text();
  t.is(await setting('server-timezone'), 'Asia/Tokyo');
  t.is(await setting('shown-welcome-page-v1'), 'True');
  for (const wrong of [
    '--webservice-token-duration=soon',
    '--webservice-token-duration=2Y',
    '--webservice-timezone=Nowhere/Town',
    '--tempdir=/nowhere/at/all',
    '--tempdir=tmp',
  ])
    t.is((await runProgram('duplicati-server', [wrong])).code, 2, wrong);
});

test('the log goes to a file too, for this account alone, without sign-in links', async (t) => {
  const folder = await makeFolder(t);
  const file = path.join(folder, 'log', 'server.log');
  const whole = await startServer(t, [`--log-file=${file}`, '--log-retention=7D']);
  await whole.says(/signin\.html\?token=/);
  whole.child.kill('SIGTERM');
  const { stderr } = await whole.ended;
  t.regex(stderr, /stopped/);
  const held = readFileSync(file, 'utf8');
  t.regex(held, /Information Listening on [\s\S]*stopping after SIGTERM[\s\S]*Information stopped/);
  t.notRegex(held, /token=/);
  t.is(statSync(file).mode & 0o777, 0o600);
  for (const wrong of ['--log-file=/dev/null/x', '--log-file=/', '--log-retention=x'])
    t.is((await runProgram('duplicati-server', [wrong])).code, 2, wrong);
});
