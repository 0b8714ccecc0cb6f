import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judgePaths, type Machine, resolveLinks } from './protected-paths.ts';

/** What starts programs of an account, below its home. */
const OF_HOME =
  /^(.*?)\/(?:\.config\/(?:systemd|autostart)|\.local\/share\/systemd|Library\/LaunchAgents|\.ssh)(?:\/|$)/i;
const OF_WINDOWS_HOME =
  /^[a-z]:\\users\\[^\\]+\\appdata\\roaming\\microsoft\\windows\\start menu\\programs\\startup(\\|$)/i;
const USUAL_HOME = /^(\/(home|users)\/[^/]+|(\/var)?\/root)$/i;
/** Folders that are remembered. */
const MOST = 10_000;

/**
 * Judges what a restore is about to write, path by path, as it is on the disk then: what a backup holds, and where it came from, is known to
 * nobody before. Folders on the way to a path are no links below the one that is restored into; each is looked at once.
 * @returns true for what may be written. @param homes folders of accounts, beside those with the usual names
 */
export function guardWrites(machine: Machine, homes = listHomes()): (file: string) => boolean {
  const form = machine.platform === 'win32' ? path.win32 : path.posix;
  const known = new Set([machine.home, ...homes].flatMap((home) => (home ? [home, resolve(home)] : [])));
  const judge = judgePaths(machine);
  const folders = new Map<string, { real: string; state: 'free' | 'holding' | 'protected' }>();

  function resolve(folder: string): string {
    return form === path.win32 ? folder : resolveLinks(folder, machine, form);
  }
  function look(folder: string) {
    const found = folders.get(folder);
    if (found) return found;
    const isFree = judge(folder, { accounts: true }) === undefined;
    const isOpen = isFree || judge(folder, { accounts: true, holders: true }) === undefined;
    const state = isFree ? 'free' : isOpen ? 'holding' : 'protected';
    if (folders.size >= MOST) folders.clear();
    folders.set(folder, { real: resolve(folder), state });
    return folders.get(folder)!;
  }
  const isOfAccount = (file: string) => {
    if (form === path.win32) return OF_WINDOWS_HOME.test(file);
    const home = OF_HOME.exec(file)?.[1];
    return home !== undefined && (known.has(home) || USUAL_HOME.test(home));
  };
  return (file) => {
    const { real, state } = look(form.dirname(file));
    if (state === 'protected' || isOfAccount(form.join(real, form.basename(file)))) return false;
    return state === 'free' || judge(file, { accounts: true }) === undefined;
  };
}

/** Homes of the accounts that this machine itself knows (passwd(5)). */
function listHomes(): string[] {
  try {
    const rows = readFileSync('/etc/passwd', 'utf8').split('\n');
    return rows.map((row) => row.split(':')[5] ?? '').filter((home) => home.startsWith('/') && home !== '/');
  } catch {
    return []; // a system that keeps its accounts elsewhere
  }
}
