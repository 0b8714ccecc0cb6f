import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

// linux/prctl.h
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Asks Linux to kill this process when the one that started it ends, however busy this one is then: prctl(2). Does nothing where that
 * cannot be asked; the end of standard input is noticed everywhere, as soon as the event loop turns.
 */
export function tryEndWithParent(): void {
  if (process.platform !== 'linux') return;
  const parent = process.ppid;
  try {
    const library = loadAddon('koffi.node') as typeof koffi; // the addon's exports are the module's; its version is pinned with the types
    const prctl = library.load('libc.so.6').func('int prctl(int option, unsigned long value)');
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  } catch {
    return; // no addon, or another libc
  }
  if (process.ppid !== parent) process.exit(1); // it ended meanwhile
}
