/** How the program gpg is called: its arguments, its environment, and what its complaints mean. */
import { UserError } from '../../errors.ts';
import { VolumeError } from './volume-error.ts';

/** How gpg is called. Arguments stand one by one, and none of them is a secret. */
export interface GpgOptions {
  /** Its path, or a name on PATH. */
  program: string;
  /** Switches and the command, `--decrypt` unless others are given. */
  decryption?: readonly string[];
  /** Switches and the command, `--symmetric` unless others are given. */
  encryption?: readonly string[];
}

/** The passphrase is the first line of its standard input: nobody else sees that. */
const ALWAYS = ['--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase-fd', '0'];
/** What it needs to find its own folder and the system's libraries; nothing of ours, a passphrase least of all. */
const NEEDED = ['PATH', 'HOME', 'GNUPGHOME', 'LANG', 'TMPDIR', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'SystemRoot'];
const [WRONG_USE, LONGEST_LINE] = [200, 200];

export function decryptionArguments({ decryption = ['--decrypt'] }: GpgOptions, file: string): string[] {
  return [...ALWAYS, ...decryption, '--', file];
}

/** Volumes are compressed already: gpg's own compression would cost time for nothing. Later switches win over it. */
export function encryptionArguments({ encryption = ['--symmetric'] }: GpgOptions): string[] {
  return [...ALWAYS, '--compress-algo', 'none', ...encryption];
}

export function gpgEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of NEEDED) if (environment[name] !== undefined) kept[name] = environment[name];
  return kept;
}

/** The line that it reads. @throws VolumeError for a passphrase that has more than one */
export function passphraseLine(passphrase: string): string {
  if (/[\r\n\0]/.test(passphrase))
    throw new VolumeError('refused', 'a passphrase of several lines cannot be given to gpg');
  return `${passphrase}\n`;
}

export function gpgNotStarted(program: string, why: string, cause?: unknown): VolumeError {
  return new VolumeError(
    'refused',
    `${program} cannot be run (${why}); install GnuPG or set --gpg-program-path`,
    cause,
  );
}

/** The last line of what it said, which tells most. */
export function lastLine(complaint: string, code: number | null): string {
  const line = complaint.trim().split('\n').at(-1)?.slice(0, LONGEST_LINE);
  return line || `it ended with code ${code}`;
}

/**
 * Words of an option as a shell would split them: blanks part them, quotes of either kind hold them together.
 * @throws UserError (200) where a quote is not closed, or where a passphrase would stand in the arguments
 */
export function splitSwitches(option: string, text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)/y;
  const trimmed = text.trim();
  while (pattern.lastIndex < trimmed.length) {
    const word = pattern.exec(trimmed)?.[1];
    if (word === undefined) throw new UserError(`--${option}: a quote is not closed`, WRONG_USE);
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, (_, double: string, single: string) => double ?? single));
  }
  if (words.some((word) => /^--?pass(phrase|wd)?(?!word-)/i.test(word)))
    throw new UserError(`--${option}: the passphrase is handed over by itself and never in arguments`, WRONG_USE);
  return words;
}
