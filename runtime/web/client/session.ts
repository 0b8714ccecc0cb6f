import { boolean, type GenericSchema, type InferOutput, object, parse, string } from 'valibot';
import { texts } from './texts.ts';

/** Where this page stands with its server. */
export type State =
  | { is: 'starting' }
  | { is: 'unreachable'; link: string | undefined }
  | { is: 'unclaimed'; link: string | undefined }
  | { is: 'signed-out'; why?: string }
  | { is: 'signed-in' };

/** A server's refusal, in its own words; `status` 0 when there was no answer. `retryAfter`: seconds. */
export class Refused extends Error {
  readonly status: number;
  readonly retryAfter: number;
  constructor(status: number, message: string, retryAfter = 0) {
    super(message);
    this.name = 'Refused';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const SIGNED_IN = object({ AccessToken: string(), RefreshNonce: string() });
const NONCE = 'refresh-nonce';
/** Milliseconds that an access token is used: it lasts 15 minutes. */
const FRESH = 13 * 60_000;

let state: State = { is: 'starting' };
const listeners = new Set<() => void>();
/** In memory alone: whatever reads the browser's storage later finds no token. */
let access: { token: string; at: number } | undefined;

export function currentState(): State {
  return state;
}

/** @returns a function that ends it. */
export function onState(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function setState(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Finds out where we stand: with a sign-in link, with a session of this browser, or with neither. */
export async function startSession(link: string | undefined): Promise<void> {
  if (state.is !== 'unreachable') setState({ is: 'starting' });
  try {
    if (link === undefined && keptNonce() !== undefined && (await refresh())) return setState({ is: 'signed-in' });
    const { Claimed } = await ask('GET', 'auth/claim', object({ Claimed: boolean() }));
    if (!Claimed) return setState({ is: 'unclaimed', link });
    if (link === undefined) return setState({ is: 'signed-out' });
    await signInByLink(link);
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.status === 0) setState({ is: 'unreachable', link });
    else setState({ is: 'signed-out', why: messageOf(thrown) });
  }
}

/** @throws Refused */
export async function signIn(password: string, remember: boolean): Promise<void> {
  take(await ask('POST', 'auth/login', SIGNED_IN, { Password: password, RememberMe: remember }), remember);
}

async function signInByLink(link: string): Promise<void> {
  try {
    take(await ask('POST', 'auth/signin', SIGNED_IN, { SigninToken: link, RememberMe: false }), false);
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.status === 401) setState({ is: 'signed-out', why: texts.signIn.linkEnded });
    else throw thrown;
  }
}

/** Chooses the first password of a server. @throws Refused: 401 when the link has ended. */
export async function claim(link: string, password: string, remember: boolean): Promise<void> {
  const body = { SigninToken: link, Password: password, RememberMe: remember };
  take(await ask('POST', 'auth/claim', SIGNED_IN, body), remember);
}

/** Has the server write a new sign-in link to where only administrators look. @throws Refused: 429 when it just did. */
export async function askForLink(): Promise<void> {
  await ask('POST', 'auth/claim/link', undefined, {});
}

/** Every other session ends. @throws Refused */
export async function changePassword(old: string, password: string): Promise<void> {
  const remember = localStorage.getItem(NONCE) !== null;
  const body = { Password: old, NewPassword: password, RememberMe: remember };
  take(await send('POST', 'auth/password', SIGNED_IN, body), remember);
}

export async function signOut(why?: string): Promise<void> {
  const nonce = keptNonce();
  forget();
  setState(why === undefined ? { is: 'signed-out' } : { is: 'signed-out', why });
  if (nonce !== undefined) await ask('POST', 'auth/refresh/logout', undefined, { Nonce: nonce }).catch(() => {});
}

/**
 * Calls the API as the one who is signed in. A token that is about to end is renewed before, and one that has ended on the way once more.
 * @param path below `api/v1/`, or below `api/` where it begins with `v2/`. @param schema what the answer must be; undefined where it is not looked at.
 * @throws Refused
 */
export async function send<Schema extends GenericSchema>(
  method: string,
  path: string,
  schema: Schema,
  body?: unknown,
): Promise<InferOutput<Schema>>;
export async function send(method: string, path: string, schema: undefined, body?: unknown): Promise<void>;
export async function send(method: string, path: string, schema: GenericSchema | undefined, body?: unknown) {
  if ((!access || performance.now() - access.at > FRESH) && !(await refresh())) throw await endHere();
  try {
    return await ask(method, path, schema as GenericSchema, body, access?.token); // undefined reads nothing, see ask
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.status !== 401 || thrown.message !== '') throw thrown;
    if (!(await refresh())) throw await endHere();
    return await ask(method, path, schema as GenericSchema, body, access?.token); // as above
  }
}

/** A WebSocket of the one who is signed in; what is sent first says who that is. @throws Refused when nobody is */
export async function openSocket(): Promise<WebSocket> {
  if ((!access || performance.now() - access.at > FRESH) && !(await refresh())) throw await endHere();
  const address = new URL('notifications', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  address.hash = '';
  address.search = '';
  const socket = new WebSocket(address);
  socket.addEventListener('open', () => socket.send(JSON.stringify({ Version: 1, Token: access?.token ?? '' })));
  return socket;
}

/** Saves what the server answers as a file. @throws Refused */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetch(`api/v1/${path}`, { cache: 'no-store', redirect: 'error' }).catch(() => {
    throw new Refused(0, texts.noAnswer);
  });
  if (!response.ok) throw new Refused(response.status, readRefusal(await response.text()));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function endHere(): Promise<Refused> {
  await signOut(texts.signIn.ended);
  return new Refused(401, texts.signIn.ended);
}

/** Trades cookie and nonce for new ones; tabs that share them do it one after the other. False when the session is over. */
async function refresh(): Promise<boolean> {
  const trade = async () => {
    const nonce = keptNonce();
    if (nonce === undefined) return false;
    const remember = localStorage.getItem(NONCE) !== null;
    try {
      const pair = await ask('POST', 'auth/refresh', SIGNED_IN, { Nonce: nonce });
      access = { token: pair.AccessToken, at: performance.now() };
      keep(pair.RefreshNonce, remember);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Refused) || thrown.status !== 401) throw thrown;
      // Another tab may have changed it in a browser without locks.
      if (keptNonce() === nonce) forget();
      return false;
    }
  };
  return navigator.locks ? navigator.locks.request('refresh', trade) : trade();
}

