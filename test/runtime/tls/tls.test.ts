import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { UserError } from '../../../runtime/errors.ts';
import { listenOnFirst, readInterface } from '../../../runtime/http/listen.ts';
import { openLog } from '../../../runtime/log/log.ts';
import { openSettings } from '../../../runtime/settings/settings.ts';
import { DAY } from '../../../runtime/tls/certificate.ts';
import { CERTIFICATE_FILE } from '../../../runtime/tls/known-server.ts';
import { AUTHORITY_FILE, forgetAuthority } from '../../../runtime/tls/local-authority.ts';
import { tlsOptions } from '../../../runtime/tls/options.ts';
import { openTls } from '../../../runtime/tls/tls.ts';
import { makeFolder, runProgram, startServer } from '../run-program.ts';
import { runOpenssl } from './run-openssl.ts';

async function open(t: ExecutionContext, folder?: string) {
  const data = folder ?? (await makeFolder(t));
  await chmod(data, 0o700);
  const said: string[] = [];
  const log = openLog('Verbose', { journal: false, write: (line) => void said.push(line) });
  const settings = await openSettings(data, { isRequired: false, isDisabled: false }, log);
  t.teardown(() => settings.close());
  const clock = { now: Date.now() };
  const start = (...args: string[]) =>
    openTls(readArguments(args, {}, tlsOptions), { settings, folder: data, log, now: () => clock.now });
  return { data, said, log, settings, clock, start };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Serves on a free port; each answer is the body `hello`. */
async function serve(t: ExecutionContext, { start, log }: Opened, ...args: string[]) {
  const tls = await start(...args);
  if (!tls) throw new Error('plain http');
  t.teardown(() => tls.close());
  const answer: Parameters<typeof listenOnFirst>[2] = (_request, response) => void response.end('hello');
  const listener = await listenOnFirst([0], readInterface('127.0.0.1'), answer, log, undefined, tls.find);
  t.teardown(() => listener.close(0));
  return { tls, port: listener.port };
}

async function handshake(port: number, ca: string): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca });
  await once(socket, 'secureConnect');
  return socket;
}

function ask(port: number, ca: string, agent: Agent | false): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', ca, agent }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      resolve(body);
    });
    sent.on('error', reject).end();
  });
}

test('a certificate is renewed when 30 days remain; open connections stay, and clients lose nothing', async (t) => {
  const opened = await open(t);
  opened.clock.now -= 61 * DAY; // clients have the true time
  const { tls, port } = await serve(t, opened, '--configure-https');
  const ca = await readFile(path.join(opened.data, AUTHORITY_FILE), 'utf8');
  const before = await handshake(port, ca);
  const serial = before.getPeerCertificate().serialNumber;
  opened.clock.now += 59 * DAY;
  await tls.check();
  const same = await handshake(port, ca);
  t.is(same.getPeerCertificate().serialNumber, serial);
  same.destroy();
  opened.clock.now += 2 * DAY;
  const agent = new Agent({ keepAlive: true });
  const asks = Array.from({ length: 30 }, async (_, index) => {
    for (let i = 0; i < 5; i++) t.is(await ask(port, ca, index % 2 ? agent : false), 'hello');
  });
  await tls.check();
  before.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [bytes] = await once(before, 'data');
  t.regex(String(bytes), /200 OK/);
  before.destroy();
  await Promise.all(asks);
  agent.destroy();
  const after = await handshake(port, ca);
  t.not(after.getPeerCertificate().serialNumber, serial);
  after.destroy();
});

