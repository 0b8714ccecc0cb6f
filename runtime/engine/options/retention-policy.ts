import { unreadable } from './option-error.ts';
import { readTimespan, toSeconds } from './timespans.ts';

/** One version is kept in each interval of the frame, which reaches from now back in time. */
export interface RetentionFrame {
  /** Seconds; Infinity for `U`. */
  frame: number;
  /** Seconds; 0 keeps every version. */
  interval: number;
}

const ALLOWED = 'frames and intervals such as 1W:1D,4W:1W,12M:1M, where U is without an end, or every version';

/**
 * A policy (`RetentionPolicyValue.CreateFromString`), in the order in which it was given.
 * @throws UserError naming option, value and what is allowed
 */
export function readRetentionPolicy(option: string, text: string): RetentionFrame[] {
  const entries = text.split(',', 1001).filter((entry) => entry.trim() !== '');
  if (entries.length === 0 || entries.length > 1000) throw unreadable(option, text, ALLOWED);
  return entries.map((entry) => {
    const [frame = '', interval = '', ...more] = entry.split(':', 3).map((part) => part.trim());
    if (frame === '' || interval === '' || more.length > 0) throw unreadable(option, text, ALLOWED);
    try {
      return { frame: secondsOf(option, frame, Infinity), interval: secondsOf(option, interval, 0) };
    } catch {
      throw unreadable(option, text, ALLOWED);
    }
  });
}

function secondsOf(option: string, text: string, unlimited: number): number {
  return text.toUpperCase() === 'U' ? unlimited : toSeconds(readTimespan(option, text));
}
