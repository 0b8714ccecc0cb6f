import type { Clock } from './clock.ts';

/** How many guesses a bucket takes at once, and seconds until another one: at most 10 in any minute and 99 in any hour. */
const CAPACITY = 9;
const REFILL_SECONDS = 40;
/** Buckets kept for browsers; the one that was used longest ago makes way. */
const MOST_BUCKETS = 1000;
/** Key derivations at once, and how many may wait: each takes 64 MiB and a third of a second of a processor. */
const MOST_RUNNING = 2;
const MOST_WAITING = 8;

/** Says no. `retryAfter`: seconds. */
export class TooManyGuesses extends Error {
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super('too many sign-in attempts');
    this.name = 'TooManyGuesses';
    this.retryAfter = Math.max(1, Math.ceil(retryAfter));
  }
}

export interface Throttle {
  /**
   * Runs `check`, which costs a key derivation, against the bucket of a browser that has signed in before, else against the one that
   * all callers share: every caller is 127.0.0.1, so there is nothing else to tell them apart. A right password gives its place back.
   * @throws TooManyGuesses
   */
  attempt(browser: string | undefined, check: () => Promise<boolean>): Promise<boolean>;
}

interface Bucket {
  left: number;
  at: number;
}

export function openThrottle(now: Clock): Throttle {
  const shared: Bucket = { left: CAPACITY, at: now() };
  const browsers = new Map<string, Bucket>();
  let running = 0;
  const waiting: (() => void)[] = [];

  const bucketOf = (browser: string | undefined): Bucket => {
    if (browser === undefined) return shared;
    const bucket = browsers.get(browser) ?? { left: CAPACITY, at: now() };
    browsers.delete(browser); // last in the order of use
    browsers.set(browser, bucket);
    const [oldest] = browsers.keys();
    if (browsers.size > MOST_BUCKETS && oldest !== undefined) browsers.delete(oldest);
    return bucket;
  };

  return {
    async attempt(browser, check) {
      const bucket = bucketOf(browser);
      takePlace(bucket, now());
      if (running >= MOST_RUNNING && waiting.length >= MOST_WAITING) {
        bucket.left += 1; // nothing was tried
        throw new TooManyGuesses(waiting.length / MOST_RUNNING);
      }
      if (running >= MOST_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        const isRight = await check();
        if (isRight) bucket.left = Math.min(CAPACITY, bucket.left + 1);
        return isRight;
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}

function takePlace(bucket: Bucket, at: number): void {
  bucket.left = Math.min(CAPACITY, bucket.left + (at - bucket.at) / REFILL_SECONDS);
  bucket.at = at;
  if (bucket.left < 1) throw new TooManyGuesses((1 - bucket.left) * REFILL_SECONDS);
  bucket.left -= 1;
}
