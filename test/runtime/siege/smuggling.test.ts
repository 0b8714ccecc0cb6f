import test from 'ava';
import { sendRaw, statusOf } from '../http/raw-request.ts';
import { besiege, signIn } from './siege.ts';

const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';
const crlf = (...lines: string[]) => lines.join('\r\n');
/** A request that must never be answered: it would mean that bytes of a body were read as one. */
const HIDDEN = crlf('GET /health HTTP/1.1', HOST, '', '');
const post = (headers: string[], body: string) =>
  crlf('POST /api/v1/auth/login HTTP/1.1', HOST, JSON_TYPE, ...headers, '', body);

/** Ways to make two readers of one request disagree about where it ends. */
const FORMS: Readonly<Record<string, string>> = {
  'length and coding': post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`),
  'coding and length': post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${HIDDEN}`),
  'two lengths': post(['Content-Length: 0', `Content-Length: ${HIDDEN.length}`], HIDDEN),
  'two equal lengths': post(['Content-Length: 2', 'Content-Length: 2'], `{}${HIDDEN}`),
  'a list of lengths': post(['Content-Length: 2, 2'], `{}${HIDDEN}`),
  'a signed length': post(['Content-Length: +2'], `{}${HIDDEN}`),
  'a negative length': post(['Content-Length: -2'], `{}${HIDDEN}`),
  'a length in hexadecimal': post(['Content-Length: 0x2'], `{}${HIDDEN}`),
  'a length with a space inside': post(['Content-Length: 2 0'], `{}${HIDDEN}`),
  'a length without end': post([`Content-Length: ${'9'.repeat(40)}`], `{}${HIDDEN}`),
  'a space before the colon': post(['Content-Length : 2'], `{}${HIDDEN}`),
  'a coding with a space before the colon': post(['Transfer-Encoding : chunked'], `0\r\n\r\n${HIDDEN}`),
  'a folded coding': post(['Transfer-Encoding:\r\n chunked'], `0\r\n\r\n${HIDDEN}`),
  'a coding that is none': post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${HIDDEN}`),
  'chunked and identity': post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${HIDDEN}`),
  'chunked twice': post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`),
  'gzip and chunked': post(['Transfer-Encoding: gzip, chunked'], `0\r\n\r\n${HIDDEN}`),
  'a coding after a vertical tab': post(['Transfer-Encoding:\x0bchunked'], `0\r\n\r\n${HIDDEN}`),
  'a chunk size that is none': post(['Transfer-Encoding: chunked'], `zz\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk size with a sign': post(['Transfer-Encoding: chunked'], `+2\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk size with 0x': post(['Transfer-Encoding: chunked'], `0x2\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk size beyond 2^64': post(['Transfer-Encoding: chunked'], `10000000000000002\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk that is longer than it says': post(['Transfer-Encoding: chunked'], `1\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
  'chunks that end with a bare line feed': post(['Transfer-Encoding: chunked'], `2\n{}\n0\n\n${HIDDEN}`),
  'a bare carriage return in the head': crlf(`GET /health HTTP/1.1\rX: y`, HOST, '', '') + HIDDEN,
  'a field without a name': crlf('POST /health HTTP/1.1', HOST, ': x', '', HIDDEN),
  'a zero byte in a field': crlf('POST /health HTTP/1.1', HOST, 'X: a\0b', '', HIDDEN),
  'a field name with a space': crlf('POST /health HTTP/1.1', HOST, 'X Y: z', '', HIDDEN),
};

test('a request whose end can be read in two ways is refused, and nothing after it is answered', async (t) => {
  const server = await besiege(t);
  const said = await Promise.all(
    Object.entries(FORMS).map(
      async ([name, bytes]) => [name, await sendRaw(server.port, bytes, '127.0.0.1', 8000)] as const,
    ),
  );
  for (const [name, answer] of said) {
    t.true(answer === '' || (statusOf(answer) >= 400 && statusOf(answer) < 500), `${name}: ${answer}`);
    t.false(answer.includes('healthy'), `${name}: ${answer}`);
    t.is(answer.match(/HTTP\/1\.1 /g)?.length ?? 0, answer === '' ? 0 : 1, `${name}: ${answer}`);
  }
  t.is((await server.call('GET', '/health')).status, 200);
});

test('pipelined requests are answered in their order, each by the gate', async (t) => {
  const server = await besiege(t);
  const evil = crlf('GET /health HTTP/1.1', 'Host: evil.test', '', '');
  const last = crlf('GET /health HTTP/1.1', HOST, 'Connection: close', '', '');
  const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  t.deepEqual(statuses(await sendRaw(server.port, HIDDEN + HIDDEN + last)), [200, 200, 200]);
  const mixed = statuses(await sendRaw(server.port, HIDDEN + evil + last));
  t.deepEqual(mixed.slice(0, 2), [200, 403]);
  t.true(mixed.length === 2, 'nothing is read after a refusal');
});

test('large, deep and odd bodies and heads are refused with the right status', async (t) => {
  const server = await besiege(t);
  const { token } = await signIn(server);
  const bodies: [string, number][] = [
    [`{"Password":"${'x'.repeat(70_000)}"}`, 413],
    ['['.repeat(30_000), 400],
    [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400],
    ['{"Password":"\ud800"', 400],
    ['{"Password":1e400}', 400],
    ['{"Password":["x"]}', 400],
    ['null', 400],
    ['"text"', 400],
    ['{"__proto__":{"Password":"x"},"constructor":1}', 401],
    ['{"Password":"a","password":"b","PASSWORD":"c"}', 401],
  ];
  for (const [body, status] of bodies) {
    const answer = await server.call('POST', '/api/v1/auth/login', body);
    t.is(answer.status, status, body.slice(0, 60));
  }
  const huge = await sendRaw(
    server.port,
    `${crlf('PATCH /api/v1/serversettings HTTP/1.1', HOST, JSON_TYPE, `Authorization: Bearer ${token}`, 'Transfer-Encoding: chunked', '', '')}${`ffff\r\n${'a'.repeat(0xffff)}\r\n`.repeat(40)}`,
  );
  t.is(statusOf(huge), 413);
  const heads: [string, number][] = [
    [crlf(`GET /${'a'.repeat(9000)} HTTP/1.1`, HOST, 'Connection: close', '', ''), 414],
    [crlf('GET /health HTTP/1.1', HOST, `X: ${'a'.repeat(20_000)}`, '', ''), 431],
    [crlf('GET /health HTTP/1.1', HOST, ...Array.from({ length: 3000 }, (_, at) => `X${at}: 1`), '', ''), 431],
    [`GET /${'a'.repeat(2_000_000)}`, 431],
  ];
  for (const [head, status] of heads) t.is(statusOf(await sendRaw(server.port, head)), status, head.slice(0, 60));
  t.is((await server.call('GET', '/health')).status, 200);
});
