import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openServer } from './open-server.ts';
import { send } from './replay.ts';

const FORGED: readonly Record<string, string>[] = [
  { Host: 'evil.test' },
  { Host: '127.0.0.1.nip.io' },
  { Origin: 'https://evil.test' },
  { Origin: 'null' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
];

test('every route is closed to other hosts, to pages of other addresses, and but for a few to callers without a token', async (t) => {
  const { port, token, call, folder } = await openServer(t);
  const { body } = await call('GET', 'v1/openapi.json');
  const { paths } = body as { paths: Record<string, Record<string, { security: object[] }>> }; // an OpenAPI document
  const database = () => readFileSync(path.join(folder, 'server-settings.sqlite-wal'));
  const before = database();
  const open: string[] = [];
  for (const [pattern, methods] of Object.entries(paths)) {
    for (const [name, { security }] of Object.entries(methods)) {
      const target = pattern.replace(/\{[a-z]+\}/g, '1');
      const method = name.toUpperCase();
      const text = method === 'GET' ? undefined : '{}';
      for (const forged of FORGED) {
        if (pattern === '/health' && !('Host' in forged)) continue; // harmless to read, and says nothing
        const headers = { Authorization: `Bearer ${token}`, ...forged };
        const { status } = await send(port, { method, path: target, body: text, headers });
        t.is(status, 403, `${method} ${pattern} ${JSON.stringify(forged)}`);
      }
      if (security.length === 0) {
        open.push(`${method} ${pattern}`);
        continue;
      }
      const without = await send(port, { method, path: `${target}?token=x`, body: text });
      t.is(without.status, 401, `${method} ${pattern}`);
      t.is(without.text, '', `${method} ${pattern}`);
    }
  }
  t.deepEqual(open.sort(), [
    'GET /api/v1/auth/claim',
    'GET /health',
    'POST /api/v1/auth/claim',
    'POST /api/v1/auth/claim/link',
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/prove',
    'POST /api/v1/auth/refresh',
    'POST /api/v1/auth/refresh/logout',
    'POST /api/v1/auth/signin',
  ]);
  t.true(before.equals(database()), 'nothing was written');
});
