import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'ava';
import { send } from '../api/replay.ts';
import { openConnection, request, sendRaw, statusOf, untilClosed } from '../http/raw-request.ts';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

test('health is answered on IPv4 and IPv6 loopback', async (t) => {
  const { port } = await startServer(t);
  for (const address of ['127.0.0.1', '::1']) {
    const answer = await sendRaw(port, request('GET /health HTTP/1.1', `Host: localhost:${port}`), address);
    t.is(statusOf(answer), 200);
    t.true(answer.endsWith('\r\n\r\n{"status":"healthy"}'));
    t.regex(answer, /^Content-Type: application\/json/m);
  }
});

test('a log that nobody reads any more does not end the server', async (t) => {
  const { port, child } = await startServer(t, [], { DUPLICATI__WEBSERVICE_PASSWORD: 'seven green bottles' });
  child.stderr?.destroy();
  const login = { method: 'POST', path: '/api/v1/auth/login', body: JSON.stringify({ Password: 'wrong' }) };
  t.is((await send(port, login)).status, 401); // which the log is told
  for (let count = 0; count < 3; count++) t.is((await send(port, { method: 'GET', path: '/health' })).status, 200);
  t.is(child.exitCode, null);
});

test('HEAD has the headers and no body', async (t) => {
  const { port } = await startServer(t);
  const answer = await sendRaw(port, request('HEAD /health HTTP/1.1', 'Host: localhost'));
  t.is(statusOf(answer), 200);
  t.true(answer.endsWith('\r\n\r\n'));
});

test('what is not there is said as a page or as JSON', async (t) => {
  const { port } = await startServer(t);
  const page = await sendRaw(port, request('GET /nowhere HTTP/1.1', 'Host: localhost', 'Accept: text/html,*/*'));
  t.is(statusOf(page), 404);
  t.regex(page, /<p>There is nothing at this address/);
  const json = await sendRaw(port, request('GET /nowhere HTTP/1.1', 'Host: localhost'));
  t.is(JSON.parse(json.split('\r\n\r\n')[1]!).Code, 404);
});

test('a wrong Host is refused on every path with a page that names the option and repeats nothing', async (t) => {
  const { port } = await startServer(t);
  for (const path of ['/', '/health', '/api/v1/serverstate', '/nowhere']) {
    for (const host of [
      'evil.test',
      '127.0.0.1.nip.io',
      '192.168.1.5',
      '127.1',
      'localhost.',
      'u@localhost',
      '<script>',
    ]) {
      for (const accept of ['text/html', 'application/json']) {
        const answer = await sendRaw(port, request(`GET ${path} HTTP/1.1`, `Host: ${host}`, `Accept: ${accept}`));
        t.is(statusOf(answer), 403, `${path} ${host}`);
        t.true(answer.includes('--webservice-allowed-hostnames'));
        t.false(answer.includes(host));
        t.notRegex(answer, /Set-Cookie|Access-Control/i);
      }
    }
  }
});

test('a request with no Host, two, or a second host in its target is refused', async (t) => {
  const { port } = await startServer(t);
  const refused = [
    request('GET /health HTTP/1.1'),
    request('GET /health HTTP/1.0'),
    request('GET /health HTTP/1.1', 'Host:'),
    request('GET /health HTTP/1.1', 'Host: localhost', 'Host: localhost'),
    request('GET /health HTTP/1.1', 'Host: localhost', 'Host: evil.test'),
    request('GET /health HTTP/1.1', 'Host: evil.test', 'Host: localhost'),
    request('GET /health HTTP/1.1', 'Host: localhost, evil.test'),
    request('GET //evil.test/health HTTP/1.1', 'Host: evil.test'),
    request('GET /health HTTP/1.1', 'X-Forwarded-Host: localhost', 'Host: evil.test'),
    request('CONNECT localhost:80 HTTP/1.1', 'Host: localhost'),
    request('OPTIONS * HTTP/1.1', 'Host: localhost'),
    request('GET /health HTTP/1.1', 'Host: evil.test', 'Upgrade: websocket'),
    'GET /health\r\n\r\n',
    'nonsense\r\n\r\n',
    request('GET /health HTTP/1.1', 'Host: localhost\r\n folded'),
    request('GET /health HTTP/1.1', 'Host : localhost'),
  ];
  for (const bytes of refused) {
    const answer = await sendRaw(port, bytes);
    t.true(answer === '' || [400, 403, 404, 405].includes(statusOf(answer)), `${bytes} got ${answer}`);
    t.false(answer.includes('healthy'), bytes);
  }
});

test('a target that carries a host of its own is refused, the right one too', async (t) => {
  const { port } = await startServer(t);
  for (const host of ['localhost', 'evil.test', 'user@localhost']) {
    const answer = await sendRaw(port, request(`GET http://${host}/health HTTP/1.1`, 'Host: localhost'));
    t.is(statusOf(answer), 400, host);
  }
});

