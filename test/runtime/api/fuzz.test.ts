import test from 'ava';
import type { Engine } from '../../../runtime/jobs/job.ts';
import { makeForm, openServer } from './open-server.ts';
import { memberOf, send } from './replay.ts';

interface Operation {
  parameters: { name: string }[];
  requestBody?: { content: { 'application/json': { schema: unknown } } };
  security: object[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** Numbers that follow from a seed (mulberry32), so that a failure can be had again. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEXTS = [
  '',
  '0',
  '1',
  '-1',
  '9'.repeat(30),
  'true',
  'null',
  '..',
  '../../etc/passwd',
  '/',
  '/proc/self/mem',
  'C:\\',
  '%00',
  '\0',
  '\u202e',
  '💾',
  '\ud800',
  '{}',
  "' OR 1=1--",
  '__proto__',
  'constructor',
  'toString',
  '2030-01-01T13:00:00Z',
  '9999999-01-01',
  'garbage',
  '1D',
  'file:///tmp/x',
  's3://b?auth-password=***************',
  'ssh://***************@h',
  '***************',
  'mon',
  '--x',
  'passphrase',
  'a'.repeat(600),
  '%25'.repeat(50),
  'run-script-before',
  '10m',
  '1e309',
  'Infinity',
  'NaN',
  '\n',
  '<script>',
];
const ODD: unknown[] = [null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { a: {} }, ...TEXTS];

function makeGenerator(seed: number) {
  const random = makeRandom(seed);
  const pick = <One>(list: readonly One[]): One => list[Math.floor(random() * list.length)]!;
  /** A value that mostly fits a JSON schema. */
  const shape = (schema: unknown, depth = 0): unknown => {
    if (random() < 0.12 || depth > 6 || typeof schema !== 'object' || schema === null) return pick(ODD);
    const { type, properties, items, anyOf, additionalProperties } = schema as Record<string, unknown>; // what a schema is made of
    if (Array.isArray(anyOf)) return shape(pick(anyOf), depth);
    if (type === 'object') {
      const made: [string, unknown][] = Object.entries(properties ?? {}).flatMap(([name, inner]) => {
        const spelled = random() < 0.1 ? name.toUpperCase() : name;
        return random() < 0.15 ? [] : [[spelled, shape(inner, depth + 1)]];
      });
      if (additionalProperties || random() < 0.1) made.push([pick(TEXTS), shape(additionalProperties, depth + 1)]);
      return Object.fromEntries(made);
    }
    if (type === 'array') return Array.from({ length: Math.floor(random() * 4) }, () => shape(items, depth + 1));
    if (type === 'boolean') return random() < 0.5;
    if (type === 'number' || type === 'integer') return pick([0, 1, -1, 2 ** 53, 1e300]);
    return pick(TEXTS);
  };
  const spoil = (text: string) => {
    const at = Math.floor(random() * text.length);
    return pick([
      text.slice(0, at),
      `${text.slice(0, at)}\0${text.slice(at)}`,
      `${text}}`,
      '['.repeat(9000),
      `\ufeff${text}`,
      '"',
    ]);
  };
  return { random, pick, shape, spoil };
}

const QUERY = [
  'duration',
  'id',
  'level',
  'pagesize',
  'offset',
  'token',
  'passphrase',
  'export-passwords',
  'delete-local-db',
  'temporary',
  'skip-queue',
  'onlyfolders',
  'showhidden',
];
/** Answers at once: what is fuzzed is the server. First rows are those that the API reads. */
const standInEngine: Engine = ({ operation }) => ({
  async run(control) {
    control.receive?.(operation === 'ListFilesets' ? [] : [{ total: 0, versions: [], kind: 'ok' }]);
    return undefined;
  },
});

/** What a fuzzer must not do to itself. */
const SPARED = /auth\/(issue-forever|refresh|password|session\/|login|claim|issuesignintoken|signin)/;

test('calls shaped from the document, half of them by a session, are refused or answered, and never with 500', async (t) => {
  const seed = Number(process.env.SEED ?? 20_261_123);
  const { random, pick, shape, spoil } = makeGenerator(seed);
  const { port, token, call, lines } = await openServer(t, standInEngine);
  const id = memberOf((await call('POST', 'v1/backups', makeForm('first'))).body, 'ID');
  const { paths } = (await call('GET', 'v1/openapi.json')).body as Document; // as described
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const statuses = new Map<number, number>();
  const calls = Number(process.env.CALLS ?? 2500);
  for (let count = 0; count < calls; count++) {
    const { path, method, operation } = pick(operations);
    const isIn = random() < 0.5 && !SPARED.test(path);
    let target = path.replace(/\{[a-z-]+\}/g, () =>
      random() < 0.4 ? id : encodeURIComponent(pick(TEXTS).toWellFormed()) || 'x',
    );
    if (random() < 0.05) target = target.replace('/api', pick(['/API', '/api/', '/api//', '/./api', '/api/%2e%2e']));
    const query = QUERY.filter(() => random() < 0.1).map(
      (name) => `${name}=${encodeURIComponent(pick(TEXTS).toWellFormed())}`,
    );
    if (query.length > 0) target += `?${query.join('&')}`;
    let body: string | undefined;
    if (method !== 'GET' && (operation.requestBody || random() < 0.2)) {
      body = JSON.stringify(shape(operation.requestBody?.content['application/json'].schema)) ?? '';
      if (random() < 0.1) body = spoil(body);
    }
    const headers = isIn
      ? { Authorization: `Bearer ${token}` }
      : random() < 0.3
        ? { Authorization: pick(['Bearer x', 'Basic eDp5', 'Bearer']) }
        : {};
    const used = random() < 0.03 ? pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) : method;
    const what = `SEED=${seed}, call ${count}: ${used} ${target.slice(0, 300)} ${body?.slice(0, 300)}`;
    const answer = await send(port, { method: used, path: target, body: used === 'GET' ? undefined : body, headers });
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status === 500)
      t.fail(`${what}\n${answer.text}\n${lines.filter((line) => line.includes('Error')).join('')}`);
    t.true(answer.status < 500 || [502, 503].includes(answer.status), what);
    if (!isIn && operation.security.length > 0)
      t.true([400, 401, 404, 405, 413, 414, 415].includes(answer.status), `${what}: ${answer.status}`);
    if (answer.status >= 400 && answer.text !== '') {
      t.like(answer.body, { Code: answer.status }, what);
      t.notRegex(answer.text, /node:|\.ts:|at \w+ \(/, what);
    }
  }
  t.log(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${status}: ${times}`)
      .join(', '),
  );
  t.is((await call('GET', 'v1/serverstate')).status, 200, 'the server is alive');
  t.deepEqual(
    lines.filter((line) => / Error /.test(line)),
    [],
  );
});

test('the document has every route, and each of its operations is answered', async (t) => {
  const { call } = await openServer(t);
  const { paths } = (await call('GET', 'v1/openapi.json')).body as Document; // as described
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map((operation) => (operation as Operation & { operationId: string }).operationId),
  );
  t.is(new Set(ids).size, ids.length);
  t.true(ids.length > 90);
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { requestBody, security }] of Object.entries(methods)) {
      if (SPARED.test(path) || method === 'delete') continue;
      const target = path.replace('/api/', '').replace(/\{[a-z-]+\}/g, 'nothing');
      if (path === '/health') continue;
      const answer = await call(method.toUpperCase(), target, requestBody ? [] : undefined);
      t.not(answer.status, 405, `${method} ${path}`);
      if (answer.status === 404) t.not(answer.text, '', `${method} ${path}: no route`);
      if (requestBody && !path.includes('commandline'))
        t.is(answer.status, 400, `${method} ${path}: a list is no body`);
      if (security.length > 0) t.not(answer.status, 401, `${method} ${path}`);
    }
  }
});
