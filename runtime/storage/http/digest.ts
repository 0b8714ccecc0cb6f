/** Digest authentication (RFC 7616), for servers that do not take a password as it is. */
import { createHash, randomBytes } from 'node:crypto';

export interface Challenge {
  realm: string;
  nonce: string;
  opaque?: string;
  algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';
  hasQop: boolean;
}

const ALGORITHMS = ['SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'] as const;

/** The strongest challenge of a `WWW-Authenticate` header that can be answered. */
export function readChallenge(header: string): Challenge | undefined {
  const found: Challenge[] = [];
  for (const part of header
    .slice(0, 16_384)
    .split(/\bDigest\s+/i)
    .slice(1)) {
    const words = new Map<string, string>();
    for (const [, name = '', quoted, plain] of part.matchAll(
      /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi,
    ))
      words.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    const named = words.get('algorithm') ?? 'MD5';
    const algorithm = ALGORITHMS.find((one) => one.toLowerCase() === named.toLowerCase());
    const [realm, nonce, opaque, qop] = ['realm', 'nonce', 'opaque', 'qop'].map((name) => words.get(name));
    if (!algorithm || realm === undefined || nonce === undefined) continue;
    if (qop !== undefined && !/(^|[\s,])auth([\s,]|$)/i.test(qop)) continue;
    found.push({ realm, nonce, algorithm, hasQop: qop !== undefined, ...(opaque === undefined ? {} : { opaque }) });
  }
  return found.sort((a, b) => ALGORITHMS.indexOf(a.algorithm) - ALGORITHMS.indexOf(b.algorithm))[0];
}

/** The `Authorization` header that answers a challenge. @param count of requests with this nonce, from 1 */
export function answerChallenge(
  { realm, nonce, opaque, algorithm, hasQop }: Challenge,
  {
    user,
    password,
    method,
    path,
    count,
  }: { user: string; password: string; method: string; path: string; count: number },
  cnonce = randomBytes(16).toString('hex'),
): string {
  const hash = (text: string) =>
    createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const account = hash(`${user}:${realm}:${password}`);
  const secret = algorithm.endsWith('-sess') ? hash(`${account}:${nonce}:${cnonce}`) : account;
  const asked = hash(`${method}:${path}`);
  const nc = count.toString(16).padStart(8, '0');
  const response = hasQop
    ? hash(`${secret}:${nonce}:${nc}:${cnonce}:auth:${asked}`)
    : hash(`${secret}:${nonce}:${asked}`);
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const parts = [
    `username=${quote(user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(path)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(hasQop ? ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}