test('an authority is renewed before its end: its clients go on, and those that trust the new one are served too', async (t) => {
  const opened = await open(t);
  opened.clock.now -= 3200 * DAY; // clients have the true time
  const { tls, port } = await serve(t, opened, '--configure-https');
  const file = path.join(opened.data, AUTHORITY_FILE);
  const old = await readFile(file, 'utf8');
  opened.clock.now += 3170 * DAY; // 482 days before its end
  await tls.check();
  t.is(await readFile(file, 'utf8'), old);
  const before = await handshake(port, old);
  opened.clock.now += 28 * DAY;
  const agent = new Agent({ keepAlive: true });
  const asks = Array.from({ length: 10 }, async (_, index) => {
    for (let i = 0; i < 5; i++) t.is(await ask(port, old, index % 2 ? agent : false), 'hello');
  });
  await tls.check();
  await Promise.all(asks);
  agent.destroy();
  const renewed = await readFile(file, 'utf8');
  t.not(renewed, old);
  t.is(await ask(port, old, false), 'hello');
  t.is(await ask(port, renewed, false), 'hello');
  before.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [bytes] = await once(before, 'data');
  t.regex(String(bytes), /200 OK/);
  before.destroy();
  t.regex(opened.said.join(''), /renewed the certification authority.*clients that trust the one before need/);
  const folder = await makeFolder(t);
  await writeFile(path.join(folder, 'old.pem'), old);
  await writeFile(path.join(folder, 'new.pem'), renewed);
  await writeFile(path.join(folder, 'own.pem'), await readFile(path.join(opened.data, CERTIFICATE_FILE), 'utf8'));
  for (const ca of ['old', 'new'])
    t.regex(
      await runOpenssl(folder, `verify -x509_strict -CAfile ${ca}.pem -untrusted new.pem own.pem`),
      /own.pem: OK/,
    );
});

test('an authority made while the clock was ahead is made valid, with the same key', async (t) => {
  const opened = await open(t);
  opened.clock.now += 50 * DAY;
  (await opened.start('--configure-https'))?.close();
  const file = path.join(opened.data, AUTHORITY_FILE);
  const ahead = new X509Certificate(await readFile(file));
  opened.clock.now -= 50 * DAY;
  (await opened.start())?.close();
  const mended = new X509Certificate(await readFile(file));
  t.true(Date.parse(mended.validFrom) <= Date.now());
  t.true(mended.publicKey.equals(ahead.publicKey));
});

test('a certificate made while the clock was ahead is made again', async (t) => {
  const opened = await open(t);
  opened.clock.now += 50 * DAY;
  (await opened.start('--configure-https'))?.close();
  const file = path.join(opened.data, 'https-certificate.pem');
  const ahead = await readFile(file, 'utf8');
  opened.clock.now -= 50 * DAY;
  (await opened.start('--configure-https'))?.close();
  t.not(await readFile(file, 'utf8'), ahead);
});

test('authority and certificate last from start to start, until the authority is forgotten; keys are only kept encrypted', async (t) => {
  const opened = await open(t);
  const { tls, port } = await serve(t, opened, '--configure-https');
  const first = await readFile(path.join(opened.data, AUTHORITY_FILE), 'utf8');
  (await opened.start('--configure-https'))?.close();
  t.is(await readFile(path.join(opened.data, AUTHORITY_FILE), 'utf8'), first);
  t.notRegex(opened.settings.get('https-authority') ?? '', /PRIVATE/);
  t.notRegex(opened.settings.get('https-server-certificate') ?? '', /PRIVATE/);
  forgetAuthority(opened.settings);
  await tls.check();
  const second = await readFile(path.join(opened.data, AUTHORITY_FILE), 'utf8');
  t.not(second, first);
  (await handshake(port, second)).destroy();
  await t.throwsAsync(handshake(port, first));
});

test('a name that the authority was not made for is refused with what to do; one below a permitted name is not', async (t) => {
  const opened = await open(t);
  (await opened.start('--configure-https', '--configure-https-hostnames=nas.example'))?.close();
  const names = (list: string) => opened.start('--configure-https', `--configure-https-hostnames=${list}`);
  await t.throwsAsync(names('other.example'), { instanceOf: UserError, message: /other\.example.*regenerate-ca/ });
  (await names('backup.nas.example'))?.close();
  await t.throwsAsync(names('*.nas.example'), { instanceOf: UserError, message: /neither a host name/ });
});

