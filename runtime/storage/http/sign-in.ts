/** Requests with an account: the password itself, or the answer to a digest challenge, whichever the server asks for. */
import { StorageError } from '../storage.ts';
import { answerChallenge, type Challenge, readChallenge } from './digest.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.ts';

export interface HttpAccount {
  user: string;
  password: string;
  /** The password is never sent itself. */
  isDigestOnly: boolean;
}

/**
 * The first request goes without an account, so that a password is not shown to a server that wants a digest. A body is sent once: before
 * the first one a question without a body shows what the server wants, and later ones are announced (`expect`).
 */
export function createSignIn(
  http: HttpClient,
  account: HttpAccount | undefined,
): (request: HttpRequest) => Promise<HttpAnswer> {
  let wanted: Challenge | 'Basic' | undefined;
  let count = 0;
  let isKnown = account === undefined;
  const headerFor = ({ method, path }: HttpRequest): string | undefined => {
    if (!account || wanted === undefined) return undefined;
    const { user, password } = account;
    if (wanted === 'Basic') return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return answerChallenge(wanted, { user, password, method, path, count: ++count });
  };
  const send = (request: HttpRequest) => {
    const authorization = headerFor(request);
    return http.send(
      authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } },
    );
  };
  const ask = async (request: HttpRequest): Promise<HttpAnswer> => {
    const used = wanted;
    const answer = await send(request);
    isKnown = true;
    if (answer.status !== 401 || !account) return answer;
    const header = answer.headers['www-authenticate'] ?? '';
    const digest = readChallenge(header);
    const asked = digest ?? (/\bBasic\b/i.test(header) && !account.isDigestOnly ? 'Basic' : undefined);
    if (asked === undefined || (asked === 'Basic' && used === 'Basic')) return answer;
    // The same challenge again is a wrong password; a new one may only be due.
    if (digest && typeof used === 'object' && digest.nonce === used.nonce) return answer;
    if (digest && typeof used === 'object' && !/\bstale\s*=\s*"?true/i.test(header)) return answer;
    if (wanted === used) {
      wanted = asked;
      count = 0;
    }
    answer.body.on('error', () => {}).resume();
    const { body } = request;
    if (body !== undefined && 'readableDidRead' in body && body.readableDidRead)
      throw new StorageError('failed', 'the server wants another sign-in after it took the file; it is tried again');
    return send(request);
  };
  return async (request) => {
    if (!isKnown && request.body !== undefined && !(request.body instanceof Uint8Array)) {
      const answer = await ask({ method: 'HEAD', path: request.path, headers: {}, signal: request.signal });
      answer.body.on('error', () => {}).resume();
    }
    return ask(request);
  };
}