test('health is only read, without a body', async (t) => {
  const { port } = await startServer(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
    const answer = await sendRaw(port, request(`${method} /health HTTP/1.1`, 'Host: localhost', 'Content-Length: 0'));
    t.is(statusOf(answer), 405, method);
    t.regex(answer, /^Allow: GET/m);
  }
  const bodies = ['Content-Length: 5', 'Content-Length: 99999999999', 'Transfer-Encoding: chunked'];
  for (const header of bodies) {
    const answer = await sendRaw(port, request('GET /health HTTP/1.1', 'Host: localhost', header));
    t.is(statusOf(answer), 413, header);
  }
  const both = request('GET /health HTTP/1.1', 'Host: localhost', 'Content-Length: 5', 'Transfer-Encoding: chunked');
  t.true([400, 413].includes(statusOf(await sendRaw(port, both))));
});

test('a head that is too long is refused', async (t) => {
  const { port } = await startServer(t);
  const answer = await sendRaw(port, request('GET /health HTTP/1.1', 'Host: localhost', `X: ${'a'.repeat(20_000)}`));
  t.is(statusOf(answer), 431);
});

test('listening on any address answers IP literals and localhost, and still no names', async (t) => {
  const server = await startServer(t, [], {
    DUPLICATI__WEBSERVICE_INTERFACE: 'any',
    DUPLICATI__WEBSERVICE_ALLOWED_HOSTNAMES: 'backup.example;nas',
  });
  await server.says(/other machines can reach this server/);
  const status = async (host: string) =>
    statusOf(await sendRaw(server.port, request('GET /health HTTP/1.1', `Host: ${host}`)));
  for (const host of ['localhost', '192.168.1.5:8200', '[2001:db8::1]', 'backup.example', 'NAS:80'])
    t.is(await status(host), 200, host);
  for (const host of ['evil.test', '0.0.0.0', '127.1']) t.is(await status(host), 403, host);
});

test('SIGTERM stops it with exit code 0, idle, half-sent and silent connections or not', async (t) => {
  const { port, child, ended } = await startServer(t);
  const alive = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const sockets = await Promise.all(['', 'GET /hea', alive, ''].map((bytes) => openConnection(port, bytes)));
  const heard = once(sockets[3]!, 'data');
  sockets[3]!.write(alive);
  await heard;
  const closed = sockets.map(untilClosed);
  child.kill('SIGTERM');
  const { code, signal, stderr } = await ended;
  t.is(signal, null);
  t.is(code, 0);
  t.regex(stderr, /stopping after SIGTERM\n.*stopped\n$/);
  await Promise.all(closed);
});

test('a taken port is named with the option, and the exit code is 100', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as { port: number }; // a TCP server's address
  const data = `--server-datafolder=${await makeFolder(t)}`;
  const { code, stderr } = await runProgram('duplicati-server', [`--webservice-port=${port}`, data]);
  t.is(code, 100);
  t.regex(stderr, new RegExp(`^duplicati-server: port ${port} is in use by another program; .*--webservice-port`));
  t.is(stderr.trim().split('\n').length, 1);

  const second = await startServer(t, [`--webservice-port=${port},0`]);
  t.not(second.port, port);
});

test('two servers on one data folder: the second is refused, until the first has ended in whatever way', async (t) => {
  const folder = `--server-datafolder=${await makeFolder(t)}`;
  const first = await startServer(t, [folder]);
  const second = await runProgram('duplicati-server', ['--webservice-port=0', folder]);
  t.is(second.code, 100);
  t.regex(second.stderr, /is in use by another server or agent/);
  first.child.kill('SIGKILL');
  await first.ended;
  await startServer(t, [folder]);
});

test('a variable that no option reads is pointed at, a password is never shown', async (t) => {
  const server = await startServer(t, [], {
    DUPLICATI__WEBSERVICE_PRT: '1',
    DUPLICATI__WEBSERVICE_PASSWORD: 'canary-5dd1',
  });
  await server.says(/Warning DUPLICATI__WEBSERVICE_PRT is set.*did you mean DUPLICATI__WEBSERVICE_PORT\?/);
  await server.says(/the password of --webservice-password is easy to guess/);
  server.child.kill('SIGTERM');
  t.false((await server.ended).stderr.includes('canary'));
});

test('the web page is there unless the API alone is asked for, and another client takes its place', async (t) => {
  const first = (port: number) => sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'));
  const { port } = await startServer(t);
  t.regex(await first(port), /<script type="module" src="\.\/main-[A-Z0-9]{8}\.js">/);
  const bare = await startServer(t, ['--webservice-api-only']);
  t.is(statusOf(await first(bare.port)), 404);

  const folder = path.join(await makeFolder(t), 'web');
  await mkdir(path.join(folder, 'app'), { recursive: true });
  const wrong = await runProgram('duplicati-server', [`--webservice-webroot=${folder}`]);
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /holds none of index\.html, ngclient\/index\.html/);
  await writeFile(path.join(folder, 'app/index.html'), 'another client');
  const other = await startServer(t, [`--webservice-webroot=${folder}`, '--webservice-spa-paths=/app']);
  t.regex(await first(other.port), /^HTTP\/1\.1 302 [\s\S]*Location: \/app\/\r/);
  const page = await sendRaw(other.port, request('GET /app/anything HTTP/1.1', 'Host: localhost'));
  t.true(page.endsWith('another client'));

  if (process.platform === 'win32') return;
  await chmod(folder, 0o777);
  const open = await runProgram('duplicati-server', [`--webservice-webroot=${folder}`, '--webservice-spa-paths=/app']);
  t.is(open.code, 2);
  t.regex(open.stderr, /every user of this machine can change/);
});
