import { UserError } from '../errors.ts';
import { suggestName } from './suggest.ts';

/** The commands of a program: those that work, and those that are known but come with a later release. */
export interface Commands {
  now: readonly string[];
  later: readonly string[];
  /** What they wait for: `the backup engine`. */
  waitFor: string;
  /** Exit code for a command that comes later. */
  laterExit: number;
  /** Exit code for a command that is not known. */
  wrongUse: number;
}

/** The command named, when it works. @throws UserError for one that comes later, and for an unknown one with the nearest known. */
export function readCommand(word: string, { now, later, waitFor, laterExit, wrongUse }: Commands): string {
  if (now.includes(word)) return word;
  if (later.includes(word)) {
    throw new UserError(`"${word}" comes with ${waitFor} in a later release; this version cannot do it`, laterExit);
  }
  if (!word) throw new UserError('a command is needed (see --help)', wrongUse);
  const near = suggestName(word, [...now, ...later, 'help', 'version']);
  throw new UserError(`unknown command "${word}"${near ? `; did you mean ${near}?` : ''} (see --help)`, wrongUse);
}

/** Rows for the help: the commands that come later say so. */
export function describeLater(commands: readonly { name: string; help: string }[]): { name: string; help: string }[] {
  return commands.map(({ name, help }) => ({ name, help: `${help} (comes with a later release)` }));
}
