import { deepEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask, waitUntil } from './ask.ts';
import { auditSockets } from './audit.ts';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';
import { DIST } from './packages.ts';
import { CACHE } from './roots.ts';
import { expectPassword } from './sign-in.ts';
import { type EditionName, expect } from './subject.ts';
import { startWine, type Wine, type WineOptions } from './wine.ts';

/** A Windows on which the product's MSIs for x64 are installed: those of dist/, and the same one version on. */
export interface Machine extends AsyncDisposable {
  wine: Wine;
  /** Runs `msiexec WORDS /qn` with a verbose log. @returns that log. @throws Error when it exits with anything else. */
  msiexec(words: string, options?: { exit?: number; env?: Readonly<Record<string, string>> }): Promise<string>;
  /** Paths of the packages, as Windows has them. */
  now: Readonly<Record<EditionName, string>>;
  next: Readonly<Record<EditionName, string>>;
  /** The host's path of a file below `C:`. */
  path(...names: string[]): string;
  has(...names: string[]): boolean;
  /** Waits for a state of a service: 1 stopped, 4 running. Nothing in Wine waits by itself. @returns what `sc query` says. */
  waitFor(service: string, state: number): Promise<string>;
  /** Stops a service and waits until Wine has let go of its files. */
  stop(service: string): Promise<void>;
  isThere(service: string): Promise<boolean>;
  /** The server answers on this port of loopback, and nothing listens anywhere else. */
  isServing(port: number): Promise<void>;
  /** That server takes this password and no other. */
  takesPassword(port: number, password: string): Promise<void>;
  /** Values below a key, with those of its keys: `reg query KEY /s`. An empty text when there is none. */
  query(key: string): Promise<string>;
  /** PATH of all users. */
  readPath(): Promise<string>;
}

/** ERROR_INSTALL_FAILURE, 1603, in the eight bits that Wine hands on. */
export const FAILED = 1603 & 255;
/** ERROR_FUNCTION_FAILED, 1627: what Wine makes of a failed and undone installation whose tables were right. */
export const UNDONE = 1627 & 255;
export const SERVER_KEY = 'HKLM\\SOFTWARE\\Packwright\\duplicati';
export const AGENT_KEY = 'HKLM\\SOFTWARE\\Packwright\\duplicati-agent';
export const SERVICES = 'HKLM\\System\\CurrentControlSet\\Services';
export const UNINSTALL = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
const ENVIRONMENT = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const LATER = join(CACHE, 'next-windows');

export async function openMachine(log: Log, options: WineOptions = {}): Promise<Machine> {
  await buildNext(log);
  const now = await findPackages(DIST, '/packages/now');
  const next = await findPackages(LATER, '/packages/next');
  const wine = await startWine(log, { ...options, binds: { '/packages/now': DIST, '/packages/next': LATER } });
  await wine.keepAlive();
  const path = (...names: string[]) => join(wine.drive, ...names);
  const state = async (service: string) => (await wine.run(`sc query ${service}`)).out;
  const query = async (key: string) => {
    const { code, out } = await wine.run(`reg query "${key}" /s`);
    return code === 0 ? out : '';
  };
  const waitFor = async (service: string, wanted: number) => {
    for (let n = 0; ; n++) {
      const found = await state(service);
      if (new RegExp(`STATE\\s+: ${wanted} `).test(found)) return found;
      if (n === 80) throw new Error(`${service} is not in state ${wanted}: ${found}`);
      await sleep(250);
    }
  };
  let count = 0;
  return {
    wine,
    now,
    next,
    path,
    waitFor,
    query,
    has: (...names) => existsSync(path(...names)),
    async msiexec(words, { exit = 0, env = {} } = {}) {
      const name = `install-${++count}.log`;
      const result = await wine.run(`msiexec ${words} /qn /l*v C:\\${name}`, { timeout: 180, env });
      const text = existsSync(path(name)) ? await readFile(path(name), 'utf8') : '';
      deepEqual(result.code, exit, `msiexec ${words}: ${result.code} ${result.err}${text.slice(-3000)}`);
      return text;
    },
    async stop(service) {
      await wine.run(`sc stop ${service}`);
      await waitFor(service, 1);
      await sleep(3_000);
    },
    isThere: async (service) => (await wine.run(`sc query ${service}`)).code === 0,
    async isServing(port) {
      const question = { port, path: '/health' };
      await waitUntil(`port ${port} answers`, async () => (await ask(log, wine.box.leader, question)).status === 200);
      deepEqual(await auditSockets(wine.box, [`127.0.0.1:${port}`, `[::1]:${port}`]), []);
    },
    takesPassword: (port, password) => expectPassword({ log, pid: wine.box.leader, port }, password),
    readPath: async () => (await wine.run(`reg query "${ENVIRONMENT}" /v PATH`)).out,
    [Symbol.asyncDispose]: () => wine[Symbol.asyncDispose](),
  };
}

