import type { IncomingMessage } from 'node:http';
import test from 'ava';
import { object, string } from 'valibot';
import { passGate } from '../../../runtime/http/gate.ts';
import { type Route, routeWithBody } from '../../../runtime/http/route.ts';
import { sendRaw, statusOf } from './raw-request.ts';
import { RULE, serve } from './serve.ts';

/** Routes that count how often they were reached. */
function makeRoutes() {
  const reached = { count: 0 };
  const answer = () => {
    reached.count += 1;
    return { json: { Fine: true } };
  };
  const body = object({ Name: string() });
  const routes: Route[] = [
    { method: 'GET', path: '/api/v1/open', access: 'everybody', answer },
    { method: 'GET', path: '/api/v1/thing/{id}', access: 'session', answer },
    { method: 'DELETE', path: '/api/v1/thing/{id}', access: 'session', answer },
    routeWithBody({ method: 'POST', path: '/api/v1/things', access: 'session', body, answer }),
    routeWithBody({ method: 'POST', path: '/api/v1/open', access: 'everybody', body, answer }),
  ];
  return { routes, reached };
}

const GOOD = '{"Name":"x"}';

interface Sent {
  method?: string;
  path?: string;
  headers?: string[];
  body?: string;
}

function bytesOf({ method = 'POST', path = '/api/v1/things', headers = [], body = '' }: Sent): string {
  const has = (name: string) => headers.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(has('host') ? [] : ['Host: localhost']),
    ...headers,
    'Connection: close',
  ];
  if (body !== '' && !has('content-type')) lines.push('Content-Type: application/json');
  if (body !== '' && !has('content-length') && !has('transfer-encoding'))
    lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const AUTH = 'Authorization: Bearer good';
const FOREIGN: string[][] = [
  ['Origin: https://evil.test'],
  ['Origin: null'],
  ['Origin: http://localhost:1'],
  ['Origin: https://localhost'],
  ['Origin: http://localhost.evil.test'],
  ['Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: same-site'],
  ['Sec-Fetch-Site: nonsense'],
  ['Sec-Fetch-Site: same-origin', 'Origin: https://evil.test'],
  ['Sec-Fetch-Site: cross-site', 'Origin: http://localhost'],
];

test('no route is reached from a page of another address, whatever else is right', async (t) => {
  const { routes, reached } = makeRoutes();
  const { port } = await serve(t, { routes });
  for (const route of routes) {
    const path = route.path.replace('{id}', '7');
    const body = route.body ? GOOD : '';
    for (const headers of FOREIGN) {
      const answer = await sendRaw(port, bytesOf({ method: route.method, path, headers: [AUTH, ...headers], body }));
      t.is(statusOf(answer), 403, `${route.method} ${path} ${headers}`);
      t.notRegex(answer, /Access-Control|Set-Cookie/i);
    }
    const fine = await sendRaw(
      port,
      bytesOf({
        method: route.method,
        path,
        headers: [AUTH, 'Origin: http://localhost', 'Sec-Fetch-Site: same-origin'],
        body,
      }),
    );
    t.is(statusOf(fine), 200, `${route.method} ${path}`);
  }
  t.is(reached.count, routes.length);
});

test('a page that is allowed may ask and read, another may not', async (t) => {
  const { routes } = makeRoutes();
  const { port } = await serve(t, { routes, rule: { ...RULE, origins: new Set(['https://app.example']) } });
  const send = (origin: string, sent: Sent) =>
    sendRaw(port, bytesOf({ ...sent, headers: [AUTH, `Origin: ${origin}`, ...(sent.headers ?? [])] }));
  const preflight = { method: 'OPTIONS', headers: ['Access-Control-Request-Method: POST'] };
  t.regex(
    await send('https://app.example', preflight),
    /^HTTP\/1\.1 204 [\s\S]*Access-Control-Allow-Origin: https:\/\/app\.example\r\n/,
  );
  t.is(statusOf(await send('https://evil.test', preflight)), 403);
  t.regex(
    await send('https://app.example', { body: GOOD }),
    /^HTTP\/1\.1 200 [\s\S]*Access-Control-Allow-Origin: https:\/\/app\.example\r\n/,
  );
});

test('the order is Host, page, body, token, route: the first that is wrong is what is answered', async (t) => {
  const { routes, reached } = makeRoutes();
  const { port } = await serve(t, { routes });
  const wrongs: [number, Sent][] = [
    [
      403,
      {
        headers: ['Host: evil.test', 'Origin: https://evil.test', 'Content-Type: text/plain'],
        body: 'x',
        path: '/api/v1/none',
      },
    ],
    [403, { headers: ['Origin: https://evil.test', 'Content-Type: text/plain'], body: 'x', path: '/api/v1/none' }],
    [415, { headers: ['Content-Type: text/plain'], body: 'x', path: '/api/v1/none' }],
    [415, { headers: ['Content-Type: application/json', 'Content-Encoding: gzip'], body: '{}', path: '/api/v1/none' }],
    [401, { body: 'x', path: '/api/v1/none' }],
    [404, { body: 'x', path: '/api/v1/none', headers: [AUTH] }],
    [401, { body: 'x', method: 'PUT' }],
    [405, { body: 'x', method: 'PUT', headers: [AUTH] }],
    [400, { body: 'x', headers: [AUTH] }],
    [200, { body: GOOD, headers: [AUTH] }],
  ];
  for (const [status, sent] of wrongs) t.is(statusOf(await sendRaw(port, bytesOf(sent))), status, JSON.stringify(sent));
  t.is(reached.count, 1);
});

