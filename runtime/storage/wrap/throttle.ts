/** So many bytes a second, all transfers of one direction together. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Throttle {
  /** Resolves when so many bytes may pass. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
  /** Bytes a second now; 0 is as fast as it goes. */
  rate(): number;
}

/** @param rate bytes a second, asked before each piece, so that it can change meanwhile; 0 is as fast as it goes */
export function createThrottle(rate: () => number): Throttle {
  /** When the last piece that was let through is over, in milliseconds of `performance.now`. */
  let busyUntil = 0;
  return {
    rate,
    async take(bytes, signal) {
      const now = performance.now();
      const bytesPerSecond = rate();
      if (bytesPerSecond <= 0) return;
      const start = Math.max(busyUntil, now);
      busyUntil = start + (bytes / bytesPerSecond) * 1000;
      if (start > now) await wait(start - now, undefined, { signal });
    },
  };
}
