import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../http/route.ts';
import type { Log } from '../log/log.ts';
import type { Settings } from '../settings/settings.ts';
import { type Clock, openClock } from './clock.ts';
import { findWeakness, LONGEST_PASSWORD } from './password-rules.ts';
import { openPasswords, type Passwords, warnOfWeakness } from './passwords.ts';
import { isSame, LIFETIME, openSessions, type RefreshPair, type Sessions } from './sessions.ts';
import { openSignInLinks, type SignInLinks } from './sign-in-links.ts';
import { openThrottle } from './throttle.ts';
import { OPERATIONS, openTokens, type Tokens } from './tokens.ts';

/** What somebody is handed who has signed in. `browser` is set where the browser shall be known again by its own bucket of attempts. */
export interface SignedIn {
  accessToken: string;
  refresh: RefreshPair;
  browser: string;
}

/** Why a sign-in or a new password was not accepted. */
export type Refused = { refused: 'unclaimed' | 'claimed' | 'password' | 'link' } | { refused: 'weak'; why: string };

/** Who is let in. One for a server, on its settings. */
export interface Auth {
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly links: SignInLinks;
  /** Signs in with the password. @param browser the proof of an earlier sign-in. @throws TooManyGuesses */
  signIn(password: string, how: Signing): Promise<SignedIn | Refused>;
  /** Signs in with a link, once. */
  signInByLink(token: string, how: Signing): Promise<SignedIn | Refused>;
  /** Sets the first password of a server that has none, with a link, which is used up then. */
  claim(token: string, password: string, how: Signing): Promise<SignedIn | Refused>;
  /** Sets another password; every session ends, and a new one begins. @param allowWeak a weak one is warned of. @throws TooManyGuesses */
  changePassword(old: string, password: string, how: Signing, allowWeak?: boolean): Promise<SignedIn | Refused>;
  /** Sets the password without the old one, for root and the server's own account; every session ends. */
  setPassword(password: string, allowWeak?: boolean): Promise<Refused | undefined>;
  /** True for the password, tried like a sign-in. @throws TooManyGuesses */
  confirm(password: string, browser: string | undefined): Promise<boolean>;
  /** @param browser the proof of the sign-in, which stays. */
  refresh(token: string, nonce: string, browser: string | undefined): Promise<SignedIn | undefined>;
  /** The session whose access token a request carries. */
  findCaller(request: IncomingMessage): Promise<Caller | undefined>;
  /** The session that an access token proves, or a token for WebSockets, which is used up then. */
  findSession(token: string): Promise<string | undefined>;
  /** The session that a token for one operation proves, once. */
  takeOperation(token: string, operation: string): Promise<Caller | undefined>;
  /** True while a session lasts. */
  isAlive(session: string): boolean;
  /** False when nobody is let in by a sign-in link. */
  readonly hasLinks: boolean;
  /** New keys: every token ends. */
  reset(): void;
}

/** How the administrator wants it. */
export interface AuthChoice {
  /** Seconds from one use to the end of a session that was told to stay. */
  remembered?: number;
  /** What a reverse proxy that has signed somebody in by itself sends with each request. */
  preAuthTokens?: readonly string[];
  refusesLinks?: boolean;
}

export interface Signing {
  /** What the session is called. */
  name: string;
  isRemembered: boolean;
  /** The proof that this browser has signed in before, if it sent one. */
  browser: string | undefined;
}

const KEYS = { token: 'token-key', refresh: 'refresh-key', browser: 'browser-key' } as const;

/** Whoever comes through the local door, which only root and the server's own account can open. No token is ever good for it. */
export const LOCAL_CALLER: Caller = { session: 'local', isLocal: true };

/** The session of everybody who comes through a proxy that signs them in. It ends with the option. */
const PRE_AUTH = 'pre-auth';

