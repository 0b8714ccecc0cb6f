import { existsSync, lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findWindowsFileProblem, findWindowsPathProblem } from '../service/windows-folder.ts';
import type { Security } from '../windows/security.ts';
import { loadWindows } from '../windows/windows.ts';

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
  if (plain === 'secret-provider' && /^\s*pass:/i.test(value)) return [{ name: 'pass', value }]; // `//` may be left out
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

/** The administrator's file on this system; on Windows in the folder of the service, which administrators alone can change. */
function allowedFile(platform: NodeJS.Platform): string {
  if (platform !== 'win32') return ALLOWED_FILE;
  return path.win32.join(process.env.ProgramData || 'C:\\ProgramData', 'Duplicati', 'allowed-programs');
}

/** What the administrator's file allows whenever that is asked; nothing without one. */
export function readAllowedPrograms(
  log: Log,
  file?: string,
  platform = process.platform,
  security: () => Security = () => loadWindows().security,
): AllowedPrograms {
  const named = file ?? allowedFile(platform);
  return {
    isAllowed({ name, value }) {
      const lines = readLines(log, named, platform === 'win32' ? security : undefined);
      return lines.includes(name) || lines.includes(`${name}=${value}`);
    },
  };
}

function readLines(log: Log, file: string, security: (() => Security) | undefined): string[] {
  if (!existsSync(file)) return [];
  try {
    const problem = security ? findChangerOnWindows(file, security()) : findChanger(file);
    if (problem === undefined)
      return readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
    log.warning(`${file} is not used: ${problem}`);
  } catch (thrown) {
    log.warning(`${file} is not used: ${messageOf(thrown)}`);
  }
  return [];
}

/** Who else than root can change the file or exchange a folder above it, in words. */
function findChanger(file: string): string | undefined {
  for (let part = file; ; part = path.dirname(part)) {
    const stat = lstatSync(part);
    const isLink = part === file && !stat.isFile();
    if (stat.uid !== 0 || (stat.mode & 0o022) !== 0 || isLink) return `others than root can change ${part}`;
    if (path.dirname(part) === part) return undefined;
  }
}

/** The same for SYSTEM and Administrators: the account that the server runs as is not among those who may. */
function findChangerOnWindows(file: string, security: Security): string | undefined {
  const strict: Security = { ...security, ownAccounts: () => [] };
  return findWindowsFileProblem(file, strict) ?? findWindowsPathProblem(file, strict);
}
