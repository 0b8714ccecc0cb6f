import { unreadable } from './option-error.ts';
import { goBack, readTimespan } from './timespans.ts';

const ALLOWED =
  'now, a date such as 2026-11-23 or 2026-11-23T14:30:00 (also with Z or +02:00), 20261123T143000Z, or how long ago, such as 1D or 2h30m';

/** What a time that is not complete belongs to. */
export interface Here {
  /** Seconds since 1970. */
  now: number;
  /** Of times that name none, such as `Europe/Berlin`. */
  zone: string;
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?([Zz]|[+-]\d{2}:?\d{2})?)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * A moment, in seconds since 1970 (cut, not rounded): a date, a time in ISO 8601 or in the form of Duplicati's file names, `now`, or a span,
 * which is counted back from now on the calendar (a sign before it changes nothing: there are no backups in the future).
 * Without a zone it is local; a time that a change of clocks left out is taken after the change.
 * @throws UserError naming option, value and what is allowed
 */
export function readTime(option: string, text: string, here: Here): number {
  const trimmed = text.length > 256 ? '' : text.trim();
  if (trimmed.toLowerCase() === 'now') return here.now;
  const [, date, time = '00:00', offset] = ISO.exec(trimmed) ?? [];
  const compact = COMPACT.exec(trimmed);
  if (date === undefined && !compact) {
    if (!/^-?[\d\s]+[smhDWMY\d\s]*$/.test(trimmed)) throw unreadable(option, text, ALLOWED);
    return goBack(here.now, readTimespan(option, trimmed.replace(/^-/, '')), here.zone);
  }
  try {
    if (compact) return toInstant(`${compact.slice(1, 4).join('-')}T${compact.slice(4).join(':')}Z`);
    if (offset !== undefined) return toInstant(`${date}T${time}${offset}`);
    return Math.floor(
      Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(here.zone).epochMilliseconds / 1000,
    );
  } catch {
    throw unreadable(option, text, ALLOWED); // no such day or hour
  }
}

function toInstant(text: string): number {
  return Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1000);
}
