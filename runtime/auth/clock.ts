import type { Settings } from '../settings/settings.ts';

/** Seconds since 1970 that never go back while the server runs: a clock that is set back must not bring ended tokens to life. */
export type Clock = () => number;

const SEEN = 'clock-seen';
/** Seconds by which a clock may be corrected while the server is off. */
const TOLERANCE = 300;
/** Seconds between two notes of the time in the settings. */
const NOTED_EVERY = 60;

/**
 * Opens the clock that lifetimes are measured with: the wall clock, held up by the monotonic one.
 * @returns `wentBack`: true when the machine's clock is behind what an earlier run of the server saw, so that lifetimes mean nothing.
 */
export function openClock(
  settings: Settings,
  { wall = () => Date.now() / 1000, steady = () => performance.now() / 1000 } = {},
): { now: Clock; wentBack: boolean } {
  const seen = Number(settings.get(SEEN) ?? 0);
  const first = wall();
  const wentBack = first < seen - TOLERANCE;
  let latest = first;
  let at = steady();
  let noted = 0;
  const now = () => {
    const elapsed = steady() - at;
    at += elapsed;
    latest = Math.max(latest + elapsed, wall());
    if (latest - noted > NOTED_EVERY) {
      noted = latest;
      try {
        settings.set(SEEN, String(Math.floor(latest)));
      } catch {
        // a full disk must lock nobody out; the next note counts as well
      }
    }
    return latest;
  };
  now();
  return { now, wentBack };
}
