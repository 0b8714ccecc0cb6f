import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../log/log.ts';

/** Where an administrator allows what names a program. */
export const ALLOWED_FILE = '/etc/duplicati/allowed-programs';

/** Options that name a program, its arguments, or a file with further options. Facts about Duplicati's options, 2.3.0. */
const OPTIONS = [
  'run-script-before',
  'run-script-before-required',
  'run-script-after',
  'run-script-post-backup',
  'run-script-with-arguments',
  'gpg-program-path',
  'gpg-encryption-command',
  'gpg-decryption-command',
  'gpg-encryption-switches',
  'gpg-decryption-switches',
  'rclone-executable',
  'rclone-option',
  'rclone-local-repository',
  'rclone-remote-repository',
  'rclone-remote-path',
  'pass-command',
  'parameters-file',
  'parameter-file',
  'parametersfile',
  'ssh-command',
  'par2-program-path',
] as const;
/** Addresses that are command lines, or can hold them (rclone's connection strings; the program `pass`). */
const SCHEMES = ['rclone', 'pass'] as const;

const NAMES = new Set<string>(OPTIONS);
const IN_TEXT = new RegExp(`(?<![a-z0-9-])-*(${OPTIONS.join('|')})["']?\\s*(?==|:)`, 'i');
const SCHEME_IN_TEXT = new RegExp(`(?<![a-z0-9+.-])(${SCHEMES.join('|')})://`, 'i');

/** What names a program to run: the option or the kind of address. */
export type Naming = { name: string; value: string };

/** What the administrator of the machine allows the API to set. */
export interface AllowedPrograms {
  isAllowed(naming: Naming): boolean;
}

/** Everything in a definition that names a program. */
export function findPrograms({
  targetUrl,
  sources,
  options,
}: Readonly<{
  targetUrl: string;
  sources: readonly string[];
  options: readonly { name: string; value: string }[];
}>): Naming[] {
  const found = options.flatMap(({ name, value }) => findInOption(name, value));
  for (const text of [targetUrl, ...sources]) found.push(...findInText(text));
  return found;
}

/** What an option names, in itself or in its value. */
export function findInOption(name: string, value: string): Naming[] {
  const plain = name.trim().replace(/^-+/, '').toLowerCase();
  if (NAMES.has(plain)) return value.trim() === '' ? [] : [{ name: plain, value }];
  return plain === 'passphrase' ? [] : findInText(value);
}

/** What an address or another text names, however often it is percent-encoded. */
export function findInText(text: string): Naming[] {
  let now = text;
  for (let round = 0; round < 5; round++) {
    const name = (IN_TEXT.exec(now) ?? SCHEME_IN_TEXT.exec(now))?.[1];
    if (name !== undefined) return [{ name: name.toLowerCase(), value: text }];
    const next = now.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
    if (next === now) return [];
    now = next;
  }
  return [{ name: 'an address encoded too often', value: text }];
}

/** Reads the administrator's file; nothing is allowed without one. */
export function readAllowedPrograms(log: Log, file = ALLOWED_FILE, platform = process.platform): AllowedPrograms {
  const lines = platform === 'win32' ? [] : readLines(log, file);
  return { isAllowed: ({ name, value }) => lines.includes(name) || lines.includes(`${name}=${value}`) };
}

function readLines(log: Log, file: string): string[] {
  try {
    for (let part = file; ; part = path.dirname(part)) {
      const { uid, mode } = lstatSync(part);
      const isLink = part === file && !lstatSync(part).isFile();
      if (uid !== 0 || (mode & 0o022) !== 0 || isLink) {
        log.warning(`${file} is not used: others than root can change ${part}`);
        return [];
      }
      if (path.dirname(part) === part) break;
    }
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  } catch {
    return []; // there is none
  }
}
