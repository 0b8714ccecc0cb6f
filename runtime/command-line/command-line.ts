import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import { isReadByJournal } from '../log/log.ts';
import { printable } from '../log/printable.ts';
import { version } from '../paths.ts';
import { type Given, type Option, readArguments } from './arguments.ts';
import { type Description, formatHelp } from './help.ts';

/** A program as one value: what it says of itself, what it reads, what it does. */
export interface Program<Name extends string> extends Description {
  options: readonly Option<Name>[];
  /** Exit code for a wrong command line. Default 2; duplicati-cli has 200. */
  wrongUse?: number;
  /** True: `--name value` is read too. */
  spaced?: boolean;
  /** True: without any argument the help is printed, as `help` does. */
  helpWhenEmpty?: boolean;
  /** The help of one command: `NAME --help`, `help NAME`. */
  describeCommand?(word: string): Description | undefined;
  /** What `help TOPIC` prints, for topics that are more than commands. @returns undefined for a topic that there is not */
  describeTopic?(topic: string): string | undefined;
  /** Called before the command line is read: may fill gaps of the environment. @returns options that the command line overrides. */
  prepare?(): readonly string[];
  /** Called before the command line is read: puts into it what it names. */
  expand?(argv: readonly string[]): readonly string[];
  /** @param argv the command line that was read. @returns the exit code. */
  run(given: Given<Name>, argv: readonly string[]): Promise<number> | number;
}

/**
 * Runs a program on this process's arguments and ends it with the right exit code. `--help`, `--version` and the words `help` and
 * `version` answer before anything else is read, so that they work with a broken configuration too.
 */
export async function runProgram<Name extends string>(program: Program<Name>): Promise<void> {
  process.exitCode = await runCommandLine(program, process.argv.slice(2), (message) => {
    process.stderr.write(`${isReadByJournal() ? '<3>' : ''}${program.name}: ${message}\n`);
  });
}

/** Runs a program on `argv`; what goes wrong is handed to `report`. @returns the exit code. */
export async function runCommandLine<Name extends string>(
  program: Program<Name>,
  argv: readonly string[],
  report: (message: string) => void,
): Promise<number> {
  try {
    if (asksFor(argv, ['--help', '-h', '-?', '/?'], 'help') || (argv.length === 0 && program.helpWhenEmpty)) {
      const topic = argv[0] === 'help' ? argv[1] : undefined;
      if (topic !== undefined && program.describeTopic) {
        const missing = `Topic not found: ${printable(topic)}\n\n`;
        return print(program.describeTopic(topic) ?? missing + formatHelp(program));
      }
      const word = argv.find((argument) => !argument.startsWith('-') && argument !== 'help') ?? '';
      return print(formatHelp(program.describeCommand?.(word) ?? program));
    }
    if (asksFor(argv, ['--version'], 'version')) return print(`${version}\n`);
    const prepared = program.prepare?.() ?? [];
    const expanded = program.expand?.(argv) ?? argv;
    const given = readArguments([...prepared, ...expanded], process.env, program.options, program);
    const [word] = given.words;
    if (word !== undefined && !program.commands) {
      throw new UserError(`unexpected argument "${word}"; options are written --name=value`, program.wrongUse ?? 2);
    }
    return await program.run(given, expanded);
  } catch (thrown) {
    if (codeOf(thrown) === 'EPIPE') return 0;
    report(explainFailure(thrown));
    return thrown instanceof UserError ? thrown.exitCode : SERIOUS;
  }
}

/** What was thrown, for a person: one line, or for a defect of ours its stack too. */
export function explainFailure(thrown: unknown): string {
  if (thrown instanceof UserError) return printable(messageOf(thrown));
  return `a defect of this program, please report it\n${stackOf(thrown)}`;
}

function asksFor(argv: readonly string[], flags: readonly string[], word: string): boolean {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return options.some((argument) => flags.includes(argument)) || argv[0] === word;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function stackOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return stack.split('\n').map(printable).join('\n');
}
