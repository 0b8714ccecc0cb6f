import { hash, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from './clock.ts';

/** Duplicati's, for both issuer and audience. */
const PARTY = 'https://duplicati';
/** Seconds. */
const ACCESS_LIFETIME = 15 * 60;
const OPERATION_LIFETIME = 60;
const TOLERANCE = 5;
/** Access tokens that were verified and are known again by their digest: a client sends one with every call. */
const MOST_PROVEN = 1000;

/** What a single-operation token may be for: it travels in an address, where it could be logged. */
export const OPERATIONS = ['export', 'bugreport', 'websocket'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** JSON Web Tokens (RFC 7519) with HMAC-SHA-256, as Duplicati's server hands them out. */
export interface Tokens {
  issueAccess(session: string, lifetime?: number): Promise<string>;
  /** The session of an access token; undefined when the token is not ours, is over, or is of another kind. */
  readAccess(token: string): Promise<string | undefined>;
  issueOperation(session: string, operation: Operation): Promise<string>;
  /** The session of a single-operation token, which then works no more. */
  takeOperation(token: string, operation: Operation): Promise<string | undefined>;
}

type Kind = 'AccessToken' | 'SingleOperationToken';

export function openTokens(key: Buffer, now: Clock): Tokens {
  const seconds = () => Math.floor(now());
  const taken = new Map<string, number>(); // ids of single-operation tokens, with the end of each
  const proven = new Map<string, { session: string; from: number; until: number }>();
  const sign = (kind: Kind, session: string, lifetime: number, further: Record<string, string> = {}) =>
    new SignJWT({ typ: kind, sid: session, ...further })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(PARTY)
      .setAudience(PARTY)
      .setIssuedAt(seconds())
      .setNotBefore(seconds())
      .setExpirationTime(seconds() + lifetime)
      .sign(key);
  const verify = async (token: string, kind: Kind) => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: PARTY,
        audience: PARTY,
        clockTolerance: TOLERANCE,
        requiredClaims: ['sid', 'exp', 'nbf'],
        currentDate: new Date(now() * 1000),
      });
      return payload.typ === kind ? payload : undefined;
    } catch {
      return undefined; // whatever is wrong with it: it proves nothing
    }
  };
  return {
    issueAccess: (session, lifetime = ACCESS_LIFETIME) => sign('AccessToken', session, lifetime),
    async readAccess(token) {
      const digest = hash('sha256', token, 'base64');
      const known = proven.get(digest);
      if (known && known.from <= seconds() + TOLERANCE && known.until > seconds() - TOLERANCE) return known.session;
      proven.delete(digest);
      const payload = await verify(token, 'AccessToken');
      if (typeof payload?.sid !== 'string') return undefined;
      const [oldest] = proven.keys();
      if (proven.size >= MOST_PROVEN && oldest !== undefined) proven.delete(oldest);
      proven.set(digest, { session: payload.sid, from: payload.nbf ?? 0, until: payload.exp ?? 0 });
      return payload.sid;
    },
    issueOperation: (session, operation) =>
      sign('SingleOperationToken', session, OPERATION_LIFETIME, {
        sop: operation,
        jti: randomBytes(16).toString('base64url'),
      }),
    async takeOperation(token, operation) {
      const payload = await verify(token, 'SingleOperationToken');
      if (payload?.sop !== operation || typeof payload.jti !== 'string' || typeof payload.sid !== 'string')
        return undefined;
      for (const [id, end] of taken) if (end < now()) taken.delete(id);
      if (taken.has(payload.jti)) return undefined;
      taken.set(payload.jti, (payload.exp ?? 0) + TOLERANCE);
      return payload.sid;
    },
  };
}
