import type { Description } from '../command-line/help.ts';
import { suggestName } from '../command-line/suggest.ts';
import { UserError } from '../errors.ts';
import { accessCommands } from './access-commands.ts';
import { backupCommands } from './backup-commands.ts';
import type { Command } from './command.ts';
import { exportCommand } from './export-command.ts';
import { importCommand } from './import-command.ts';
import { commandOptions, FAILED, globalOptions, USER_ERROR } from './options.ts';
import { stateCommands } from './state-commands.ts';

/** All commands of Duplicati's ServerUtil. */
export const commands: readonly Command[] = [
  ...stateCommands,
  ...backupCommands,
  importCommand,
  exportCommand,
  ...accessCommands,
];

/** Rows for the help of all. */
export const commandRows = commands.map(({ name, operands, help }) => ({
  name: [name, ...operands].join(' '),
  help,
}));

/** The help of one command. */
export function describeCommand(word: string): Description | undefined {
  const command = commands.find(({ name }) => name === word);
  if (!command) return undefined;
  return {
    name: 'duplicati-server-util',
    summary: `the command ${command.name}`,
    usage: [`${[command.name, ...command.operands].join(' ')} [options]`],
    text: [command.help],
    options: [...commandOptions.filter(({ name }) => command.options.includes(name)), ...globalOptions],
    examples:
      command.examples.length > 0
        ? command.examples
        : [{ line: `duplicati-server-util ${command.name}`, help: 'With the server of this machine.' }],
  };
}

/** The command that is named, and the words behind it. @throws UserError (1) for no command that is known, (2) for too many words or too few. */
export function readCommand(
  [word = '', ...words]: readonly string[],
  argv: readonly string[],
): { command: Command; words: string[] } {
  const command = commands.find(({ name }) => name === word);
  if (!word) throw new UserError('a command is needed (see --help)', FAILED);
  if (!command) {
    const near = suggestName(word, [...commands.map(({ name }) => name), 'help', 'version']);
    throw new UserError(`unknown command "${word}"${near ? `; did you mean ${near}?` : ''} (see --help)`, FAILED);
  }
  const { name, operands } = command;
  const least = operands.filter((operand) => operand.startsWith('<')).length;
  const isOpen = operands.some((operand) => operand.endsWith('...'));
  if (words.length < least)
    throw new UserError(`${name} needs ${operands[words.length]} (see ${name} --help)`, USER_ERROR);
  if (words.length > operands.length && !isOpen)
    throw new UserError(`${name}: there is a word too many (see ${name} --help)`, USER_ERROR);
  for (const { name: option } of commandOptions) {
    const isGiven = argv.some(
      (one) => one.toLowerCase() === `--${option}` || one.toLowerCase().startsWith(`--${option}=`),
    );
    if (isGiven && !command.options.includes(option))
      throw new UserError(`${name} has no option --${option} (see ${name} --help)`, USER_ERROR);
  }
  return { command, words };
}
