import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { openConnection } from '../../../runtime/client/exchange.ts';
import { doorPath } from '../../../runtime/local/local-door.ts';
import { memberOf } from '../api/replay.ts';
import { besiege, PASSWORD, signIn } from './siege.ts';

const LOGIN = '/api/v1/auth/login';

test('of a flood of guesses ten are checked; the owner gets in meanwhile, and the server stays quick', async (t) => {
  const server = await besiege(t);
  const owner = await signIn(server);
  const link = await server.call('POST', '/api/v1/auth/issuesignintoken', { Password: PASSWORD }, owner.token);
  const tried = 'canary-of-a-guess';
  const statuses: number[] = [];
  let isOn = true;
  const began = performance.now();
  const flood = Array.from({ length: 50 }, async (_, of) => {
    while (isOn) {
      const { status, headers, text } = await server.call('POST', LOGIN, { Password: `${tried}-${of}` });
      statuses.push(status);
      if (status === 429) t.regex(String(headers['retry-after']), /^[1-9]\d*$/);
      t.false(text.includes(tried));
      await wait(50);
    }
  });
  await wait(3000);
  const slow: number[] = [];
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    t.is((await server.call('GET', '/api/v1/serverstate', undefined, owner.token)).status, 200);
    slow.push(performance.now() - before);
  }
  const right = await server.call('POST', LOGIN, { Password: PASSWORD });
  t.is(right.status, 429, 'the shared bucket is empty for strangers, whatever they try');
  const known = await server.call('POST', LOGIN, { Password: PASSWORD }, undefined, { Cookie: owner.cookies });
  t.is(known.status, 200, 'a browser that has signed in before');
  const token = memberOf(link.body, 'Token');
  t.is((await server.call('POST', '/api/v1/auth/signin', { SigninToken: token })).status, 200, 'the sign-in link');
  const door = await openConnection(doorPath(server.folder));
  const local = await door.send({ method: 'GET', target: '/api/v1/serverstate' });
  door.close();
  t.is(local.status, 200, 'the local socket');
  isOn = false;
  await Promise.all(flood);
  const checked = statuses.filter((status) => status === 401).length;
  const minutes = Math.ceil((performance.now() - began) / 60_000);
  t.true(checked >= 5 && checked <= 10 * minutes, `${checked} checked`);
  t.true(statuses.filter((status) => status === 429).length > 100);
  t.deepEqual([...new Set(statuses)].sort(), [401, 429]);
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.includes('wrong password'));
  t.true(lines.length >= 1 && lines.length <= 3, lines.join('\n'));
  t.false(server.log().includes(tried));
  t.log(
    `${statuses.length} guesses, ${checked} checked; other calls: median ${slow.sort((a, b) => a - b)[10]?.toFixed()} ms`,
  );
});
