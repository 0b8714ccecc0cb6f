import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import test from 'ava';
import { type Auth, openAuth, type Refused, type SignedIn } from '../../../runtime/auth/auth.ts';
import { hashPassword } from '../../../runtime/auth/password-hash.ts';
import { GOOD, HOW, makeAuth } from './open-auth.ts';

function signedIn(outcome: SignedIn | Refused | undefined): SignedIn {
  if (!outcome || 'refused' in outcome) throw new Error(`not signed in: ${JSON.stringify(outcome)}`);
  return outcome;
}

async function findCaller(auth: Auth, authorization: string): Promise<string | undefined> {
  const request = new IncomingMessage(new Socket());
  request.headers.authorization = authorization;
  return (await auth.findCaller(request))?.session;
}

test('an unclaimed server lets nobody in but the holder of a link, who chooses the password, once', async (t) => {
  const { auth } = await makeAuth(t);
  t.deepEqual(await auth.signIn('', HOW), { refused: 'unclaimed' });
  t.deepEqual(await auth.signIn(GOOD, HOW), { refused: 'unclaimed' });
  t.deepEqual(await auth.claim('guess', GOOD, HOW), { refused: 'link' });
  const [link, other] = [auth.links.issue(), auth.links.issue()];
  t.deepEqual(await auth.signInByLink(link, HOW), { refused: 'unclaimed' });
  t.like(await auth.claim(link, 'short', HOW), { refused: 'weak' });
  const { accessToken, refresh } = signedIn(await auth.claim(link, GOOD, HOW));
  t.is(await findCaller(auth, `Bearer ${accessToken}`), refresh.session);
  t.deepEqual(await auth.claim(other, `${GOOD} 2`, HOW), { refused: 'claimed' });
  t.deepEqual(await auth.signInByLink(other, HOW), { refused: 'link' }, 'links from before do not sign in');
  signedIn(await auth.signIn(GOOD, HOW));
  t.deepEqual(await auth.signIn(`${GOOD}x`, HOW), { refused: 'password' });
});

test('two who claim at the same moment with one link: one gets the server', async (t) => {
  const { auth } = await makeAuth(t);
  const link = auth.links.issue();
  const outcomes = await Promise.all([auth.claim(link, `${GOOD} one`, HOW), auth.claim(link, `${GOOD} two`, HOW)]);
  t.is(outcomes.filter((outcome) => !('refused' in outcome)).length, 1);
});

test('a link signs in once, for five minutes', async (t) => {
  const { auth, clock } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const link = auth.links.issue();
  signedIn(await auth.signInByLink(link, HOW));
  t.deepEqual(await auth.signInByLink(link, HOW), { refused: 'link' });
  const late = auth.links.issue();
  clock.seconds += 301;
  t.deepEqual(await auth.signInByLink(late, HOW), { refused: 'link' });
});

test('whoever asks for links as often as they are given ends no other', async (t) => {
  const { auth, clock } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const link = auth.links.issue();
  for (let count = 0; count < 9; count++) {
    clock.seconds += 30;
    auth.links.issue();
  }
  t.truthy(signedIn(await auth.signInByLink(link, HOW)));
});

test('another password needs the old one, must not be weak, and ends every session', async (t) => {
  const { auth } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const before = signedIn(await auth.signIn(GOOD, HOW));
  const link = auth.links.issue();
  t.deepEqual(await auth.changePassword('wrong password', `${GOOD} 2`, HOW), { refused: 'password' });
  t.like(await auth.changePassword(GOOD, 'password1234', HOW), { refused: 'weak' });
  const after = signedIn(await auth.changePassword(GOOD, `${GOOD} 2`, HOW));
  t.is(await findCaller(auth, `Bearer ${before.accessToken}`), undefined);
  t.is(await auth.refresh(before.refresh.token, before.refresh.nonce, undefined), undefined);
  t.deepEqual(await auth.signInByLink(link, HOW), { refused: 'link' });
  t.is(await findCaller(auth, `Bearer ${after.accessToken}`), after.refresh.session);
  t.deepEqual(await auth.signIn(GOOD, HOW), { refused: 'password' });
});

test('a password that is changed while it is being checked lets nobody in', async (t) => {
  const { auth, settings } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const other = await hashPassword(`${GOOD} 2`);
  const late = auth.signIn(GOOD, HOW);
  settings.setSecret('password', other);
  t.deepEqual(await late, { refused: 'password' });
  t.deepEqual(auth.sessions.list(), []);
});

test('the stored hash is not a password', async (t) => {
  const { auth, settings } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  t.deepEqual(await auth.signIn(settings.getSecret('password')!, HOW), { refused: 'password' });
  t.deepEqual(await auth.signIn(settings.get('password')!, HOW), { refused: 'password' });
});