/** Any number of cases may want them at once. */
let later: Promise<void> | undefined;
function buildNext(log: Log): Promise<void> {
  later ??= (async () => {
    await mkdir(LATER, { recursive: true });
    const ids = ['gui', 'cli', 'agent'].map((edition) => `windows-x64-${edition}.msi`);
    const argv = ['build/cli.ts', '--manifest', 'test/accept/next.ts', 'build', ...ids, '--out', LATER];
    await runCommand(log, [process.execPath, ...argv], { cwd: REPOSITORY, timeout: 300 });
  })();
  return later;
}

/** The newest package of each edition for x64, as Windows sees it below `inside`. */
async function findPackages(folder: string, inside: string): Promise<Record<EditionName, string>> {
  const names = await readdir(folder);
  const find = (edition: EditionName) => {
    const own = names.filter((name) => name.startsWith(`duplicati-${edition}-`) && name.endsWith('-x64.msi')).sort();
    const name = own.at(-1);
    expect(name !== undefined, `${folder} has no MSI: run "npm run package -- 'windows-x64-${edition}.msi'"`);
    return `Z:${inside.replaceAll('/', '\\')}\\${name}`;
  };
  return { gui: find('gui'), cli: find('cli'), agent: find('agent') };
}

/** What a Windows holds: files with their sizes, and the registry of the machine and of the user, value by value. */
export interface WindowsSnapshot {
  files: ReadonlyMap<string, string>;
  registry: ReadonlyMap<string, string>;
}

export async function takeSnapshot({ wine, path }: Machine): Promise<WindowsSnapshot> {
  const files = new Map<string, string>();
  const prefix = '/root/prefix/drive_c';
  const listed = await wine.box.sh(`cd ${prefix} && find . -mindepth 1 -printf '%P|%y %s\\n'`);
  for (const row of listed.trim().split('\n')) {
    const [name = '', facts = ''] = row.split('|');
    // Tools of the test itself; the size of a folder says nothing.
    if (!/^(run-\w+\.bat|install-\d+\.log|\w+\.reg)$/.test(name)) files.set(name, facts.replace(/^d .*/, 'd'));
  }
  const registry = new Map<string, string>();
  for (const root of ['HKLM', 'HKCU']) {
    await wine.run(`reg export ${root} C:\\${root}.reg /y`);
    let key = '';
    for (const line of (await readFile(path(`${root}.reg`), 'utf16le')).replaceAll('\\\r\n', '').split('\r\n')) {
      const [, name, value] = /^("(?:[^"\\]|\\.)*"|@)=(.*)$/.exec(line) ?? [];
      if (line.startsWith('[')) key = line.slice(1, -1);
      if (line.startsWith('[')) registry.set(key, '');
      else if (name !== undefined) registry.set(`${key} ${name}`, value ?? '');
    }
  }
  return { files, registry };
}

/** What was added, changed and is gone, one a line: `+ C:\name`, `~ KEY "value"`, `- …`. */
export function compareSnapshots(before: WindowsSnapshot, after: WindowsSnapshot): string[] {
  const compare = (old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) => [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${name}`),
    ...[...now].filter(([name, facts]) => old.has(name) && old.get(name) !== facts).map(([name]) => `~ ${name}`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${name}`),
  ];
  return [...compare(before.files, after.files), ...compare(before.registry, after.registry)].sort();
}

/**
 * Every place that holds a text as UTF-8 or UTF-16LE: files of the whole drive with what Windows Installer keeps, Wine's own registry files, the
 * registry as it is now, and the command lines of all processes.
 */
export async function huntText({ wine, path }: Machine, text: string): Promise<string[]> {
  await wine.run('reg export HKLM C:\\HKLM.reg /y\nreg export HKU C:\\HKU.reg /y');
  const bytes = (encoding: 'utf8' | 'utf16le') => Buffer.from(text, encoding);
  // As Perl patterns of bytes, so that no encoding of the machine has a say, and nothing of it stands in a command line.
  const pattern = [bytes('utf8'), bytes('utf16le')]
    .map((one) => [...one].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''))
    .join('|');
  const search = `LC_ALL=C grep -rlaP '${pattern}' /root /tmp /var/tmp /proc/[0-9]*/cmdline 2>/dev/null || true`;
  const found = await wine.box.sh(search);
  const names = found.trim() === '' ? [] : found.trim().split('\n');
  const root = path().replace(wine.box.root, '');
  return names.map((name) => (name.startsWith(root) ? name.slice(root.length + 1) : name)).sort();
}
