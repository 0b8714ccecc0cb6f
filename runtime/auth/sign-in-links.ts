import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Seconds that a link works. */
export const LINK_LIFETIME = 300;
/** Links that work at the same time; a further one ends the oldest. More than anybody can ask for while one lasts (`claim-link.ts`). */
const MOST_LINKS = 20;

/** Tokens that sign in once. Kept in memory, as digests: nothing on the disk is worth stealing, and a restart ends them. */
export interface SignInLinks {
  issue(): string;
  /** True when the token works; it stays so. */
  isGood(token: string): boolean;
  /** True when the token worked; it does no longer. */
  take(token: string): boolean;
  /** Ends all of them. */
  clear(): void;
}

export function openSignInLinks(now: Clock): SignInLinks {
  const ends = new Map<string, number>();
  // Looked up by digest: how long a comparison takes says nothing about a token.
  const digest = (token: string) => createHash('sha256').update(token).digest('base64');
  const isGood = (token: string) => (ends.get(digest(token)) ?? 0) > now();
  return {
    issue() {
      const token = randomBytes(32).toString('base64url');
      ends.set(digest(token), now() + LINK_LIFETIME);
      const [oldest] = ends.keys();
      if (ends.size > MOST_LINKS && oldest !== undefined) ends.delete(oldest);
      return token;
    },
    isGood,
    take(token) {
      const good = isGood(token);
      ends.delete(digest(token));
      return good;
    },
    clear: () => ends.clear(),
  };
}
