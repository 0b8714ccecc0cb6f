import { thisMachine } from '../backups/protected-paths.ts';
import { guardWrites } from '../backups/write-guard.ts';
import type { Call, CliCommand } from '../cli/command.ts';
import { COMMANDS } from '../cli/commands.ts';
import { explainSystemError } from '../cli/explain.ts';
import type { CliOption } from '../cli/options.ts';
import type { Output } from '../cli/output.ts';
import type { Option } from '../command-line/arguments.ts';
import { readArguments } from '../command-line/arguments.ts';
import { messageOf } from '../errors.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { WorkControl } from '../jobs/run-job.ts';
import { followProgress } from './follow-progress.ts';
import { readJobOptions } from './read-options.ts';
import { type Traffic, watchTraffic } from './watch-traffic.ts';

/** How a command went that a job was. */
export interface Ran {
  /** The exit code that it has on a command line. */
  code: number;
  /** What it prints with `--json`. */
  result: unknown;
  /** What it said meanwhile, and options that no command has. */
  lines: string[];
  warnings: string[];
  traffic: Traffic;
  /** Milliseconds since 1970. */
  began: number;
  ended: number;
}

/** Most lines that are kept. */
const MOST_LINES = 1000;

export interface Asked {
  /** Behind the destination. */
  words?: readonly string[];
  /** Options of this run, over those of the backup; '' for a switch. */
  options?: Readonly<Record<string, string>>;
}

/** A command of duplicati-cli by its name. */
export function findCommand(name: string): CliCommand {
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  return command;
}

/**
 * Runs a command of duplicati-cli in this process, as a command line would that has the options of a job. What is done from the server
 * and what is done from a terminal cannot differ. @throws what the command throws
 */
export async function runCommand(
  name: string,
  document: JobDocument,
  control: WorkControl,
  asked: Asked = {},
): Promise<Ran> {
  const command = findCommand(name);
  const lines: string[] = [];
  const say = (text: string) => {
    if (lines.length < MOST_LINES) lines.push(text);
    control.log('Information', text);
  };
  const began = Date.now();
  const traffic = watchTraffic(control);
  const { argv, given, warnings } = readGiven(document, command.options, asked);
  for (const warning of warnings) control.log('Warning', warning);
  const output = keepOutput();
  const call: Call = {
    words: [document.targetUrl, ...(asked.words ?? [])],
    url: document.targetUrl,
    given,
    argv,
    output,
    progress: followProgress(name, control, traffic, say),
    signal: control.stop,
    watch: traffic.watch,
    ...(document.carries === undefined ? {} : { carries: document.carries }),
    ...guardOf(document),
  };
  try {
    const code = await command.run(call);
    return { code, result: output.result(), lines, warnings, traffic, began, ended: Date.now() };
  } catch (thrown) {
    // Part of what it did may have been said already: what could not be restored, by name.
    for (const line of describeLost(output.result())) control.log('Warning', line);
    throw new Error(messageOf(explainSystemError(thrown)), { cause: thrown });
  }
}

/** What a job that the API asked for leaves alone. */
export function guardOf({ input }: Pick<JobDocument, 'input'>): Pick<Call, 'mayWrite'> {
  const { dataFolder } = input;
  return typeof dataFolder === 'string' ? { mayWrite: guardWrites(thisMachine(dataFolder)) } : {};
}

/** The options of a job, read as a command reads them. */
export function readGiven(
  document: JobDocument,
  known: readonly Option<CliOption>[],
  { options = {} }: Asked = {},
): { argv: string[]; given: Call['given']; warnings: string[] } {
  const { argv, unknown } = readJobOptions(document, known);
  const over = Object.entries(options).flatMap(([option, value]) =>
    known.some(({ name }) => name === option) ? [value === '' ? `--${option}` : `--${option}=${value}`] : [],
  );
  argv.push(...over, `--dbpath=${document.database}`, '--json', '--disable-module=console-password-input');
  return {
    argv,
    given: readArguments(argv, {}, known, { wrongUse: 200 }),
    warnings: unknown.map((option) => `the option --${option} is not known, and does nothing`),
  };
}

/** Keeps the JSON that a command prints. */
function keepOutput(): Output & { result(): unknown } {
  let kept: unknown;
  return {
    asJson: true,
    line: async () => {},
    async json(value) {
      kept = value;
    },
    async rows(rows, _, convert = (row) => row) {
      const all = [...rows].map(convert);
      kept = all;
      return all.length;
    },
    result: () => kept,
  };
}

function describeLost(result: unknown): string[] {
  if (typeof result !== 'object' || result === null || !('shortfalls' in result)) return [];
  const { shortfalls } = result;
  if (!Array.isArray(shortfalls)) return [];
  return shortfalls.slice(0, 100).map((one: { path?: unknown; message?: unknown }) => `${one.path}: ${one.message}`);
}
