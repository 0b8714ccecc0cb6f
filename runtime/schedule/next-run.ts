import { boundsOf, type Interval } from './interval.ts';

/** When a backup runs. Times are milliseconds since 1970. */
export interface Schedule {
  /** The first run; its wall-clock time in the zone is that of all runs. */
  start: number;
  /** Undefined: once. */
  repeat: Interval | undefined;
  /** Weekdays it may run on, 1 Monday to 7 Sunday, as the calendar of the zone has them; empty for all. */
  days: ReadonlySet<number>;
  /** IANA name, such as `Europe/Berlin`. */
  zone: string;
}

/** Intervals looked at to find a day that is allowed: a run every minute, six days of seven excluded. */
const MOST_STEPS = 6 * 24 * 60 + 10;

/**
 * The first run later than `after`; undefined when there is none. Runs are counted from the start, so that a month's last day comes
 * back after February; one whose wall-clock time is skipped comes as much later, one whose time comes twice runs at the first.
 */
export function findNextRun({ start, repeat, days, zone }: Schedule, after: number): number | undefined {
  const first = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
  const isAllowed = (run: Temporal.ZonedDateTime) => days.size === 0 || days.has(run.dayOfWeek);
  if (!repeat) return start > after && isAllowed(first) ? start : undefined;
  let count = findCount(first, repeat, after, start);
  for (let step = 0; step < MOST_STEPS; step++, count++) {
    const run = runOf(first, repeat, count);
    if (run && run.epochMilliseconds > after && isAllowed(run)) return run.epochMilliseconds;
    if (!run) return undefined;
  }
  return undefined;
}

/** The smallest count whose run is later than `after`: by halves between what the longest and the shortest intervals allow. */
function findCount(first: Temporal.ZonedDateTime, repeat: Interval, after: number, start: number): number {
  const elapsed = (after - start) / 1000;
  const { least, most } = boundsOf(repeat);
  const hour = 3600; // by which clocks change
  let low = Math.max(0, Math.floor((elapsed - hour) / most));
  let high = Math.max(0, Math.ceil((elapsed + hour) / least) + 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const run = runOf(first, repeat, middle);
    if (run && run.epochMilliseconds <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Run number `count`; undefined beyond the end of time. */
function runOf(first: Temporal.ZonedDateTime, repeat: Interval, count: number): Temporal.ZonedDateTime | undefined {
  const { years, months, weeks, days, seconds } = repeat;
  try {
    return first.add({
      years: years * count,
      months: months * count,
      weeks: weeks * count,
      days: days * count,
      seconds: seconds * count,
    });
  } catch {
    return undefined;
  }
}
