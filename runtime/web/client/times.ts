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

/** A backup's own form of a time, `20261122T150840Z`, as ISO 8601. */
export function readStamp(text: string | undefined): string | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '') ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
