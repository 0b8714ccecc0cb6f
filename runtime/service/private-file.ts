import { lstatSync } from 'node:fs';
import { loadWindows } from '../windows/windows.ts';
import { findWindowsFileProblem, findWindowsOwnerProblem } from './windows-folder.ts';

/** What is wrong with a file that holds a secret, in words: other accounts can read or change it, or it is no plain file. */
export function findFileProblem(file: string, us = process.getuid?.()): string | undefined {
  const stat = lstatSync(file);
  if (!stat.isFile()) return 'it is not a plain file';
  if (process.platform === 'win32') return findWindowsFileProblem(file, loadWindows().security);
  if (stat.uid !== 0 && stat.uid !== us) return `it belongs to account ${stat.uid}`;
  const mode = stat.mode & 0o7777;
  return (mode & 0o077) === 0
    ? undefined
    : `its mode is ${mode.toString(8).padStart(4, '0')}, it must be 0600 (chmod 600)`;
}

/**
 * What is wrong with a file of ours in our own data folder, which nobody else can open: somebody may have put it there before the folder
 * was made so. A file that is not there is none.
 */
export function findPlantedFile(file: string, us = process.getuid?.()): string | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isFile()) return 'it is not a plain file';
  if (process.platform === 'win32') return findWindowsOwnerProblem(file, loadWindows().security);
  return stat.uid === 0 || stat.uid === us ? undefined : `it belongs to account ${stat.uid}`;
}