function take(pair: InferOutput<typeof SIGNED_IN>, remember: boolean): void {
  access = { token: pair.AccessToken, at: performance.now() };
  keep(pair.RefreshNonce, remember);
  setState({ is: 'signed-in' });
}

function keptNonce(): string | undefined {
  return sessionStorage.getItem(NONCE) ?? localStorage.getItem(NONCE) ?? undefined;
}

function keep(nonce: string, remember: boolean): void {
  (remember ? sessionStorage : localStorage).removeItem(NONCE);
  (remember ? localStorage : sessionStorage).setItem(NONCE, nonce);
}

function forget(): void {
  access = undefined;
  sessionStorage.removeItem(NONCE);
  localStorage.removeItem(NONCE);
}

/** Signing out in one tab signs out the others. */
addEventListener('storage', ({ key, newValue }) => {
  if (key === NONCE && newValue === null && state.is === 'signed-in' && sessionStorage.getItem(NONCE) === null) {
    access = undefined;
    setState({ is: 'signed-out' });
  }
});

const REFUSAL = object({ Error: string() });

/** One call. Addresses are relative to the page, so that it works below any path. @throws Refused */
async function ask<Schema extends GenericSchema>(
  method: string,
  path: string,
  schema: Schema | undefined,
  body?: unknown,
  token?: string,
): Promise<InferOutput<Schema>> {
  const response = await fetch(path.startsWith('v2/') ? `api/${path}` : `api/v1/${path}`, {
    method,
    cache: 'no-store',
    redirect: 'error',
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused(0, texts.noAnswer);
  });
  const text = await response.text();
  if (!response.ok) {
    const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
    throw new Refused(response.status, text === '' ? '' : readRefusal(text), retryAfter);
  }
  return schema === undefined ? undefined : parse(schema, JSON.parse(text));
}

function readRefusal(text: string): string {
  try {
    return parse(REFUSAL, JSON.parse(text)).Error;
  } catch {
    return texts.failed;
  }
}

/** What a person is told of something that went wrong. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Refused && thrown.message !== '' ? thrown.message : texts.failed;
}
