import { boolean, object, optional, pipe, regex, string } from 'valibot';
import type { Auth, Refused, SignedIn, Signing } from '../auth/auth.ts';
import { TooManyGuesses } from '../auth/throttle.ts';
import { OPERATIONS } from '../auth/tokens.ts';
import { type Call, Refusal, type Reply, type Route, routeWithBody } from '../http/route.ts';
import { CHALLENGE, proveServer } from '../local/endpoint.ts';
import type { Log } from '../log/log.ts';

export interface AuthRoutesNeeds {
  auth: Auth;
  log: Log;
  /** Gives the administrator a new sign-in link, by a way that only administrators see; false when there was one a moment ago. */
  announceLink(): boolean;
  /** True once: the server was started with --webservice-enable-forever-token. */
  takeForeverToken(): boolean;
  /** What the server proves itself with to programs of this machine; undefined while there is none. */
  endpointKey(): string | undefined;
}

const REFRESH_PATH = '/api/v1/auth/refresh';
/** Seconds: browsers keep a cookie for at most 400 days. */
const BROWSER_LIFETIME = 365 * 86_400;

/** Signing in and out, as Duplicati's clients do it; what is ours: claiming, changing the password and the list of sessions. */
export function authRoutes({ auth, log, announceLink, takeForeverToken, endpointKey }: AuthRoutesNeeds): Route[] {
  const post = { method: 'POST', access: 'everybody' } as const;
  const limited = makeLimiter(log);
  return [
    routeWithBody({
      ...post,
      path: '/api/v1/auth/login',
      body: object({ Password: optional(string(), ''), RememberMe: optional(boolean(), false) }),
      answer: (call) =>
        limited(async () =>
          reply(call, await auth.signIn(call.body.Password, signing(call, call.body.RememberMe)), 'Failed to log in'),
        ),
    }),
    routeWithBody({
      ...post,
      path: '/api/v1/auth/signin',
      body: object({ SigninToken: optional(string(), ''), RememberMe: optional(boolean(), false) }),
      answer: async (call) =>
        reply(
          call,
          await auth.signInByLink(call.body.SigninToken, signing(call, call.body.RememberMe)),
          'Failed to sign in',
        ),
    }),
    {
      method: 'GET',
      access: 'everybody',
      path: '/api/v1/auth/claim',
      answer: () => ({ json: { Claimed: auth.passwords.isSet() } }),
    },
    routeWithBody({
      ...post,
      path: '/api/v1/auth/claim',
      body: object({ SigninToken: string(), Password: string(), RememberMe: optional(boolean(), false) }),
      async answer(call) {
        const { SigninToken, Password, RememberMe } = call.body;
        return reply(
          call,
          await auth.claim(SigninToken, Password, signing(call, RememberMe)),
          'This sign-in link has ended.',
        );
      },
    }),
    {
      ...post,
      path: '/api/v1/auth/claim/link',
      answer() {
        if (auth.passwords.isSet()) throw new Refusal(409, CLAIMED);
        if (!auth.hasLinks) throw new Refusal(403, NO_LINKS);
        if (!announceLink())
          throw new Refusal(429, 'There is a new link already; wait a little before the next.', {
            'Retry-After': '30',
          });
        return { status: 204 };
      },
    },
    routeWithBody({
      ...post,
      path: REFRESH_PATH,
      body: object({ Nonce: optional(string(), '') }),
      async answer(call) {
        const token = call.cookie(cookieName(call));
        if (token === undefined) throw new Refusal(401, 'Authorization failed due to missing cookie.');
        return reply(
          call,
          (await auth.refresh(token, call.body.Nonce, call.cookie(browserCookieName(call)))) ?? { refused: 'link' },
          'Failed to refresh token',
        );
      },
    }),
    routeWithBody({
      ...post,
      path: `${REFRESH_PATH}/logout`,
      body: object({ Nonce: optional(string(), '') }),
      answer(call) {
        const session = auth.sessions.find(call.cookie(cookieName(call)) ?? '', call.body.Nonce);
        if (session !== undefined) auth.sessions.end(session);
        return {
          json: { success: true },
          headers: { 'Set-Cookie': cookie(call, cookieName(call), '', REFRESH_PATH, 0) },
        };
      },
    }),
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/auth/status',
      answer: async ({ caller }) => ({
        json: {
          authorized: true,
          message: 'Authorized',
          socketToken: await auth.tokens.issueOperation(caller!.session, 'websocket'),
        },
      }),
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/auth/issuesignintoken',
      body: object({ Password: string() }),
      answer: (call) =>
        limited(async () => {
          if (!auth.hasLinks) throw new Refusal(403, NO_LINKS);
          if (!(await auth.confirm(call.body.Password, call.cookie(browserCookieName(call)))))
            throw new Refusal(401, 'Invalid password');
          return { json: { Token: auth.links.issue() } };
        }),
    }),
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/auth/issuetoken/{operation}',
      async answer({ caller, parameters }) {
        const operation = OPERATIONS.find((name) => name === parameters.operation?.toLowerCase());
        if (!operation) throw new Refusal(400, 'Invalid operation');
        return { json: { Token: await auth.tokens.issueOperation(caller!.session, operation) } };
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/auth/issue-forever-token',
      async answer(call) {
        if (!takeForeverToken()) throw new Refusal(401, 'Forever tokens are not enabled');
        const { id, expires, created } = auth.sessions.startForever(
          `forever token for ${call.userAgent || 'a program'}`,
        );
        return { json: { Token: await auth.tokens.issueAccess(id, expires - created) } };
      },
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/auth/password',
      body: object({
        Password: optional(string()),
        NewPassword: string(),
        RememberMe: optional(boolean(), false),
        // For scripts, which have their passwords already: a weak one is taken, with a warning.
        AllowWeak: optional(boolean(), false),
      }),
      answer: (call) =>
        limited(async () => {
          const { Password, NewPassword, RememberMe, AllowWeak } = call.body;
          if (call.caller?.isLocal) {
            const refused = await auth.setPassword(NewPassword, AllowWeak);
            return refused ? reply(call, refused, '') : { status: 204 };
          }
          if (Password === undefined) throw new Refusal(400, 'The present password is missing.');
          return reply(
            call,
            await auth.changePassword(Password, NewPassword, signing(call, RememberMe), AllowWeak),
            'Invalid password',
          );
        }),
    }),
    routeWithBody({
      ...post,
      path: '/api/v1/auth/prove',
      body: object({ Challenge: pipe(string(), regex(CHALLENGE)) }),
      answer(call) {
        const key = endpointKey();
        if (key === undefined) throw new Refusal(404, 'This server cannot prove itself.');
        return { json: { Proof: proveServer(key, call.localAddress, call.port, call.body.Challenge) } };
      },
    }),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/auth/sessions',
      answer: ({ caller }) => ({
        json: auth.sessions.list().map(({ id, name, kind, created, used, expires }) => ({
          ID: id,
          Name: name,
          Kind: kind,
          Created: isoTime(created),
          LastUsed: isoTime(used),
          Expires: isoTime(expires),
          IsCurrent: id === caller!.session,
        })),
      }),
    },
    {
      method: 'DELETE',
      access: 'session',
      path: '/api/v1/auth/session/{id}',
      answer({ parameters }) {
        if (!auth.sessions.end(parameters.id ?? '')) throw new Refusal(404, 'Session not found');
        return { status: 204 };
      },
    },
  ];
}

