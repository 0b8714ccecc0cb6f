/** Claiming, signing in and what belongs to it, in a real browser against the real server. */
import test from 'ava';
import { startServer } from '../run-program.ts';
import { type Size, stopBrowser, visit } from './browser.ts';

test.after.always(stopBrowser);

const FIRST = 'seven green bottles';
const SECOND = 'eight brown bottles';

for (const [size, scheme] of [
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const satisfies readonly (readonly [Size, 'light' | 'dark'])[]) {
  test(`a server is claimed, used, left and entered again (${size}, ${scheme})`, async (t) => {
    const server = await startServer(t);
    const origin = `http://127.0.0.1:${server.port}`;
    const [link] = await server.says(/http:\S+signin\.html\?token=\S+/);
    const { page, look } = await visit(t, origin, { size, scheme });

    await page.goto(`${origin}/`);
    await page.getByRole('heading', { name: 'This server is waiting for its owner' }).waitFor();
    await look('waiting');

    await page.goto(link);
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    t.is(page.url(), `${origin}/`, 'the token has left the address bar');
    await look('claim');
    const chosen = page.getByLabel('New password', { exact: true });
    await chosen.fill('password1234');
    await page.getByText('It is a word that many people choose').waitFor();
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.getByText('The two passwords are not the same').waitFor();
    await look('claim-faults');
    await chosen.fill(FIRST);
    await page.getByLabel('Repeat the new password').fill(FIRST);
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await look('home');

    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByText('This browser').waitFor();
    const other = await signInElsewhere(origin, FIRST);
    await page.reload();
    await page.getByRole('button', { name: 'End the session of curl' }).waitFor();
    await look('access');
    await page.getByRole('button', { name: 'End the session of curl' }).click();
    await page.getByText('The session of curl has ended.').waitFor();
    t.is(await statusOf(origin, other), 401);

    await page.getByLabel('Current password').fill('not the password at all');
    await page.getByLabel('New password', { exact: true }).fill(SECOND);
    await page.getByLabel('Repeat the new password').fill(SECOND);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not the password.').waitFor();
    await page.getByLabel('Current password').fill(FIRST);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The password is changed').waitFor();
    await look('access-changed');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    t.deepEqual(await page.evaluate(() => ({ ...localStorage, ...sessionStorage })), {}, 'nothing is left behind');
    await look('sign-in');
    await page.getByLabel('Password', { exact: true }).fill(FIRST);
    await page.keyboard.press('Enter');
    await page.getByText('This is not the password.').waitFor();
    await look('sign-in-wrong');
    await page.getByLabel('Password', { exact: true }).fill(SECOND);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });
}

test('with the keyboard alone a server is entered, and a remembered session outlives the tab', async (t) => {
  const server = await startServer(t, ['--webservice-password=' + FIRST]);
  const origin = `http://127.0.0.1:${server.port}`;
  const { page } = await visit(t, origin);
  await page.goto(`${origin}/`);
  await page.getByLabel('Password', { exact: true }).waitFor();
  await page.keyboard.type(FIRST);
  await page.keyboard.press('Tab'); // show
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  t.is(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  t.is(await page.evaluate(() => document.activeElement?.id), 'content');

  const another = await page.context().newPage();
  await another.goto(`${origin}/#/access`);
  await another.getByRole('heading', { name: 'Access' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await another.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('too many attempts are told with the time to wait, and a used link is refused', async (t) => {
  const server = await startServer(t, ['--webservice-password=' + FIRST]);
  const origin = `http://127.0.0.1:${server.port}`;
  for (let i = 0; i < 12; i++) await signInElsewhere(origin, 'wrong').catch(() => {});
  const { page, look } = await visit(t, origin);
  await page.goto(`${origin}/signin.html?token=nonsense`);
  await page.getByText('This sign-in link has ended or was used already.').waitFor();
  t.is(page.url(), `${origin}/`);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText(/Too many attempts. The next one is possible in \d+ seconds/).waitFor();
  await look('sign-in-throttled');
});

/** @returns an access token. */
async function signInElsewhere(origin: string, password: string): Promise<string> {
  const answer = await fetch(`${origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'curl/8.0' },
    body: JSON.stringify({ Password: password }),
  });
  const { AccessToken } = (await answer.json()) as { AccessToken?: string }; // of a sign-in
  if (AccessToken === undefined) throw new Error(`no token: ${answer.status}`);
  return AccessToken;
}

async function statusOf(origin: string, token: string): Promise<number> {
  const answer = await fetch(`${origin}/api/v1/auth/sessions`, { headers: { Authorization: `Bearer ${token}` } });
  return answer.status;
}