test('a given certificate is kept without its file, taken again when the file changes, and removed when told', async (t) => {
  const opened = await open(t);
  const folder = await makeFolder(t);
  const make = (name: string) =>
    runOpenssl(
      folder,
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1`,
    );
  await make('one');
  const files = ['--webservice-sslcertificatefile=', '--webservice-sslcertificatekeyfile='];
  const options = [`${files[0]}${folder}/cert.pem`, `${files[1]}${folder}/key.pem`];
  const { tls, port } = await serve(t, opened, ...options);
  const shown = async () => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };
  t.is(await shown(), 'one');
  t.regex(new X509Certificate(await readFile(path.join(opened.data, CERTIFICATE_FILE))).subject, /CN=one/);
  await make('two');
  await tls.check();
  t.is(await shown(), 'two');
  await writeFile(path.join(folder, 'cert.pem'), 'broken');
  await tls.check();
  t.is(await shown(), 'two');
  t.regex(opened.said.join(''), /Error the certificate was not renewed, the one in use stays/);
  await t.throwsAsync(opened.start(...options), { instanceOf: UserError });
  const kept = await opened.start();
  t.truthy(kept);
  kept?.close();
  t.is(await opened.start('--webservice-disable-https'), undefined);
  t.is(await opened.start('--webservice-remove-sslcertificate'), undefined);
  t.is(await opened.start(), undefined);
});

test('TLS 1.2 and 1.3 are spoken, older versions and weak ciphers are not', async (t) => {
  const { port } = await serve(t, await open(t), '--configure-https');
  const speak = (line: string) => runOpenssl('/', `s_client -connect 127.0.0.1:${port} ${line}`);
  for (const version of ['-tls1_2', '-tls1_3']) t.regex(await speak(version), /Cipher is (TLS_AES|ECDHE)/, version);
  for (const version of ['-tls1 -cipher ALL@SECLEVEL=0', '-tls1_1 -cipher ALL@SECLEVEL=0'])
    t.regex(await speak(version), /alert protocol version/, version);
  t.regex(await speak('-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:AES128-SHA'), /handshake failure/);
});

test('plain http on the port of TLS is told so, and gets nothing else', async (t) => {
  const { port } = await serve(t, await open(t), '--configure-https');
  const socket = connectPlain(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let said = '';
  for await (const part of socket) said += part;
  t.regex(said, /^HTTP\/1\.1 400 [\s\S]*https:\/\//);
  t.notRegex(said, /hello/);
});

test('the server serves https to other machines without a warning, with Secure cookies, and tells clients; its commands tell of it', async (t) => {
  const server = await startServer(t, [
    '--webservice-interface=any',
    '--configure-https',
    '--configure-https-hostnames=nas.example',
    '--webservice-password=a-very-long-password',
  ]);
  const folder = (await server.says(/data folder (\S+)/))[1]!;
  const ca = (await runProgram('duplicati-server', ['https', 'export-ca', `--server-datafolder=${folder}`])).stdout;
  const login = await new Promise<{ cookies: string; token: string }>((resolve, reject) => {
    const headers = { Host: 'nas.example', 'Content-Type': 'application/json' };
    const options = { method: 'POST', path: '/api/v1/auth/login', port: server.port, host: '127.0.0.1', ca, headers };
    const sent = request({ ...options, servername: 'nas.example', agent: false }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      resolve({ cookies: String(response.headers['set-cookie']), token: JSON.parse(body).AccessToken });
    });
    sent.on('error', reject).end('{"Password":"a-very-long-password"}');
  });
  t.regex(login.cookies, /; Secure/);
  const told = await new Promise<string>((resolve, reject) => {
    const headers = { Host: 'localhost', Authorization: `Bearer ${login.token}` };
    const at = '/api/v1/serversetting/server-ssl-certificate';
    const sent = request(
      { path: at, port: server.port, host: '127.0.0.1', ca, headers, agent: false },
      async (response) => {
        let body = '';
        for await (const part of response) body += part;
        resolve(body);
      },
    );
    sent.on('error', reject).end();
  });
  t.is(told, 'True');
  const shown = await runProgram('duplicati-server', ['https', 'show', `--server-datafolder=${folder}`]);
  t.regex(shown.stdout, /nas\.example/);
  server.child.kill('SIGTERM');
  const { stderr, code } = await server.ended;
  t.is(code, 0);
  t.notRegex(stderr, /not encrypted/);
});
