/** A command of duplicati-cli in this process: what it prints, says and ends with. A process of its own costs a second of two processors. */
import {
  COMMAND_ALIASES,
  COMMANDS,
  commandOptions,
  refusedOptions,
  requireFit,
} from '../../../runtime/cli/commands.ts';
import { NamedError } from '../../../runtime/cli/named-error.ts';
import type { Output } from '../../../runtime/cli/output.ts';
import type { Progress } from '../../../runtime/cli/progress.ts';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { UserError } from '../../../runtime/errors.ts';
import type { StorageWatch } from '../../../runtime/storage/watched-storage.ts';

export interface Called {
  code: number;
  stdout: string;
  /** What was said meanwhile, then the error's name and sentence. */
  stderr: string;
}

/** @param argv the command, its words and options; a passphrase and the place of data have to be among them. */
export function callCommand(...argv: string[]): Promise<Called> {
  return callWatched(argv);
}

/** The same with somebody looking on at the destination. */
export async function callWatched(argv: readonly string[], watch?: StorageWatch): Promise<Called> {
  let [stdout, stderr] = ['', ''];
  const say = (text: string) => {
    stderr += `  ${text}\n`;
  };
  try {
    const given = readArguments(argv, {}, [...commandOptions, ...refusedOptions], { wrongUse: 200 });
    const [word = '', ...words] = given.words;
    const command = COMMANDS.find(({ name }) => name === (COMMAND_ALIASES[word] ?? word))!;
    requireFit(command, words, argv);
    const output = keep(given.flag('json'), (text) => {
      stdout += text;
    });
    const progress: Progress = { say, fetching: () => {}, done: () => {}, counting: () => {}, end: () => {} };
    const signal = new AbortController().signal;
    const code = await command.run({
      words,
      url: words[0]!,
      given,
      argv,
      output,
      progress,
      signal,
      ...(watch ? { watch } : {}),
    });
    return { code, stdout, stderr };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const id = thrown instanceof NamedError ? `ErrorID: ${thrown.id}\n` : '';
    return { code: thrown.exitCode, stdout, stderr: `${stderr}${id}${thrown.message}\n` };
  }
}

function keep(asJson: boolean, write: (text: string) => void): Output {
  return {
    asJson,
    line: async (text) => write(`${text}\n`),
    json: async (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    async rows(rows, describe, convert = (row) => row) {
      const all = [...rows];
      write(asJson ? JSON.stringify(all.map(convert)) : all.map((row) => `${describe(row)}\n`).join(''));
      return all.length;
    },
  };
}
