import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { LIFETIME, openSessions } from '../../../runtime/auth/sessions.ts';
import { makeSettings } from './open-auth.ts';

async function makeSessions(t: ExecutionContext) {
  const { settings } = await makeSettings(t);
  const clock = { seconds: 1_800_000_000 };
  const key = randomBytes(32);
  const open = () => openSessions(settings, key, () => clock.seconds);
  return { sessions: open(), open, clock, settings };
}

test('a pair is traded for the next, and a restart changes nothing', async (t) => {
  const { sessions, open, clock } = await makeSessions(t);
  let pair = sessions.start('a browser', LIFETIME.short);
  for (let n = 0; n < 3; n++) {
    clock.seconds += 3600;
    const next = open().refresh(pair.token, pair.nonce);
    t.is(next?.session, pair.session);
    t.not(next?.token, pair.token);
    pair = next!;
  }
  clock.seconds += LIFETIME.short + 1;
  t.is(open().refresh(pair.token, pair.nonce), undefined);
  t.deepEqual(open().list(), []);
});

test('a token that is used again later ends its session, for the thief and for the owner', async (t) => {
  const { sessions, clock } = await makeSessions(t);
  const first = sessions.start('a browser', LIFETIME.short);
  const second = sessions.refresh(first.token, first.nonce)!;
  clock.seconds += 31;
  t.true(sessions.isAlive(first.session));
  t.is(sessions.refresh(first.token, first.nonce), undefined);
  t.false(sessions.isAlive(first.session));
  t.is(sessions.refresh(second.token, second.nonce), undefined);
});

test('two pages of a browser may refresh at the same moment', async (t) => {
  const { sessions, clock } = await makeSessions(t);
  const first = sessions.start('a browser', LIFETIME.short);
  const one = sessions.refresh(first.token, first.nonce)!;
  clock.seconds += 5;
  const two = sessions.refresh(first.token, first.nonce)!;
  t.deepEqual(two, one);
  t.truthy(sessions.refresh(one.token, one.nonce));
});

test('what was never ours ends nobody’s session', async (t) => {
  const { sessions } = await makeSessions(t);
  const { session, token, nonce } = sessions.start('a browser', LIFETIME.short);
  const other = sessions.start('another', LIFETIME.short);
  const forged = [
    ['', ''],
    [token, ''],
    [token, other.nonce],
    [other.token, nonce],
    [token.replace('.0.', '.1.'), nonce],
    [`${session}.0.${'A'.repeat(43)}`, nonce],
    [`${token}x`, nonce],
    ['a'.repeat(100_000), nonce],
  ] as const;
  for (const [one, two] of forged) t.is(sessions.refresh(one, two), undefined);
  t.true(sessions.isAlive(session) && sessions.isAlive(other.session));
  t.truthy(sessions.refresh(token, nonce));
});

test('sessions are listed, ended one by one or all together', async (t) => {
  const { sessions, settings } = await makeSessions(t);
  const one = sessions.start('one', LIFETIME.short);
  sessions.startForever('two');
  t.deepEqual(
    sessions
      .list()
      .map(({ name, kind }) => `${name} ${kind}`)
      .sort(),
    ['one browser', 'two forever'],
  );
  t.true(sessions.end(one.session));
  t.false(sessions.end(one.session));
  sessions.endAll();
  t.deepEqual(sessions.list(), []);
  t.is(settings.database.prepare('SELECT count(*) AS n FROM session').get()?.n, 0);
});
