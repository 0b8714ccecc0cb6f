/** One command line, from its words to its exit code. */
import type { Given, Option } from '../command-line/arguments.ts';
import { readCommand } from '../command-line/commands.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import { makeRedactor } from '../jobs/job-document.ts';
import { openRunLog, type Sink } from '../log/run-log.ts';
import type { Call } from './command.ts';
import {
  COMMAND_ALIASES,
  COMMANDS,
  commandOptions,
  LATER_COMMANDS,
  requireFit,
  WRONG_COMMAND_LINE,
} from './commands.ts';
import { explainSystemError } from './explain.ts';
import { catchInterrupts } from './interrupt.ts';
import { logOptions, openFileSink, selectShown } from './log-options.ts';
import { logCall, tellRun } from './logged-call.ts';
import { NamedError } from './named-error.ts';
import type { CliOption } from './options.ts';
import { standardOutput } from './output.ts';
import { type Progress, terminalProgress } from './progress.ts';
import { describeCall } from './run-document.ts';

/** Options of every command line, and of nothing that the server runs: they write files and start programs of whoever typed them. */
export const runOptions: readonly Option<CliOption>[] = [...logOptions];

/** Runs the command that the words begin with. @returns the exit code. @throws UserError */
export async function runCliCommand(given: Given<CliOption>, argv: readonly string[]): Promise<number> {
  const [word = '', ...words] = given.words;
  const name = readCommand(COMMAND_ALIASES[word] ?? word, {
    now: ['system-info', ...COMMANDS.map((command) => command.name)],
    later: LATER_COMMANDS.map((command) => command.name),
    waitFor: 'the backup engine',
    laterExit: SERIOUS,
    wrongUse: WRONG_COMMAND_LINE,
  });
  const command = COMMANDS.find((one) => one.name === name)!;
  requireFit(command, words, argv);
  const known = [...commandOptions, ...runOptions].map((option) => option.name);
  const document = describeCall(command, words, given, argv, known);
  const progress = terminalProgress(given.flag('json'));
  const shows = selectShown(given);
  const file = openFileSink(given);
  const log = openRunLog([showing(progress, shows), ...(file ? [file] : [])], makeRedactor(document));
  const told = tellRun(log, document.operation);
  const { signal, release } = catchInterrupts(progress.say);
  try {
    told.begin();
    const output = standardOutput(given.flag('json'));
    const call: Call = { words, url: words[0]!, given, argv, output, progress, signal };
    const code = await command.run(logCall(call, log, shows));
    told.end();
    return code;
  } catch (thrown) {
    progress.end();
    if (codeOf(thrown) === 'EPIPE') throw thrown;
    const explained = signal.aborted && !(thrown instanceof UserError) ? stopped(thrown) : explainSystemError(thrown);
    told.fail(messageOf(explained));
    if (explained instanceof NamedError) process.stderr.write(`ErrorID: ${explained.id}\n`);
    throw explained;
  } finally {
    release();
    log.close();
  }
}

/** Messages on standard error, beside progress. */
function showing(progress: Progress, wants: Sink['wants']): Sink {
  return {
    wants,
    isForPeople: true,
    write(_, { level, message }) {
      progress.end();
      process.stderr.write(`  ${level}: ${message}\n`);
    },
  };
}

function stopped(thrown: unknown): UserError {
  return new NamedError('Stopped', 'stopped; what was done is whole, nothing half done is left', SERIOUS, thrown);
}
