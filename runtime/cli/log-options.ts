/** Where it is kept what a command says: a file, and standard error beside what people see anyway. */
import type { Option } from '../command-line/arguments.ts';
import { readOptions } from '../engine/options/options.ts';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { LOG_LEVELS } from '../log/log.ts';
import { openLogAt } from '../log/log-file.ts';
import { type Selection, selectEntries } from '../log/log-filter.ts';
import type { Sink } from '../log/run-log.ts';
import { here } from './backup-options.ts';
import type { CliOption, GivenOptions } from './options.ts';

const FILTER =
  'Messages that are taken (+) or left out (-) whatever their level, by what stands in brackets in the log: "-*BackendEvent;+[.*Retry.*]". The first that fits decides';

/** Of every command, on a command line only: whoever may start a job of the server may not write files by it. */
export const logOptions = [
  {
    name: 'log-file',
    value: 'FILE',
    help: 'Keep what is said in this file, readable by this account alone; a run is added to what is there.',
  },
  {
    name: 'log-file-log-level',
    value: 'LEVEL',
    choices: LOG_LEVELS,
    help: 'Least level of what is kept. Default: Warning.',
  },
  { name: 'log-file-log-filter', value: 'FILTERS', help: `${FILTER}.` },
  { name: 'log-file-log-ignore', value: 'IDS', help: 'Messages that are not kept, by their last word in brackets.' },
  {
    name: 'console-log-level',
    value: 'LEVEL',
    choices: LOG_LEVELS,
    help: 'Least level of messages that are shown beside progress and result. Default: Warning.',
  },
  { name: 'console-log-filter', value: 'FILTERS', help: 'The same as --log-file-log-filter for what is shown.' },
  { name: 'console-log-ignore', value: 'IDS', help: 'Messages that are not shown, by their last word in brackets.' },
  { name: 'log-level', value: 'LEVEL', choices: LOG_LEVELS, help: 'Both levels at once, where they are not given.' },
] as const satisfies readonly Option<CliOption>[];

/** What goes into the file, where one is named. @throws UserError where it cannot be opened or an option cannot be read */
export function openFileSink(given: GivenOptions): Sink | undefined {
  const file = given.text('log-file');
  const options = readOptions(textsOf(given, 'log-file'), here()).options;
  const wants = select('log-file-log-filter', {
    level: options['log-file-log-level'],
    filter: options['log-file-log-filter'],
    ignored: options['log-file-log-ignore'],
  });
  if (!file) return undefined;
  try {
    const { write, close } = openLogAt(file, { bytes: Number.POSITIVE_INFINITY, older: 0 });
    return { wants, write, close };
  } catch (thrown) {
    throw new UserError(`--log-file: ${file} cannot be written: ${messageOf(thrown)}`, SERIOUS, thrown);
  }
}

/** Which messages are shown. @throws UserError */
export function selectShown(given: GivenOptions): Sink['wants'] {
  const options = readOptions(textsOf(given, 'console'), here()).options;
  return select('console-log-filter', {
    level: options['console-log-level'],
    filter: options['console-log-filter'],
    ignored: options['console-log-ignore'],
  });
}

function textsOf(given: GivenOptions, of: 'log-file' | 'console'): Record<string, string> {
  const texts: Record<string, string> = {};
  const level = given.text(`${of}-log-level`) ?? given.text('log-level');
  if (level) texts[`${of}-log-level`] = level;
  for (const name of [`${of}-log-filter`, `${of}-log-ignore`] as const) {
    const text = given.text(name);
    if (text) texts[name] = text;
  }
  return texts;
}

/** @throws UserError for a filter that cannot be read */
export function select(option: string, selection: Selection): Sink['wants'] {
  try {
    return selectEntries(selection);
  } catch (thrown) {
    throw new UserError(`--${option}: ${messageOf(thrown)}`, 200, thrown);
  }
}
