import { fstatSync } from 'node:fs';
import { printable } from './printable.ts';

/** Duplicati's names, from the least to the most important. */
export const LOG_LEVELS = [
  'ExplicitOnly',
  'Profiling',
  'Verbose',
  'Retry',
  'Information',
  'DryRun',
  'Warning',
  'Error',
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Priorities of syslog (RFC 5424, section 6.2.1) as journald reads them: `<6>` before a line (sd-daemon(3)). */
export const PRIORITY: Readonly<Record<LogLevel, number>> = {
  ExplicitOnly: 7,
  Profiling: 7,
  Verbose: 7,
  Retry: 6,
  Information: 6,
  DryRun: 6,
  Warning: 4,
  Error: 3,
};
export const NOTICE = 5;

export interface Log {
  error(message: string): void;
  warning(message: string): void;
  /** Something an administrator should see once in normal running, such as "waits for registration". Shown from Information on. */
  notice(message: string): void;
  information(message: string): void;
  verbose(message: string): void;
}

/**
 * A log on standard error: `<priority>message` when journald reads it, else `time level message`. One message is one line whatever it
 * holds. `write` is given each line, and what it is made of.
 */
export function openLog(
  level: LogLevel,
  {
    journal = isReadByJournal(),
    write = (line: string, _priority: number, _message: string): void => {
      process.stderr.write(line);
    },
    now = () => new Date(),
  } = {},
): Log {
  const least = LOG_LEVELS.indexOf(level);
  const say = (of: LogLevel, message: string, priority = PRIORITY[of]) => {
    if (LOG_LEVELS.indexOf(of) < least) return;
    const shown = printable(message);
    write(journal ? `<${priority}>${shown}\n` : `${now().toISOString()} ${of} ${shown}\n`, priority, shown);
  };
  return {
    error: (message) => say('Error', message),
    warning: (message) => say('Warning', message),
    notice: (message) => say('Information', message, NOTICE),
    information: (message) => say('Information', message),
    verbose: (message) => say('Verbose', message),
  };
}

/** True when standard error is the very stream that systemd connected to the journal: $JOURNAL_STREAM is its `device:inode`. */
export function isReadByJournal(stream = process.env.JOURNAL_STREAM, descriptor = 2): boolean {
  if (!stream) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false; // standard error is closed
  }
}

/** The level named by an option whose table has LOG_LEVELS as choices. */
export function levelOf(name: string | undefined): LogLevel {
  return LOG_LEVELS.find((level) => level === name) ?? 'Information';
}
