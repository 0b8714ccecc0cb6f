const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `3 hours ago`, `in 2 days`, `just now`. */
export function sayWhen(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const found = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  if (!found) return 'just now';
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / found[1]), found[0]);
}

/** Date and time as the reader writes them. */
export function sayExactly(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
