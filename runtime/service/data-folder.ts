import { chmodSync, lstatSync, mkdirSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Given, Option } from '../command-line/arguments.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { installRoot } from '../paths.ts';
import type { Security } from '../windows/security.ts';
import { loadWindows } from '../windows/windows.ts';
import { isPrivateGroup } from './private-group.ts';
import {
  closeEmptyFolder,
  findWindowsFolderProblem,
  findWindowsPathProblem,
  makePrivateFolder,
} from './windows-folder.ts';

export type DataFolderOption = 'server-datafolder' | 'portable-mode' | 'allow-insecure-datafolder';

/** Rows for the option table of every program that has a data folder. */
export const dataFolderOptions: readonly Option<DataFolderOption>[] = [
  {
    name: 'server-datafolder',
    value: 'FOLDER',
    help:
      process.platform === 'win32'
        ? 'Folder of settings and databases. Without it: %DUPLICATI_HOME%, else Duplicati below %ProgramData% for a service and below %LOCALAPPDATA% for a person.'
        : 'Folder of settings and databases. Without it: $DUPLICATI_HOME, else Duplicati below $XDG_CONFIG_HOME or ~/.config, else /var/lib/Duplicati.',
  },
  {
    name: 'portable-mode',
    help: 'Use the folder "data" of the installation, unless --server-datafolder is given.',
  },
  {
    name: 'allow-insecure-datafolder',
    help: 'Use the data folder although other accounts could read or replace it.',
  },
];

/** DUPLICATI_HOME, for the help's environment section. */
export const dataFolderEnvironment = [
  {
    name: 'DUPLICATI_HOME',
    help: 'Data folder when --server-datafolder is not given; packages set it for their services.',
  },
];

/** The data folder that a program's options name, if any. */
export function namedDataFolder(given: Given<'server-datafolder' | 'portable-mode'>): string | undefined {
  return (
    given.text('server-datafolder') || (given.flag('portable-mode') ? path.join(installRoot(), 'data') : undefined)
  );
}

/** The data folder that a program's options name, else the account's. */
export function dataFolderOf(given: Given<DataFolderOption>): string {
  return findDataFolder(namedDataFolder(given));
}

/** Where settings and databases are kept, by the order of `--server-datafolder`, DUPLICATI_HOME, the account's folder for such things. */
export function findDataFolder(
  option: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const given = option || environment.DUPLICATI_HOME;
  if (platform === 'win32') return path.win32.resolve(given || path.win32.join(localData(environment), 'Duplicati'));
  const home = environment.HOME || homeOfAccount();
  const config = environment.XDG_CONFIG_HOME || (home && path.join(home, '.config'));
  return path.resolve(given || (config ? path.join(config, 'Duplicati') : '/var/lib/Duplicati'));
}

/** %LOCALAPPDATA%; for the accounts of services, whose own folder is inside Windows, %ProgramData%. */
function localData(environment: NodeJS.ProcessEnv): string {
  const own = environment.LOCALAPPDATA || path.win32.join(homeOfAccount(), 'AppData\\Local');
  const windows = environment.SystemRoot || 'C:\\Windows';
  const isInWindows = own.toLowerCase().startsWith(`${windows.toLowerCase()}\\`);
  return isInWindows ? environment.ProgramData || 'C:\\ProgramData' : own;
}

function homeOfAccount(): string {
  try {
    return homedir();
  } catch {
    return ''; // an account number without an entry in /etc/passwd
  }
}

/**
 * Makes the data folder (0700; on Windows for SYSTEM, Administrators and us alone) or checks the one that is there: ours, for nobody
 * else, and no other account able to put something else in its place, in any folder above it. One of ours that others could only read is
 * closed. With `insecure`, what is wrong is logged
 * instead of refused.
 * @returns its real path. @throws UserError (100) that says what is wrong and how to mend it.
 */
export function prepareDataFolder(folder: string, insecure: boolean, log: Log, system = currentSystem()): string {
  try {
    makeFolders(folder, insecure, system);
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`the data folder ${folder} cannot be made: ${messageOf(thrown)}`, SERIOUS, thrown);
  }
  const real = resolveFolder(folder);
  if (!insecure && system.repairFolder?.(folder))
    log.warning(`the data folder ${folder} could be read by other accounts until now; its mode is 0700 again`);
  const problem = system.findFolderProblem(folder);
  if (problem && !insecure) throw refusal(folder, problem);
  if (problem) log.warning(`the data folder is not safe: ${problem}`);
  return real;
}

function resolveFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (thrown) {
    throw refusal(folder, messageOf(thrown)); // a link to nowhere, a file on the way
  }
}

function refusal(folder: string, problem: string): UserError {
  const hint = 'mend it, choose another folder with --server-datafolder, or give --allow-insecure-datafolder';
  return new UserError(`the data folder ${folder} is refused: ${problem}; ${hint}`, SERIOUS);
}

