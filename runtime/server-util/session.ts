import type { Server } from '../client/client.ts';
import { textOf } from '../client/client.ts';
import type { Answer, Message } from '../client/exchange.ts';
import { UserError } from '../errors.ts';
import { USER_ERROR } from './options.ts';
import type { Kept, TokenStore } from './token-store.ts';

/** Calls to a server by somebody who may make them. */
export interface Session {
  /** @throws UserError (2) when it refuses, in its words. */
  call(message: Message): Promise<Answer>;
  /** Ends a session that was for this command alone. */
  end(): Promise<void>;
}

export interface SessionNeeds {
  server: Server;
  tokens: TokenStore;
  /** The password, if one was given. */
  password: string | undefined;
  /** Asks a person for it. */
  askPassword(): Promise<string>;
}

/**
 * Who asks: at the local door nobody needs to say so; else the tokens of an earlier login, else the password, for this command alone.
 * @throws UserError (2)
 */
export async function openSession(needs: SessionNeeds): Promise<Session> {
  const { server, tokens, password, askPassword } = needs;
  if (server.isLocalDoor) return { call: async (message) => judge(await server.tell(message)), end: async () => {} };
  if (password === undefined) {
    const kept = await tokens.read(server.name);
    if (kept) return keepSession(server, tokens, kept);
  }
  let kept = await logIn(server, password ?? (await askPassword()), false);
  return {
    async call(message) {
      const answer = await server.tell(withToken(message, kept));
      if (!hasEnded(answer)) return judge(answer);
      kept = (await refresh(server, kept)) ?? kept;
      return judge(await server.tell(withToken(message, kept)));
    },
    end: () => logOut(server, kept),
  };
}

/** A session that outlives this command: whatever is new of it is kept. */
function keepSession(server: Server, tokens: TokenStore, first: Kept): Session {
  let kept = first;
  return {
    async call(message) {
      const answer = await server.tell(withToken(message, kept));
      if (!hasEnded(answer)) return judge(answer);
      kept = await tokens.alone(async () => {
        const newest = await tokens.read(server.name);
        if (newest && newest.access !== kept.access) return newest; // another process was faster
        const next = newest && (await refresh(server, newest));
        if (!next) await tokens.write(server.name, undefined);
        if (!next) throw new UserError('The login has ended: run duplicati-server-util login again', USER_ERROR);
        await tokens.write(server.name, next);
        return next;
      });
      return judge(await server.tell(withToken(message, kept)));
    },
    end: async () => {},
  };
}

/** Signs in with a password. @throws UserError (2) */
export async function logIn(server: Server, password: string, isRemembered: boolean): Promise<Kept> {
  const body = { Password: password, RememberMe: isRemembered };
  return keepOf(judge(await server.tell({ method: 'POST', target: '/api/v1/auth/login', body })), '');
}

/**
 * Changes the password. @param old undefined at the local door, where it is not asked for.
 * @returns the session that begins with it; none at the local door. @throws UserError (2)
 */
export async function changePassword(
  server: Server,
  old: string | undefined,
  password: string,
  isRemembered: boolean,
): Promise<Kept | undefined> {
  const message: Message = {
    method: 'POST',
    target: '/api/v1/auth/password',
    body: { Password: old, NewPassword: password, RememberMe: isRemembered, AllowWeak: true },
  };
  if (old === undefined) {
    judge(await server.tell(message));
    return undefined;
  }
  const before = await logIn(server, old, false);
  return keepOf(judge(await server.tell(withToken(message, before))), before.cookies);
}

/** Ends a session. */
export async function logOut(server: Server, { cookies, nonce }: Kept): Promise<void> {
  const target = '/api/v1/auth/refresh/logout';
  await server.tell({ method: 'POST', target, body: { Nonce: nonce }, headers: { Cookie: cookies } });
}

/** New tokens for old ones; undefined when the session has ended. */
async function refresh(server: Server, { cookies, nonce }: Kept): Promise<Kept | undefined> {
  const headers = { Cookie: cookies };
  const answer = await server.tell({ method: 'POST', target: '/api/v1/auth/refresh', body: { Nonce: nonce }, headers });
  return answer.status === 401 ? undefined : keepOf(judge(answer), cookies);
}

/** True for what is answered to an access token that is over: nothing but the number. */
function hasEnded({ status, body }: Answer): boolean {
  return status === 401 && body.length === 0;
}

function withToken(message: Message, { access }: Kept): Message {
  return { ...message, headers: { ...message.headers, Authorization: `Bearer ${access}` } };
}

function keepOf(answer: Answer, before: string): Kept {
  const cookies = (answer.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ') || before;
  return { cookies, nonce: textOf(answer, 'RefreshNonce'), access: textOf(answer, 'AccessToken') };
}

/** @throws UserError for an answer that is a refusal. */
function judge(answer: Answer): Answer {
  if (answer.status < 400) return answer;
  const why = textOf(answer, 'Error') || 'it does not say why';
  throw new UserError(`Server error (${answer.status}): ${why}`, USER_ERROR);
}
