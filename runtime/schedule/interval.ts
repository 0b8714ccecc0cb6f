/** A span between two runs: calendar units as they stand in a time zone, and exact seconds. */
export interface Interval {
  years: number;
  months: number;
  weeks: number;
  days: number;
  seconds: number;
}

/** Letters of Duplicati's intervals. `m` is a minute and `M` a month; of the others, case does not count. */
const UNITS: Readonly<Record<string, { unit: keyof Interval; factor: number }>> = {
  s: { unit: 'seconds', factor: 1 },
  S: { unit: 'seconds', factor: 1 },
  m: { unit: 'seconds', factor: 60 },
  h: { unit: 'seconds', factor: 3600 },
  H: { unit: 'seconds', factor: 3600 },
  d: { unit: 'days', factor: 1 },
  D: { unit: 'days', factor: 1 },
  w: { unit: 'weeks', factor: 1 },
  W: { unit: 'weeks', factor: 1 },
  M: { unit: 'months', factor: 1 },
  y: { unit: 'years', factor: 1 },
  Y: { unit: 'years', factor: 1 },
};
/** Shortest, in seconds: less would only ever start backups. */
const SHORTEST = 60;
const LARGEST = 100_000;

/** Reads an interval such as `1D`, `12h` or `1W2D`; undefined for anything else, for nothing, and for less than a minute. */
export function readInterval(text: string): Interval | undefined {
  if (!/^(\s*\d{1,6}\s*[smhdwMyYDWHS])+\s*$/.test(text)) return undefined;
  const interval: Interval = { years: 0, months: 0, weeks: 0, days: 0, seconds: 0 };
  for (const [, digits = '', letter = ''] of text.matchAll(/(\d{1,6})\s*([a-zA-Z])/g)) {
    const { unit, factor } = UNITS[letter]!;
    interval[unit] += Number(digits) * factor;
  }
  const isSound = Object.values(interval).every((count) => count <= LARGEST * 86_400);
  return isSound && boundsOf(interval).least >= SHORTEST ? interval : undefined;
}

/** The shortest and the longest it can be in seconds, but for the hour by which clocks change. */
export function boundsOf({ years, months, weeks, days, seconds }: Interval): { least: number; most: number } {
  const exact = (weeks * 7 + days) * 86_400 + seconds;
  return {
    least: exact + (years * 365 + months * 28) * 86_400,
    most: exact + (years * 366 + months * 31) * 86_400,
  };
}