/** How folders are made for us alone, and judged, on this system. */
export interface System {
  /** Makes one folder. @throws Error, also with code EEXIST. */
  makeFolder(folder: string): void;
  findFolderProblem(folder: string): string | undefined;
  /** Takes the rights of others from a folder that is safe but for its mode. True when it did. */
  repairFolder?(folder: string): boolean;
  /** What is wrong with the folders above one that does not exist yet. */
  findPathProblem(missing: string): string | undefined;
}

const posixSystem: System = {
  makeFolder: (folder) => mkdirSync(folder, { mode: 0o700 }),
  repairFolder: (folder) => repairFolder(folder),
  findFolderProblem: (folder) => findFolderProblem(folder),
  findPathProblem: (missing) => findPathProblem(missing),
};

/** Without koffi nothing can be made safe or judged: that is a problem like any other, with the same way out. */
export function windowsSystem(load: () => Security = () => loadWindows().security): System {
  const find = (judge: (security: Security) => string | undefined): string | undefined => {
    try {
      return judge(load());
    } catch (thrown) {
      return `who can use it cannot be told: ${messageOf(thrown)}`;
    }
  };
  return {
    makeFolder: (folder) => makePrivateFolder(folder, load()),
    findFolderProblem: (folder) =>
      find((security) => {
        if (!findWindowsFolderProblem(folder, security)) return undefined;
        closeEmptyFolder(folder, security);
        return findWindowsFolderProblem(folder, security);
      }),
    findPathProblem: (missing) => find((security) => findWindowsPathProblem(path.dirname(missing), security)),
  };
}

/** This machine's. */
export function currentSystem(): System {
  return process.platform === 'win32' ? windowsSystem() : posixSystem;
}

/** Makes what is missing of the path, each folder for us alone, after checking that what is there cannot be replaced by others. */
function makeFolders(folder: string, insecure: boolean, system: System): void {
  const missing: string[] = [];
  let at = folder;
  while (lstatSync(at, { throwIfNoEntry: false }) === undefined) {
    missing.unshift(at);
    const above = path.dirname(at);
    if (above === at) throw refusal(folder, `there is no ${at}`); // a drive of Windows
    at = above;
  }
  if (missing.length === 0) return;
  const problem = system.findPathProblem(missing[0]!);
  if (problem && !insecure) throw refusal(folder, problem);
  for (const each of missing) {
    try {
      system.makeFolder(each);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown; // somebody was faster: the check that follows judges what is there
    }
  }
}

/**
 * Closes a folder of ours that others could look into and not write to: nobody can have put anything there. One that they could write to
 * stays as it is, and is refused.
 */
function repairFolder(folder: string, us = process.getuid?.()): boolean {
  if (us === undefined || findPathProblem(folder, us) !== undefined) return false;
  const stat = lstatSync(realpathSync(folder));
  const mode = stat.mode & 0o7777;
  if (!stat.isDirectory() || stat.uid !== us || mode === 0o700 || (mode & 0o7022) !== 0) return false;
  chmodSync(realpathSync(folder), 0o700);
  return true;
}

/** What is wrong with an existing data folder, in words; undefined when it is safe. */
export function findFolderProblem(folder: string, us = process.getuid?.()): string | undefined {
  const problem = findPathProblem(folder, us);
  if (problem) return problem;
  const stat = lstatSync(realpathSync(folder));
  if (!stat.isDirectory()) return 'it is not a folder';
  if (us === undefined) return undefined;
  if (stat.uid !== us) return `it belongs to account ${stat.uid}, this program runs as ${us}`;
  const mode = stat.mode & 0o7777;
  return mode === 0o700 ? undefined : `its mode is ${mode.toString(8).padStart(4, '0')}, it must be 0700 (chmod 700)`;
}

/**
 * Walks a path from the root, following links by hand: every folder on the way must belong to root or us and be writable by nobody
 * else, or be sticky with the entry that is used belonging to root or us. The last component need not exist.
 */
export function findPathProblem(folder: string, us = process.getuid?.()): string | undefined {
  if (us === undefined) return undefined;
  let at = '/';
  const rest = folder.split('/').filter(Boolean);
  for (let links = 0; rest.length > 0; ) {
    const parent = lstatSync(at);
    if (parent.uid !== 0 && parent.uid !== us) return `${at} belongs to account ${parent.uid}, which could replace it`;
    const isOpen = (parent.mode & 0o002) !== 0 || ((parent.mode & 0o020) !== 0 && !isPrivateGroup(parent.gid, us));
    const isSticky = (parent.mode & 0o1000) !== 0;
    if (isOpen && !isSticky) return `${at} is writable by other accounts, which could replace it`;
    const next = path.join(at, rest.shift()!);
    const entry = lstatSync(next, { throwIfNoEntry: false });
    if (entry === undefined) return undefined;
    if (isOpen && entry.uid !== 0 && entry.uid !== us)
      return `${next} belongs to account ${entry.uid}, in a folder open to all`;
    if (!entry.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > 40) return `${next} leads in circles`;
    const target = readlinkSync(next);
    if (target.startsWith('/')) at = '/';
    rest.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
  }
  return undefined;
}
