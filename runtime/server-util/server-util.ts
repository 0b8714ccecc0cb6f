import type { Given } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { makeContext } from './command.ts';
import { readCommand } from './commands.ts';
import { refuseLater, type UtilOption } from './options.ts';
import { openOutput } from './output.ts';

type Write = (text: string) => void;

/** Runs a command line of ServerUtil. @returns the exit code. @throws UserError before there is a command to answer for. */
export async function runServerUtil(
  given: Given<UtilOption>,
  argv: readonly string[],
  write: Write = (text) => void process.stdout.write(text),
  writeError: Write = (text) => void process.stderr.write(text),
): Promise<number> {
  const { command, words } = readCommand(given.words, argv);
  const output = openOutput(command.name, given.flag('json'), write, writeError);
  try {
    refuseLater(given);
    return await command.run(makeContext(given, words, output));
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return output.end(thrown.exitCode, messageOf(thrown));
  }
}
