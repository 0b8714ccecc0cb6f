import type { Option } from '../command-line/arguments.ts';
import type { Description } from '../command-line/help.ts';
import { effectOf } from '../engine/options/effects.ts';
import { ENGINE_OPTIONS, type OptionName, type OptionRow } from '../engine/options/table.ts';
import { UserError } from '../errors.ts';
import { backupCommand } from './backup-command.ts';
import type { CliCommand } from './command.ts';
import { compactCommand } from './compact-command.ts';
import { compareCommand } from './compare-command.ts';
import { damageCommands } from './damage-commands.ts';
import { deleteCommand } from './delete-command.ts';
import { listCommands } from './list-commands.ts';
import { localCommands } from './local-commands.ts';
import type { CliOption } from './options.ts';
import { purgeCommands } from './purge-commands.ts';
import { recoveryCommand } from './recovery-command.ts';
import { repairCommand } from './repair-command.ts';
import { REFUSED_OF_MODULES } from './report-options.ts';
import { restoreCommand } from './restore-command.ts';
import { secretCommand } from './secret-command.ts';
import { sendMailCommand } from './send-mail-command.ts';
import { testCommand } from './test-command.ts';
import { toolCommands } from './tool-commands.ts';

/** Duplicati's exit code for a wrong command line. */
export const WRONG_COMMAND_LINE = 200;

/** Commands that read a backup. */
export const COMMANDS: readonly CliCommand[] = [
  backupCommand,
  restoreCommand,
  ...listCommands,
  compareCommand,
  ...damageCommands,
  testCommand,
  repairCommand,
  ...purgeCommands,
  ...localCommands,
  ...toolCommands,
  recoveryCommand,
  secretCommand,
  sendMailCommand,
  deleteCommand,
  compactCommand,
];

/** Duplicati's commands that write to a destination: known by name, so that nobody takes them for a typing mistake. */
export const LATER_COMMANDS: readonly { name: string; help: string }[] = [
  { name: 'set-locks', help: 'Lock remote volumes against deletion.' },
  { name: 'read-lock-info', help: 'Read the locks of remote volumes.' },
  { name: 'sync', help: 'Mirror one destination to another.' },
];

/** Other spellings that Duplicati reads. */
export const COMMAND_ALIASES: Readonly<Record<string, string>> = {
  'list-folder-content': 'list-folder-contents',
  search: 'search-files',
  'search-entries': 'search-files',
  verify: 'test',
  'test-filter': 'test-filters',
};

/** Every option of any command, once. */
export const commandOptions: readonly Option<CliOption>[] = [
  ...new Map(COMMANDS.flatMap(({ options }) => options).map((option) => [option.name, option])).values(),
];

/** Options of Duplicati that no command has: known, so that the reason can be said. */
export const refusedOptions: readonly Option[] = [
  ...Object.entries<OptionRow>(ENGINE_OPTIONS).flatMap(([key, row]) => {
    const name = key as OptionName; // a key of the table
    const effect = effectOf(name);
    if (effect.kind === 'used' || commandOptions.some((option) => option.name === name)) return [];
    const harmless = row.isOfMachine ? undefined : row.default;
    return [
      {
        name,
        ...(row.aliases ? { aliases: row.aliases } : {}),
        help: '',
        refused: effect.why,
        ...(harmless === undefined ? {} : { harmless }),
      },
    ];
  }),
  ...Object.entries(REFUSED_OF_MODULES).map(([name, refused]) => ({ name, help: '', refused })),
];

/** @param more options that a command line has beside those of the command */
export function describeCommand(word: string, more: readonly Option<CliOption>[] = []): Description | undefined {
  const command = COMMANDS.find(({ name }) => name === (COMMAND_ALIASES[word] ?? word));
  if (!command) return undefined;
  const { name, operands, help, options, examples } = command;
  const environment = [{ name: 'PASSPHRASE', help: 'Passphrase of the backup.' }];
  return {
    name: 'duplicati-cli',
    summary: `the command ${name}`,
    usage: [`${[name, ...operands].join(' ')} [options]`],
    text: [help],
    options: [...options, ...more],
    environment,
    examples,
  };
}

/** @throws UserError (200) for too few or too many words, and for an option of another command */
export function requireFit(
  { name, operands, options }: Pick<CliCommand, 'name' | 'operands' | 'options'>,
  words: readonly string[],
  argv: readonly string[],
  known: readonly Option<CliOption>[] = commandOptions,
): void {
  const least = operands.filter((operand) => operand.startsWith('<')).length;
  const isOpen = operands.some((operand) => operand.includes('...'));
  if (words.length < least) {
    throw new UserError(`${name} needs ${operands[words.length]} (see ${name} --help)`, WRONG_COMMAND_LINE);
  }
  if (words.length > operands.length && !isOpen) {
    throw new UserError(`${name}: there is a word too many (see ${name} --help)`, WRONG_COMMAND_LINE);
  }
  for (const { name: option } of known) {
    if (options.some((one) => one.name === option)) continue;
    if (argv.some((one) => one.toLowerCase() === `--${option}` || one.toLowerCase().startsWith(`--${option}=`))) {
      throw new UserError(`${name} has no option --${option} (see ${name} --help)`, WRONG_COMMAND_LINE);
    }
  }
}
