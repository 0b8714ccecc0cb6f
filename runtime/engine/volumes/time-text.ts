/** Times as Duplicati writes them everywhere in its volumes: `yyyyMMddTHHmmssZ`, UTC, whole seconds. */

const TEXT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** @param seconds since 1970, UTC; of years 0 to 9999. @throws RangeError beyond. */
export function formatTime(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  if (iso.length !== 24) throw new RangeError(`the time ${seconds} has no four-digit year`);
  return `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Seconds since 1970, or undefined when the text is no such time. */
export function parseTime(text: string): number | undefined {
  const found = TEXT.exec(text);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const seconds = date.getTime() / 1000;
  // A 31st of February, or a 25th hour, is none: Date would count on.
  return formatTime(seconds) === text ? seconds : undefined;
}
