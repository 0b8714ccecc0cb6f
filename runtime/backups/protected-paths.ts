import { lstatSync, realpathSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { installRoot } from '../paths.ts';

/**
 * Where a restore that the API asked for writes nothing: what is there decides what programs run on this machine, and as whom. The
 * server's own folders; units, jobs and start scripts of systemd, cron, at, init and launchd; what sudo, the loader and every shell read;
 * who there is and who may log in; programs, libraries and the kernel themselves.
 */
const UNIX =
  `/etc/duplicati /etc/default /etc/sysconfig /etc/systemd /run/systemd /lib/systemd /usr/lib/systemd /usr/local/lib/systemd
  /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/cron.yearly /etc/crontab /etc/anacrontab
  /var/spool/cron /var/spool/anacron /var/spool/at /etc/init.d /etc/rc.d /etc/rc.local /etc/inittab /etc/xdg /etc/profile.d
  /etc/sudoers /etc/sudoers.d /etc/ld.so.preload /etc/ld.so.conf /etc/ld.so.conf.d /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/ssh /etc/security /etc/profile /etc/bash.bashrc /etc/bashrc /etc/zsh /etc/environment
  /bin /sbin /lib /lib64 /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/libexec /usr/local/bin /usr/local/sbin /usr/local/lib /boot
  /etc/udev /lib/udev /usr/lib/udev /etc/dbus-1 /etc/pam.d
  /Library/LaunchDaemons /Library/LaunchAgents /System /Library/StartupItems /etc/periodic /usr/lib/cron /var/at /proc /sys /dev`
    .split(/\s+/)
    .filter(Boolean);
/** The same of single accounts, wherever their homes are. */
const OF_ACCOUNTS = /\/(\.config\/(systemd|autostart)|\.local\/share\/systemd|Library\/LaunchAgents|\.ssh)(\/|$)/i;
const OF_WINDOWS_ACCOUNTS = /\\start menu\\programs\\startup(\\|$)/;

/** What a system is asked; a test has its own. */
export interface Machine {
  platform: NodeJS.Platform;
  /** The data folder. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  home: string;
  host: string;
  /** The real path of what exists. @throws Error */
  realpath(file: string): string;
  isLink(file: string): boolean;
  /** Tells one folder from another, by whatever path; undefined where there is none. @throws Error where that cannot be told */
  identify(file: string): string | undefined;
}

export function thisMachine(folder: string): Machine {
  return {
    platform: process.platform,
    folder,
    environment: process.env,
    home: homeOf(),
    host: hostname(),
    realpath: (file) => realpathSync.native(file),
    isLink: (file) => lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
    identify(file) {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat && `${stat.dev}:${stat.ino}`;
    },
  };
}

function homeOf(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/** What is judged elsewhere (`write-guard.ts`): folders that hold a protected place, and what starts programs of an account. */
export interface Lets {
  holders?: boolean;
  accounts?: boolean;
}

/** Problems of the path itself: whatever is there, it names no place that could be written to. */
const UNUSABLE = {
  none: 'it is not a path',
  relative: 'it is not an absolute path',
  drive: 'it is not a plain path of a drive or a share, such as C:\\Restored',
  end: 'a link on its way leads to nothing that is there',
  judged: 'it is too long, or leads through what is no folder or may not be entered',
} as const;

/** True for a problem of the path itself; false where it leads to a place that is protected. */
export function isUnusable(problem: string): boolean {
  return Object.values<string>(UNUSABLE).includes(problem);
}

/**
 * Why nothing may be restored to a path, in words: it is protected, is in what is, or holds it. Links, `..`, other names for the same
 * folder and, on Windows, other spellings are seen through; a path that cannot be judged is refused.
 */
export function findRestoreProblem(target: string, machine: Machine, lets: Lets = {}): string | undefined {
  return judgePaths(machine)(target, lets);
}

/** The same for many paths: protected places are looked at once. */
export function judgePaths(machine: Machine): (target: string, lets?: Lets) => string | undefined {
  let places: Places | undefined;
  return (target, lets = {}) => {
    if (target.includes('\0')) return UNUSABLE.none;
    try {
      if (machine.platform === 'win32') return judgeWindows(target, machine, lets);
      places ??= listPlaces(machine);
      return judgeUnix(target, machine, lets, places);
    } catch {
      return UNUSABLE.judged;
    }
  };
}

/** Options that name a file or folder which a job writes to. */
const WRITTEN = new Set(['log-file', 'debug-propfind-file', 'dbpath', 'tempdir', 'asynchronous-upload-folder']);

/** The option or address of a backup that would have it write to a protected place, and why not; undefined where none does. */
export function findWrittenProblem(
  { targetUrl, options }: { targetUrl: string; options: readonly { name: string; value: string }[] },
  machine: Machine,
): { name: string; problem: string } | undefined {
  const judge = judgePaths(machine);
  for (const { name, value } of options) {
    const plain = name.trim().replace(/^-+/, '').toLowerCase();
    const problem = WRITTEN.has(plain) && value.trim() !== '' ? judge(value.trim()) : undefined;
    if (problem !== undefined) return { name: `--${plain}`, problem };
  }
  const local = readLocalAddress(targetUrl, machine.platform);
  const problem = local === undefined ? undefined : judge(local);
  return problem === undefined ? undefined : { name: 'the destination', problem };
}

/** The folder of a destination on this machine, `file://folder` or the folder alone; it is not percent-encoded. */
function readLocalAddress(address: string, platform: NodeJS.Platform): string | undefined {
  const [, named] = /^file:\/\/([^?]*)/is.exec(address.trim()) ?? [];
  if (named === undefined)
    return /^[a-z][a-z0-9+.-]+:\/\//i.test(address.trim()) ? undefined : address.trim().split('?')[0];
  return platform === 'win32' ? named.replace(/^\/(?=[a-z]:)/i, '') : named;
}

/** Protected places under every name, and what tells them from others. */
interface Places {
  paths: ReadonlySet<string>;
  ids: ReadonlySet<string | undefined>;
}

function listPlaces(machine: Machine): Places {
  const all = [...UNIX, machine.folder, installRoot()];
  const identify = (file: string) => {
    try {
      return machine.identify(file);
    } catch {
      return undefined; // out of our reach
    }
  };
  return {
    paths: new Set(all.flatMap((one) => [one, resolveLinks(one, machine, path.posix)])),
    ids: new Set(all.map(identify)),
  };
}

function judgeUnix(target: string, machine: Machine, lets: Lets, { paths, ids }: Places): string | undefined {
  if (!path.posix.isAbsolute(target)) return UNUSABLE.relative;
  if (leadsNowhere(target, machine, path.posix)) return UNUSABLE.end;
  const spellings = new Set([path.posix.resolve(target), resolveLinks(target, machine, path.posix)]);
  for (const spelling of spellings) {
    if (!lets.accounts && OF_ACCOUNTS.test(`${spelling}/`)) return 'programs start from there';
    for (const known of paths)
      if (isWithin(spelling, known, '/') || (!lets.holders && isWithin(known, spelling, '/')))
        return 'it is protected, or holds what is';
    // A mount can give a folder a second path, and a file system without case a second spelling.
    for (let part = spelling; part !== '/'; part = path.posix.dirname(part)) {
      const id = machine.identify(part);
      if (id !== undefined && ids.has(id)) return 'it is protected by another name';
    }
  }
  return undefined;
}

/** The path with the links of its longest part that exists followed. */
export function resolveLinks(target: string, machine: Machine, form: typeof path.posix): string {
  const whole = form.resolve(target);
  for (let part = whole; ; part = form.dirname(part)) {
    try {
      return form.join(machine.realpath(part), form.relative(part, whole));
    } catch {
      if (form.dirname(part) === part) return whole;
    }
  }
}

/** True where a link on the way has no end: whoever writes there would make what it names. */
function leadsNowhere(target: string, machine: Machine, form: typeof path.posix): boolean {
  for (let part = form.resolve(target); ; part = form.dirname(part)) {
    try {
      machine.realpath(part);
      return false;
    } catch {
      if (machine.isLink(part)) return true;
      if (form.dirname(part) === part) return false;
    }
  }
}

function isWithin(inner: string, outer: string, separator: string): boolean {
  const root = outer.endsWith(separator) ? outer : outer + separator;
  return inner === outer || inner.startsWith(root);
}

function judgeWindows(target: string, machine: Machine, lets: Lets): string | undefined {
  const spelled = spellWindows(target, machine.host);
  if (spelled === undefined) return UNUSABLE.drive;
  if (leadsNowhere(spelled, machine, path.win32)) return UNUSABLE.end;
  const real = spellWindows(resolveLinks(spelled, machine, path.win32), machine.host);
  if (real === undefined || /~\d/.test(real)) return 'it has a short name, or leads to no plain path';
  const { environment: names, folder, home } = machine;
  const data = names.ProgramData || 'C:\\ProgramData';
  const known = [
    folder,
    names.SystemRoot || 'C:\\Windows',
    names.ProgramFiles || 'C:\\Program Files',
    names['ProgramFiles(x86)'] || 'C:\\Program Files (x86)',
    `${data}\\Duplicati`,
    `${data}\\Duplicati Agent`,
    `${data}\\Microsoft`,
    home && `${home}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu`,
  ].filter(Boolean);
  for (const spelling of [spelled, real]) {
    if (!lets.accounts && OF_WINDOWS_ACCOUNTS.test(spelling)) return 'programs start from there';
    for (const one of known) {
      const whole = spellWindows(one, machine.host) ?? one.toLowerCase();
      if (isWithin(spelling, whole, '\\') || (!lets.holders && isWithin(whole, spelling, '\\')))
        return 'it is protected, or holds what is';
    }
  }
  return undefined;
}

/**
 * The one spelling of a Windows path: `c:\one\two` or `\\host\share\one`, in lower case, without what Windows drops itself (a dot or space at
 * the end of a name) and without `\\?\`. Undefined for devices, streams, paths relative to a drive, and shares of this machine.
 */
export function spellWindows(target: string, host: string): string | undefined {
  const slashed = target.replaceAll('/', '\\').replace(/^\\\\[?.]\\unc\\/i, '\\\\');
  const plain = /^\\\\[?.]\\(?=[a-z]:\\)/i.test(slashed) ? slashed.slice(4) : slashed;
  const [, root, rest] = /^([a-z]:|\\\\[^\\?.][^\\]*\\[^\\]+)(?:\\(.*))?$/is.exec(plain) ?? [];
  if (root === undefined || /^[a-z]:$/i.test(plain)) return undefined;
  if (/[:*?"<>|\x00-\x1f]/.test(rest ?? '')) return undefined;
  if (root.startsWith('\\\\')) {
    const [, , machine = '', share = ''] = root.toLowerCase().split('\\');
    const isOwn =
      /^(localhost|127\.|0|\[?::1|--1\.ipv6)/.test(machine) ||
      machine.split('.')[0] === host.toLowerCase().split('.')[0];
    if (isOwn || share.endsWith('$')) return undefined;
  }
  const names: string[] = [];
  for (const name of (rest ?? '').split('\\')) {
    const kept = name === '.' || name === '..' ? name : name.replace(/[. ]+$/, '');
    if (kept === '..') names.pop();
    else if (kept !== '' && kept !== '.') names.push(kept.toLowerCase());
    if (/^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i.test(kept)) return undefined;
  }
  return `${root.toLowerCase()}\\${names.join('\\')}`;
}
