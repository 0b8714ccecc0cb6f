import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { messageOf, UserError } from '../../../runtime/errors.ts';
import { commandOptions, globalOptions, USER_ERROR } from '../../../runtime/server-util/options.ts';
import { runServerUtil } from '../../../runtime/server-util/server-util.ts';
import { makeFolder } from '../run-program.ts';

export interface Said {
  exit: number;
  stdout: string;
  stderr: string;
}

/** ServerUtil in this process, as the program runs it. */
export async function useServerUtil(...argv: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const write = (text: string) => {
    said.stdout += text;
  };
  const writeError = (text: string) => {
    said.stderr += text;
  };
  try {
    const options = [...globalOptions, ...commandOptions];
    const given = readArguments(argv, {}, options, { spaced: true, wrongUse: USER_ERROR });
    const exit = await runServerUtil(given, argv, write, writeError);
    return { exit, ...said };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { exit: thrown.exitCode, stdout: said.stdout, stderr: messageOf(thrown) };
  }
}

/** Options for somebody who cannot use the data folder of the server, but one of his own. */
export async function beSomebodyElse(t: ExecutionContext, port: number): Promise<string[]> {
  const folder = path.join(await makeFolder(t), 'own');
  return [`--hosturl=http://127.0.0.1:${port}`, `--server-datafolder=${folder}`];
}
