import { LOG_LEVELS, type Log, type LogLevel } from './log.ts';
import { printable } from './printable.ts';

/** One message, as the API shows it. */
export interface LogEntry {
  id: number;
  level: LogLevel;
  /** Milliseconds since 1970. */
  at: number;
  message: string;
}

/** The last messages of a log, for those who look at it through the API. */
export interface LiveLog {
  /** Passes on to the log behind it, and remembers. */
  log: Log;
  /** Messages from a level on, behind an identifier, oldest first. */
  list(least: LogLevel, after: number, most: number): LogEntry[];
}

const KEPT = 1000;

/** What goes to `behind` directly, such as sign-in links, is not seen here. */
export function openLiveLog(behind: Log, now = Date.now): LiveLog {
  const entries: LogEntry[] = [];
  let count = 0;
  const keep = (level: LogLevel, message: string) => {
    entries.push({ id: ++count, level, at: now(), message: printable(message) });
    if (entries.length > KEPT) entries.shift();
  };
  const both = (level: LogLevel, to: (message: string) => void) => (message: string) => {
    keep(level, message);
    to(message);
  };
  return {
    log: {
      error: both('Error', behind.error),
      warning: both('Warning', behind.warning),
      notice: both('Information', behind.notice),
      information: both('Information', behind.information),
      verbose: both('Verbose', behind.verbose),
    },
    list(least, after, most) {
      const from = LOG_LEVELS.indexOf(least);
      return entries.filter(({ id, level }) => id > after && LOG_LEVELS.indexOf(level) >= from).slice(-most);
    },
  };
}
