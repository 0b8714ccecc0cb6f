import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What one case did, written as it happens so that a hung or killed run still tells how far it came. */
export interface Log {
  /** Absolute path of the log file. */
  file: string;
  write(text: string): void;
  /** The last `lines` lines. */
  tail(lines: number): string;
}

export function openLog(file: string): Log {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, '');
  return {
    file,
    write: (text) => appendFileSync(file, text.endsWith('\n') ? text : `${text}\n`),
    tail: (lines) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n'),
  };
}
