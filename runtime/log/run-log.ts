import { type Entry, tagOf } from './log-filter.ts';
import { printable } from './printable.ts';

/** Somewhere that messages of a run go. */
export interface Sink {
  wants(entry: Entry): boolean;
  /** True: not for what people see anyway. */
  isForPeople?: boolean;
  /** @param line with time and tag, and the end of the line */
  write(line: string, entry: Entry): void;
  close?(): void;
}

/** What is said while a command runs, for whoever wants it. */
export interface RunLog {
  /** @param isSeen true: people see it without the log */
  say(entry: Entry, isSeen?: boolean): void;
  close(): void;
}

/** @param redact takes secrets out of a text */
export function openRunLog(sinks: readonly Sink[], redact: (text: string) => string, now = () => new Date()): RunLog {
  return {
    say(entry, isSeen = false) {
      const wanting = sinks.filter((sink) => !(isSeen && sink.isForPeople) && sink.wants(entry));
      if (wanting.length === 0) return;
      const told = { ...entry, message: printable(redact(entry.message)) };
      const line = `${stamp(now())} - [${tagOf(told)}]: ${told.message}\n`;
      for (const sink of wanting) sink.write(line, told);
    },
    close() {
      for (const sink of sinks) sink.close?.();
    },
  };
}

/** `2026-11-23 14:30:00 +01`; minutes of the zone where it has some. */
function stamp(time: Date): string {
  const two = (value: number) => String(Math.abs(value)).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const hour = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  const offset = -time.getTimezoneOffset();
  const minutes = offset % 60 === 0 ? '' : `:${two(offset % 60)}`;
  return `${day} ${hour} ${offset < 0 ? '-' : '+'}${two(Math.trunc(offset / 60))}${minutes}`;
}