test('a body is JSON that the route can read, within its size and depth', async (t) => {
  const { routes } = makeRoutes();
  const { port } = await serve(t, { routes });
  const send = (body: string, ...headers: string[]) => sendRaw(port, bytesOf({ body, headers: [AUTH, ...headers] }));
  for (const body of [GOOD, '{"name":"x"}', '{"NAME":"x","more":[1]}', '{"Name":"\\u00e9","__proto__":{"a":1}}'])
    t.is(statusOf(await send(body)), 200, body);
  for (const body of [
    '',
    '[]',
    '"x"',
    '{}',
    '{"Name":1}',
    '{"Name":null}',
    '{"Name":"x"',
    '['.repeat(70) + ']'.repeat(70),
  ])
    t.is(statusOf(await send(body)), 400, body);
  t.is(statusOf(await send('\u00ff', 'Content-Length: 1')), 400, 'not UTF-8');
  t.is(statusOf(await send(`{"Name":"${'x'.repeat(70_000)}"}`)), 413);
  const chunk = `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n0\r\n\r\n`;
  t.is(statusOf(await send(chunk, 'Transfer-Encoding: chunked')), 413);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/json; charset=utf-16',
  ])
    t.is(statusOf(await send(GOOD, `Content-Type: ${type}`)), 415, type);
  t.is(statusOf(await send(GOOD, 'Content-Type: application/json; charset=UTF-8')), 200);
  t.is(statusOf(await sendRaw(port, bytesOf({ method: 'GET', path: '/api/v1/open', body: GOOD }))), 413);
});

test('what a smuggler sends is refused', async (t) => {
  const { routes, reached } = makeRoutes();
  const { port } = await serve(t, { routes });
  const forms = [
    ['Content-Length: 12', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: xchunked'],
    ['Content-Length: 12', 'Content-Length: 13'],
    ['Content-Length: +12'],
    ['Content-Length: 0x0c'],
    ['Content-Length: 12 13'],
    ['Transfer-Encoding : chunked'],
  ];
  for (const headers of forms) {
    const answer = await sendRaw(port, bytesOf({ body: GOOD, headers: [AUTH, ...headers] }), '127.0.0.1', 1500);
    t.true(answer === '' || statusOf(answer) >= 400, `${headers}: ${answer}`);
  }
  t.is(reached.count, 0);
});

test('a defect of ours is told to the log, and only a number to the client', async (t) => {
  const fail = () => {
    throw new Error('canary /etc/passwd');
  };
  const { port, said } = await serve(t, {
    routes: [{ method: 'GET', path: '/api/v1/open', access: 'everybody', answer: fail }],
  });
  const answer = await sendRaw(port, bytesOf({ method: 'GET', path: '/api/v1/open?token=secret' }));
  t.is(statusOf(answer), 500);
  t.false(answer.includes('canary'));
  t.regex(said.join(''), /GET \/api\/v1\/open: canary/);
  t.false(said.join('').includes('token='));
});

test('forwarded headers are believed from a configured proxy alone', async (t) => {
  const routes: Route[] = [
    { method: 'POST', path: '/api/v1/open', access: 'everybody', answer: ({ isSecure }) => ({ json: { isSecure } }) },
  ];
  const forwarded = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: backup.example', 'Origin: https://backup.example'];
  const post = { path: '/api/v1/open', headers: forwarded };
  const plain = await serve(t, { routes });
  t.is(statusOf(await sendRaw(plain.port, bytesOf(post))), 403);
  const behind = await serve(t, { routes, rule: { ...RULE, isProxy: (address) => address === '127.0.0.1' } });
  t.regex(await sendRaw(behind.port, bytesOf(post)), /\{"isSecure":true\}$/);
  const named = { path: '/api/v1/open', headers: ['X-Forwarded-Host: evil.test'] };
  t.is(statusOf(await sendRaw(behind.port, bytesOf(named))), 403);
});

test('a proxy is believed over TLS too: how the browser reaches it is what it says, not how it reaches us', (t) => {
  const judge = (headers: Record<string, string>, isProxy = true) => {
    const request = {
      method: 'GET',
      url: '/',
      headers: { host: 'localhost', ...headers },
      headersDistinct: { host: ['localhost'] },
      socket: { encrypted: true, remoteAddress: '127.0.0.1' },
    };
    // As much of a request as the gate looks at.
    return passGate(request as unknown as IncomingMessage, { ...RULE, isProxy: () => isProxy });
  };
  t.like(judge({ 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/backup' }), {
    isSecure: true,
    prefix: '/backup',
  });
  t.like(judge({ 'x-forwarded-proto': 'http' }), { isSecure: false });
  t.like(judge({}), { isSecure: true, prefix: '' });
  t.like(judge({ 'x-forwarded-prefix-alt': '/other' }), { prefix: '/other' });
  t.like(judge({ 'x-forwarded-prefix': '/backup', 'x-forwarded-prefix-alt': '/other' }), { prefix: '/backup' });
  t.like(judge({ 'x-forwarded-proto': 'http', 'x-forwarded-prefix': '/backup' }, false), {
    isSecure: true,
    prefix: '',
  });
});
