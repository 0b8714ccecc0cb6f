/** One command line, from its words to its exit code. */
import { type Given, type Option, readArguments } from '../command-line/arguments.ts';
import { readCommand } from '../command-line/commands.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import { type JobDocument, makeRedactor } from '../jobs/job-document.ts';
import { openRunLog, type Sink } from '../log/run-log.ts';
import type { Call } from './command.ts';
import {
  COMMAND_ALIASES,
  COMMANDS,
  commandOptions,
  LATER_COMMANDS,
  refusedOptions,
  requireFit,
  WRONG_COMMAND_LINE,
} from './commands.ts';
import { explainSystemError } from './explain.ts';
import { catchInterrupts } from './interrupt.ts';
import { logOptions, openFileSink, selectShown } from './log-options.ts';
import { logCall, tellRun } from './logged-call.ts';
import { NamedError } from './named-error.ts';
import type { CliOption } from './options.ts';
import { type Output, standardOutput } from './output.ts';
import { parametersOptions } from './parameters-file.ts';
import { applyPriority, priorityOptions } from './priority-options.ts';
import { type Progress, terminalProgress } from './progress.ts';
import { readReportOptions, reportOptions } from './report-options.ts';
import { keepLines, runReported } from './reported-run.ts';
import { changeCall, describeCall } from './run-document.ts';
import { resolveSecrets } from './secret-provider.ts';
import { sendMailCommand } from './send-mail-command.ts';

/** Options of every command line, and of nothing that the server runs: they write files and start programs of whoever typed them. */
export const runOptions: readonly Option<CliOption>[] = [
  ...parametersOptions,
  ...logOptions,
  ...priorityOptions,
  ...reportOptions,
];

const OPTIONS = [...commandOptions, ...runOptions];
const NAMES = OPTIONS.map(({ name }) => name);

/** Runs the command that the words begin with. @returns the exit code. @throws UserError */
export async function runCliCommand(unresolved: Given<CliOption>, argv: readonly string[]): Promise<number> {
  const [word = '', ...words] = unresolved.words;
  const name = readCommand(COMMAND_ALIASES[word] ?? word, {
    now: ['system-info', ...COMMANDS.map((command) => command.name)],
    later: LATER_COMMANDS.map((command) => command.name),
    waitFor: 'the backup engine',
    laterExit: SERIOUS,
    wrongUse: WRONG_COMMAND_LINE,
  });
  const command = COMMANDS.find((one) => one.name === name)!;
  requireFit(command, words, argv);
  applyPriority(unresolved);
  const isAsked = readReportOptions(unresolved);
  const isReported = isAsked && command !== sendMailCommand;
  const given = isAsked ? await resolveSecrets(unresolved, reportOptions) : unresolved;
  const document = describeCall(command, words, given, argv, NAMES);
  const progress = terminalProgress(given.flag('json'));
  const shows = selectShown(given);
  const lines = keepLines(given);
  const file = openFileSink(given);
  let redact = makeRedactor(document);
  const sinks = [showing(progress, shows), ...(file ? [file] : []), ...(isReported ? lines.sinks : [])];
  const log = openRunLog(sinks, (text) => redact(text));
  const told = tellRun(log, document.operation);
  const { signal, release } = catchInterrupts(progress.say);
  const explain = (thrown: unknown) => {
    progress.end();
    if (codeOf(thrown) === 'EPIPE') return thrown;
    return signal.aborted && !(thrown instanceof UserError) ? stopped(thrown) : explainSystemError(thrown);
  };
  let result: unknown;
  const output: Output = { ...standardOutput(given.flag('json')), sum: (value) => (result = value) };
  const run = async (call: Pick<Call, 'words' | 'given' | 'argv'>) => {
    try {
      return await command.run(logCall({ ...call, url: call.words[0]!, output, progress, signal }, log, shows));
    } catch (thrown) {
      throw explain(thrown);
    }
  };
  /** The same command line with what scripts changed. */
  const runChanged = async (changed: JobDocument) => {
    const now = changeCall(command, { words, argv }, document, changed);
    const [redactFirst, redactChanged] = [redact, makeRedactor(changed)];
    redact = (text) => redactChanged(redactFirst(text));
    const known = [...OPTIONS, ...refusedOptions];
    const again = readArguments(now.argv, process.env, known, { wrongUse: WRONG_COMMAND_LINE });
    requireFit(command, now.words, now.argv);
    return { code: await run({ ...now, given: again }), result };
  };
  try {
    told.begin();
    const code = isReported
      ? await runReported({ document, log, linesOf: lines.linesOf, signal, run: runChanged })
      : await run({ words, given, argv });
    told.end();
    return code;
  } catch (thrown) {
    if (codeOf(thrown) === 'EPIPE') throw thrown;
    told.fail(messageOf(thrown));
    if (thrown instanceof NamedError) process.stderr.write(`ErrorID: ${thrown.id}\n`);
    throw thrown;
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
