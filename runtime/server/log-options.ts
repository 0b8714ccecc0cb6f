import path from 'node:path';
import type { Given, Option } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { LOG_LEVELS, type Log, levelOf, openLog } from '../log/log.ts';
import { openLogAt } from '../log/log-file.ts';
import { boundsOf, readInterval } from '../schedule/interval.ts';

export type LogOption = 'log-level' | 'log-file' | 'log-retention';

export const logOptions: readonly Option<LogOption>[] = [
  {
    name: 'log-level',
    value: 'LEVEL',
    default: 'Information',
    choices: LOG_LEVELS,
    help: 'The least important messages to log.',
  },
  {
    name: 'log-file',
    value: 'FILE',
    help: 'Write the log to this file too, but for sign-in links. A new one is begun after 5 MiB or a week; four older ones stay beside it.',
  },
  {
    name: 'log-retention',
    value: 'TIME',
    default: '30D',
    help: 'How long those older ones are kept at most, such as 30D.',
  },
];

const LIMITS = { bytes: 5 << 20, older: 4 };

/** The log in the file that the options name. @throws UserError (2) */
export function openFileLog(given: Given<LogOption>): Log | undefined {
  const text = given.text('log-retention') ?? '30D';
  const interval = readInterval(text);
  if (!interval) throw new UserError(`--log-retention: "${text}" is not a time such as 30D`, 2);
  const file = given.text('log-file');
  if (file === undefined) return undefined;
  try {
    const open = openLogAt(path.resolve(file), { ...LIMITS, retention: boundsOf(interval).least * 1000 });
    return openLog(levelOf(given.text('log-level')), { journal: false, write: open.write });
  } catch (thrown) {
    throw new UserError(`--log-file: ${file} cannot be written: ${messageOf(thrown)}`, 2);
  }
}

/** Two logs that are told the same. */
export function joinLogs(one: Log, other: Log | undefined): Log {
  if (!other) return one;
  const both = (level: keyof Log) => (message: string) => {
    one[level](message);
    other[level](message);
  };
  return {
    error: both('error'),
    warning: both('warning'),
    notice: both('notice'),
    information: both('information'),
    verbose: both('verbose'),
  };
}