const CLAIMED = 'This server has a password already: sign in with it.';
const NO_LINKS = 'This server lets nobody in by a sign-in link (--webservice-disable-signin-tokens).';
const UNCLAIMED =
  'This server has no password yet. Open its sign-in link, which is in the log of the system, and choose one.';

/** The answer to a sign-in: tokens and cookies, or why not. */
function reply(call: Call, outcome: SignedIn | Refused, failed: string): Reply {
  if ('refused' in outcome) {
    if (outcome.refused === 'unclaimed') throw new Refusal(403, UNCLAIMED);
    if (outcome.refused === 'claimed') throw new Refusal(409, CLAIMED);
    if (outcome.refused === 'weak') throw new Refusal(400, `This password is too weak. ${outcome.why}`);
    throw new Refusal(401, failed);
  }
  const { accessToken, refresh, browser } = outcome;
  return {
    json: { AccessToken: accessToken, RefreshNonce: refresh.nonce },
    headers: {
      'Set-Cookie': [
        cookie(call, cookieName(call), refresh.token, REFRESH_PATH, refresh.lifetime),
        cookie(call, browserCookieName(call), browser, '/api/v1/auth', BROWSER_LIFETIME),
      ],
    },
  };
}

/** Cookies do not know ports: two servers on one machine would take each other's. */
function cookieName({ port }: Call): string {
  return `RefreshToken_${port}`;
}
function browserCookieName({ port }: Call): string {
  return `Browser_${port}`;
}

function cookie({ isSecure, prefix }: Call, name: string, value: string, path: string, seconds: number): string {
  const end = `Max-Age=${Math.floor(seconds)}; Path=${prefix}${path}; HttpOnly; SameSite=Strict`;
  return `${name}=${value}; ${end}${isSecure ? '; Secure' : ''}`;
}

function signing(call: Call, isRemembered: boolean): Signing {
  return { name: call.userAgent || 'a program', isRemembered, browser: call.cookie(browserCookieName(call)) };
}

/** Milliseconds between two lines of the log about wrong passwords. */
const LOGGED_EVERY = 10_000;

/** Turns too many attempts into an answer, and tells the log of wrong ones: never what was tried, and not of every one. */
function makeLimiter(log: Log): (work: () => Promise<Reply>) => Promise<Reply> {
  let failures = 0;
  let logged = Number.NEGATIVE_INFINITY;
  const tell = () => {
    failures += 1;
    if (performance.now() - logged < LOGGED_EVERY) return;
    log.warning(`wrong password at sign-in${failures > 1 ? `, ${failures} times since the last such message` : ''}`);
    logged = performance.now();
    failures = 0;
  };
  return async (work) => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.status === 401) tell();
      if (!(thrown instanceof TooManyGuesses)) throw thrown;
      tell();
      const headers = { 'Retry-After': String(thrown.retryAfter) };
      throw new Refusal(429, 'Too many attempts. Wait a little, then try again.', headers);
    }
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