/** @param clock for tests. */
export function openAuth(
  settings: Settings,
  log: Log,
  clock?: { now: Clock; wentBack: boolean },
  { remembered = LIFETIME.remembered, preAuthTokens = [], refusesLinks = false }: AuthChoice = {},
): Auth {
  const { now, wentBack } = clock ?? openClock(settings);
  const sessions = openSessions(settings, settings.ownKey(KEYS.refresh), now);
  const tokens = openTokens(settings.ownKey(KEYS.token), now);
  const links = openSignInLinks(now);
  const throttle = openThrottle(now);
  const browserKey = settings.ownKey(KEYS.browser);
  const endEverything = () => {
    sessions.endAll();
    links.clear();
  };
  const passwords = openPasswords(settings, log, endEverything);
  if (wentBack) {
    log.warning("the machine's clock is behind what it was when the server ran last: everybody has to sign in again");
    endEverything();
  }

  const proofOf = (id: string) => `${id}.${createHmac('sha256', browserKey).update(id).digest('base64url')}`;
  /** The bucket of a browser, when its proof is one that we gave. */
  const bucketOf = (proof = '') => {
    const id = proof.split('.', 1)[0]!;
    return id !== '' && isSame(proof, proofOf(id)) ? id : undefined;
  };
  const handOut = async (refresh: RefreshPair, proof?: string): Promise<SignedIn> => ({
    accessToken: await tokens.issueAccess(refresh.session),
    refresh,
    browser:
      proof !== undefined && bucketOf(proof) !== undefined ? proof : proofOf(randomBytes(16).toString('base64url')),
  });
  const begin = ({ name, isRemembered, browser }: Signing) =>
    handOut(sessions.start(name, isRemembered ? remembered : Math.min(remembered, LIFETIME.short)), browser);
  const confirm = (password: string, browser: string | undefined) =>
    throttle.attempt(bucketOf(browser), () => passwords.verify(password));

  const isAlive = (session: string) => (session === PRE_AUTH ? preAuthTokens.length > 0 : sessions.isAlive(session));

  /** Why a new password is not taken. */
  const findRefusal = (password: string, allowWeak: boolean) => {
    const weakness = findWeakness(password);
    return allowWeak && password !== '' && password.length <= LONGEST_PASSWORD ? undefined : weakness;
  };

  return {
    passwords,
    sessions,
    tokens,
    links,
    isAlive,
    hasLinks: !refusesLinks,
    confirm,
    async signIn(password, how) {
      if (!passwords.isSet()) return { refused: 'unclaimed' };
      return (await confirm(password, how.browser)) ? begin(how) : { refused: 'password' };
    },
    async signInByLink(token, how) {
      if (refusesLinks) return { refused: 'link' };
      if (!passwords.isSet()) return { refused: links.isGood(token) ? 'unclaimed' : 'link' };
      return links.take(token) ? begin(how) : { refused: 'link' };
    },
    async claim(token, password, how) {
      if (passwords.isSet()) return { refused: 'claimed' };
      if (refusesLinks || !links.isGood(token)) return { refused: 'link' };
      const why = findWeakness(password);
      if (why !== undefined) return { refused: 'weak', why };
      links.take(token); // before anything is waited for: of two with one link, one gets the server
      await passwords.set(password);
      return begin(how);
    },
    async changePassword(old, password, how, allowWeak = false) {
      if (!passwords.isSet()) return { refused: 'unclaimed' };
      const why = findRefusal(password, allowWeak);
      if (why !== undefined) return { refused: 'weak', why };
      if (!(await confirm(old, how.browser))) return { refused: 'password' };
      await passwords.set(password);
      warnOfWeakness(password, 'the server', log);
      return begin(how);
    },
    async setPassword(password, allowWeak = false) {
      const why = findRefusal(password, allowWeak);
      if (why !== undefined) return { refused: 'weak', why };
      await passwords.set(password);
      warnOfWeakness(password, 'the server', log);
      return undefined;
    },
    async refresh(token, nonce, browser) {
      const pair = sessions.refresh(token, nonce);
      return pair && handOut(pair, browser);
    },
    async findCaller({ headers: { authorization } }) {
      const preAuth = /^PreAuth ([\w-]+)$/i.exec(authorization ?? '')?.[1];
      if (preAuth !== undefined)
        return preAuthTokens.some((one) => isSame(preAuth, one)) ? { session: PRE_AUTH } : undefined;
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
      const session = token === undefined ? undefined : await tokens.readAccess(token);
      return session !== undefined && isAlive(session) ? { session } : undefined;
    },
    async findSession(token) {
      const session = (await tokens.readAccess(token)) ?? (await tokens.takeOperation(token, 'websocket'));
      return session !== undefined && isAlive(session) ? session : undefined;
    },
    async takeOperation(token, operation) {
      const known = OPERATIONS.find((name) => name === operation);
      const session = known && (await tokens.takeOperation(token, known));
      return session !== undefined && isAlive(session) ? { session } : undefined;
    },
    reset() {
      endEverything();
      for (const name of Object.values(KEYS)) settings.setSecret(name, undefined);
    },
  };
}
