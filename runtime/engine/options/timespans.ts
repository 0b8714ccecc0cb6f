import { unreadable } from './option-error.ts';

/** Seconds of each unit in a span: a month has 30 days and a year 365. */
const SECONDS = { s: 1, m: 60, h: 3600, D: 86_400, W: 7 * 86_400, M: 30 * 86_400, Y: 365 * 86_400 } as const;

export type TimespanUnit = keyof typeof SECONDS;

/** A span as it was given, part by part: how long a month is depends on what it is used for. */
export type Timespan = readonly { count: number; unit: TimespanUnit }[];

const ALLOWED = 'seconds, or numbers with s, m (minutes), h, D, W, M (months) or Y, such as 7D or 2h30m';
const MOST = 2_147_483_647;

/**
 * A span, as Duplicati's `Timeparser` reads it: a whole number is seconds; otherwise numbers, each with a unit, whose case matters.
 * @throws UserError naming option, value and what is allowed
 */
export function readTimespan(option: string, text: string): Timespan {
  const trimmed = text.length > 256 ? '' : text.trim();
  if (/^\d+$/.test(trimmed)) return [{ count: readCount(option, text, trimmed), unit: 's' }];
  if (!/^(\s*\d+\s*[smhDWMY])+$/.test(trimmed)) throw unreadable(option, text, ALLOWED);
  return [...trimmed.matchAll(/(\d+)\s*([smhDWMY])/g)].map(([, digits = '', unit]) => ({
    count: readCount(option, text, digits),
    unit: unit as TimespanUnit, // one of the pattern's
  }));
}

function readCount(option: string, text: string, digits: string): number {
  const count = Number(digits);
  if (count > MOST) throw unreadable(option, text, `${ALLOWED}; no number above ${MOST}`);
  return count;
}

/** Length of a span that belongs to no date, in seconds: a month has 30 days, a year 365. */
export function toSeconds(span: Timespan): number {
  let seconds = 0;
  for (const { count, unit } of span) seconds += count * SECONDS[unit];
  return seconds;
}

const FIELDS = { D: 'days', W: 'weeks', M: 'months', Y: 'years' } as const;

/** Farthest times that are told apart, in seconds since 1970: the years -9998 and 9999. */
const FIRST = -377_705_116_800;
const LAST = 253_402_300_799;

/**
 * The time that lies a span before another. Days, weeks, months and years are counted on the calendar of the zone: the clock shows the
 * same, and where a month is too short its last day is taken. Seconds, minutes and hours are counted as they pass.
 * @param seconds since 1970, a whole number
 * @param zone such as `Europe/Berlin`
 */
export function goBack(seconds: number, span: Timespan, zone: string): number {
  let time = seconds;
  for (const { count, unit } of span) {
    if (unit === 's' || unit === 'm' || unit === 'h') time -= count * SECONDS[unit];
    else if (time - count * SECONDS[unit] < FIRST) time = FIRST;
    else
      time = Math.floor(
        Temporal.Instant.fromEpochMilliseconds(time * 1000)
          .toZonedDateTimeISO(zone)
          .subtract({ [FIELDS[unit]]: count }).epochMilliseconds / 1000,
      );
    time = Math.min(Math.max(time, FIRST), LAST);
  }
  return time;
}
