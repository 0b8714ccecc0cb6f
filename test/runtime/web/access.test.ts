/** Claiming, signing in and what belongs to it, in a real browser against the real server. */
import http from 'node:http';
import test, { type ExecutionContext } from 'ava';
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
    const [link] = await server.says(/http:\S+signin\.html\?token=[\w-]{43}/);
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

test('a server that is away for a moment is asked again', async (t) => {
  const server = await startServer(t, [`--webservice-password=${FIRST}`]);
  const origin = `http://127.0.0.1:${server.port}`;
  const { page } = await visit(t, origin);
  let isAway = true;
  await page.route('**/api/**', (route) => (isAway ? route.abort() : route.continue()));
  await page.goto(`${origin}/`);
  await page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
  isAway = false;
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  t.pass();
});

test('behind a reverse proxy that shows it below a path, a remembered session lasts', async (t) => {
  const server = await startServer(t, [`--webservice-password=${FIRST}`, '--webservice-trusted-proxies=127.0.0.1']);
  const proxy = await startProxy(t, '/backup', server.port);
  const origin = `http://127.0.0.1:${proxy}`;
  const { page, look } = await visit(t, origin);
  await page.goto(`${origin}/backup/`);
  await page.getByLabel('Password', { exact: true }).fill(FIRST);
  await page.getByLabel('Stay signed in').check();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  t.deepEqual((await page.context().cookies()).map((one) => one.path).sort(), [
    '/backup/api/v1/auth',
    '/backup/api/v1/auth/refresh',
  ]);
  await look('proxied');
});

/** A reverse proxy that shows a server below a path and nothing else. @returns its port. */
async function startProxy(t: ExecutionContext, prefix: string, port: number): Promise<number> {
  const proxy = http.createServer((request, response) => {
    if (!request.url?.startsWith(`${prefix}/`)) return response.writeHead(404).end();
    const headers = {
      ...request.headers,
      'x-forwarded-prefix': prefix,
      'x-forwarded-host': request.headers.host,
      'x-forwarded-proto': 'http',
    };
    const { method, url } = request;
    const passed = http.request(
      { port, method, path: url.slice(prefix.length), headers, host: '127.0.0.1' },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    return request.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as { port: number }).port; // a TCP server's address
}

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