test('a token is worth nothing after its time, with another key, of another kind, spoiled, or without its session', async (t) => {
  const { auth, clock, settings, log } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const { accessToken, refresh } = signedIn(await auth.signIn(GOOD, HOW));
  const session = refresh.session;
  const isGood = async (token: string, scheme = 'Bearer') => (await findCaller(auth, `${scheme} ${token}`)) === session;
  t.true(await isGood(accessToken));
  t.true(await isGood(accessToken, 'bearer'));
  t.false(await isGood(accessToken, 'Basic'));
  const [head, body, mac] = accessToken.split('.') as [string, string, string];
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  const changed = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('AccessToken', 'ForeverToken'),
  ).toString('base64url');
  for (const token of [
    '',
    'x.y.z',
    `${unsigned}.${body}.`,
    `${unsigned}.${body}.${mac}`,
    `${head}.${changed}.${mac}`,
    `${accessToken}x`,
  ])
    t.false(await isGood(token), token);
  t.false(await isGood(await auth.tokens.issueOperation(session, 'export')));
  t.false(await isGood(refresh.token));
  clock.seconds += 14 * 60;
  t.true(await isGood(accessToken));
  clock.seconds += 120;
  t.false(await isGood(accessToken));
  clock.seconds -= 16 * 60 + 60; // before it was issued
  t.false(await isGood(accessToken));
  clock.seconds += 61;
  t.true(await isGood(accessToken));

  const again = openAuth(settings, log, { now: () => clock.seconds, wentBack: false });
  t.is(await findCaller(again, `Bearer ${accessToken}`), session, 'a restart ends nothing');
  again.sessions.end(session);
  t.is(await findCaller(again, `Bearer ${accessToken}`), undefined);
  const { accessToken: second } = signedIn(await again.signIn(GOOD, HOW));
  again.reset();
  t.is(
    await findCaller(openAuth(settings, log, { now: () => clock.seconds, wentBack: false }), `Bearer ${second}`),
    undefined,
  );
});

test('a clock that went back while the server was off ends every session', async (t) => {
  const { auth, settings, log, lines, clock } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const { accessToken } = signedIn(await auth.signIn(GOOD, HOW));
  const later = openAuth(settings, log, { now: () => clock.seconds, wentBack: true });
  t.is(await findCaller(later, `Bearer ${accessToken}`), undefined);
  t.regex(lines.join(''), /clock is behind/);
});

test('a token for one operation works once, for that operation, for a minute', async (t) => {
  const { auth, clock } = await makeAuth(t);
  const token = await auth.tokens.issueOperation('some session', 'export');
  t.is(await auth.tokens.takeOperation(token, 'bugreport'), undefined);
  t.is(await auth.tokens.takeOperation(token, 'export'), 'some session');
  t.is(await auth.tokens.takeOperation(token, 'export'), undefined);
  const late = await auth.tokens.issueOperation('some session', 'export');
  clock.seconds += 70;
  t.is(await auth.tokens.takeOperation(late, 'export'), undefined);
});

test('who signs in again with the proof of an earlier time has a bucket of his own; a forged proof is nobody’s', async (t) => {
  const { auth } = await makeAuth(t);
  await auth.passwords.set(GOOD);
  const { browser } = signedIn(await auth.signIn(GOOD, HOW));
  for (let n = 0; n < 9; n++) t.deepEqual(await auth.signIn(`wrong ${n}`, HOW), { refused: 'password' });
  await t.throwsAsync(auth.signIn(GOOD, HOW), { name: 'TooManyGuesses' });
  await t.throwsAsync(auth.signIn(GOOD, { ...HOW, browser: `x${browser}` }), { name: 'TooManyGuesses' });
  const again = signedIn(await auth.signIn(GOOD, { ...HOW, browser }));
  t.is(again.browser, browser);
});

test('a password from the environment is taken when it changed there, and a change made since stays', async (t) => {
  const { auth, settings, log, lines, clock } = await makeAuth(t);
  await auth.passwords.setGiven('easy1234', 'the environment');
  t.regex(lines.join(''), /is easy to guess/);
  t.false(lines.join('').includes('easy1234'));
  signedIn(await auth.signIn('easy1234', HOW));
  signedIn(await auth.changePassword('easy1234', GOOD, HOW));
  const again = openAuth(settings, log, { now: () => clock.seconds, wentBack: false });
  await again.passwords.setGiven('easy1234', 'the environment');
  signedIn(await again.signIn(GOOD, HOW));
  await again.passwords.setGiven('another one', 'the environment');
  signedIn(await again.signIn('another one', HOW));
  t.deepEqual(await again.signIn(GOOD, HOW), { refused: 'password' });
});
