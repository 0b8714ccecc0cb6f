import type { Call } from '../cli/command.ts';
import { COMMAND_ALIASES, COMMANDS, describeCommand, requireFit } from '../cli/commands.ts';
import { explainSystemError } from '../cli/explain.ts';
import { NamedError } from '../cli/named-error.ts';
import type { Output } from '../cli/output.ts';
import { readArguments } from '../command-line/arguments.ts';
import { formatHelp } from '../command-line/help.ts';
import { messageOf, UserError } from '../errors.ts';
import type { Work } from '../jobs/run-job.ts';
import { describeRun } from './describe-run.ts';
import { followProgress } from './follow-progress.ts';
import { guardOf } from './run-command.ts';
import { type Traffic, watchTraffic } from './watch-traffic.ts';

/** Runs a command line that a person typed into a web page; what it prints is the answer. The command is judged by the route already. */
export const runCommandLine: Work = async (document, control) => {
  const words = Array.isArray(document.input.arguments) ? document.input.arguments.map(String) : [];
  const [word = '', ...argv] = words;
  const command = COMMANDS.find(({ name }) => name === (COMMAND_ALIASES[word] ?? word));
  const print = (text: string) => control.send(text.split('\n').map((line) => line.slice(0, 8000)));
  const traffic = watchTraffic(control);
  const began = Date.now();
  let code = 0;
  try {
    if (word === 'help') {
      print(describe(argv[0] ?? ''));
      return describeRun(endOf(traffic, began), {});
    }
    if (!command) throw new UserError(`there is no command ${word}`, 200);
    const all = [...argv, '--disable-module=console-password-input'];
    const given = readArguments(all, {}, command.options, { wrongUse: 200 });
    requireFit(command, given.words, argv);
    const call: Call = {
      words: given.words,
      url: given.words[0] ?? '',
      given,
      argv: all,
      output: printOutput(given.flag('json'), print),
      progress: followProgress(command.name, control, traffic, print),
      signal: control.stop,
      watch: traffic.watch,
      ...guardOf(document),
    };
    code = await command.run(call);
  } catch (thrown) {
    const explained = explainSystemError(thrown);
    if (explained instanceof NamedError) print(`ErrorID: ${explained.id}`);
    print(messageOf(explained));
    code = explained instanceof UserError ? explained.exitCode : 100;
  }
  print(`Return code: ${code}`);
  return describeRun({ ...endOf(traffic, began), code }, {});
};

function endOf(traffic: Traffic, began: number) {
  return { code: 0, result: undefined, lines: [], warnings: [], traffic, began, ended: Date.now() };
}

/** Help of a command, or the names of all. */
function describe(word: string): string {
  const description = describeCommand(word);
  if (description) return formatHelp(description);
  return COMMANDS.map(({ name, help }) => `${name}: ${help}`).join('\n');
}

function printOutput(asJson: boolean, print: (text: string) => void): Output {
  return {
    asJson,
    line: async (text) => print(text),
    json: async (value) => print(JSON.stringify(value, null, 2)),
    async rows(rows, describe, convert = (row) => row) {
      let count = 0;
      for (const row of rows) {
        print(asJson ? JSON.stringify(convert(row)) : describe(row));
        count += 1;
      }
      return count;
    },
  };
}
