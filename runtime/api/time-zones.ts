/** A time zone in the form that clients know. */
export interface TimeZone {
  ID: string;
  DisplayName: string;
  /** Such as `-03:30`. */
  CurrentUTCOffset: string;
}

const HOUR = 3_600_000;
let kept: { hour: number; zones: TimeZone[] } | undefined;

/** Time zones by their offsets at a moment (milliseconds since 1970). Made once an hour: there are hundreds. */
export function listTimeZones(now: number): TimeZone[] {
  const hour = Math.floor(now / HOUR);
  if (kept?.hour === hour) return kept.zones;
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'].map((id) => ({ id, offset: findOffset(id, now) }));
  zones.sort((a, b) => minutesOf(a.offset) - minutesOf(b.offset) || (a.id < b.id ? -1 : 1));
  const list = zones.map(({ id, offset }) => ({
    ID: id,
    DisplayName: `(UTC${offset.startsWith('-') ? '' : '+'}${offset}) ${id.split('/').at(-1)?.replaceAll('_', ' ')}`,
    CurrentUTCOffset: offset,
  }));
  kept = { hour, zones: list };
  return list;
}

function findOffset(timeZone: string, now: number): string {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', rest = '00:00'] = /^GMT([+-])(\d\d:\d\d)/.exec(name) ?? [];
  return `${sign === '-' ? '-' : ''}${rest}`;
}

function minutesOf(offset: string): number {
  const [hours = '0', minutes = '0'] = offset.replace('-', '').split(':');
  return (offset.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
