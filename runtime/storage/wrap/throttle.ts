/** So many bytes a second, all transfers of one direction together. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Throttle {
  /** Resolves when so many bytes may pass. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
  /** Bytes a second now; 0 is as fast as it goes. */
  rate(): number;
}

/** Milliseconds; a test has its own. */
export interface Pace {
  now(): number;
  wait(time: number, signal: AbortSignal): Promise<void>;
}

const SYSTEM: Pace = {
  now: () => performance.now(),
  wait: (time, signal) => wait(time, undefined, { signal }),
};

/** @param rate bytes a second, asked before each piece, so that it can change meanwhile; 0 is as fast as it goes */
export function createThrottle(rate: () => number, pace = SYSTEM): Throttle {
  /** When the last piece that was let through is over. */
  let busyUntil = 0;
  return {
    rate,
    async take(bytes, signal) {
      const now = pace.now();
      const bytesPerSecond = rate();
      if (bytesPerSecond <= 0) return;
      const start = Math.max(busyUntil, now);
      busyUntil = start + (bytes / bytesPerSecond) * 1000;
      if (start > now) await pace.wait(start - now, signal);
    },
  };
}
