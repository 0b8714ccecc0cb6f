import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/**
 * A small root to chroot into: real shells, coreutils and update-alternatives of this machine; service manager, account maker and
 * package database as stubs that keep their state in files. Scripts run in it as they are, absolute paths and all.
 */
export interface Sandbox {
  root: string;
  shell: string;
  taken: ReadonlyMap<string, number>;
  /** Runs a script with arguments; a failure gives its exit status and what it wrote. */
  run(script: string, args: readonly string[], shell?: string): { status: number; output: string };
  write(path: string, text: string): void;
  read(path: string): string | undefined;
  has(path: string): boolean;
  remove(path: string): void;
  /** Makes a file executable. */
  allow(path: string): void;
  /** Lines of a log below /state since the last call. */
  take(log: 'starts' | 'calls' | 'faults'): string[];
}

const STUBS = ['systemctl', 'deb-systemd-helper', 'deb-systemd-invoke', 'systemd-sysusers', 'dpkg-query'];
const TOOLS = [
  'dash',
  'bash',
  'busybox',
  'rm',
  'cat',
  'head',
  'mkdir',
  'ln',
  'cp',
  'cmp',
  'grep',
  'readlink',
  'update-alternatives',
];
export const SHELLS = ['/bin/dash', '/bin/bash --posix', '/bin/busybox sh'];

let base: string | undefined;
const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function prepareBase(): string {
  if (base) return base;
  const folder = mkdtempSync(join(tmpdir(), 'lifecycle-base-'));
  folders.push(folder);
  mkdirSync(join(folder, 'bin'));
  for (const tool of TOOLS) copyProgram(folder, tool);
  for (const stub of STUBS) {
    copyFileSync(join(import.meta.dirname, 'stubs', stub), join(folder, 'bin', stub));
    chmodSync(join(folder, 'bin', stub), 0o755);
  }
  base = folder;
  return folder;
}

/** With the libraries that `ldd` names, at their own paths. */
function copyProgram(folder: string, tool: string): void {
  const file = execFileSync('sh', ['-c', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin; command -v "$1"', 'sh', tool])
    .toString()
    .trim();
  copyFileSync(file, join(folder, 'bin', tool));
  const libraries = spawnSync('ldd', [file])
    .stdout.toString()
    .matchAll(/(\/\S+) \(0x/g);
  for (const [, library] of libraries) {
    const target = join(folder, library!);
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) copyFileSync(library!, target);
  }
}

/**
 * Puts this machine's deb-systemd-helper and deb-systemd-invoke (init-system-helpers) in the place of the stubs, with Perl and the
 * modules that they load.
 */
export function useRealHelpers(box: Sandbox): void {
  const load =
    'use strict; use warnings; use File::Path; use File::Basename; use File::Temp; use File::Glob; use Getopt::Long; require Data::Dumper;';
  const list = `${load} print join "\\n", values %INC, @DynaLoader::dl_shared_objects;`;
  const files = execFileSync('perl', ['-e', list], { encoding: 'utf8' }).split('\n');
  copyProgram(box.root, 'perl');
  mkdirSync(join(box.root, 'usr/bin'), { recursive: true });
  symlinkSync('/bin/perl', join(box.root, 'usr/bin/perl'));
  for (const file of files) {
    mkdirSync(dirname(join(box.root, file)), { recursive: true });
    copyFileSync(file, join(box.root, file));
  }
  for (const helper of ['deb-systemd-helper', 'deb-systemd-invoke']) {
    box.remove(`/bin/${helper}`);
    copyFileSync(`/usr/bin/${helper}`, join(box.root, 'bin', helper));
  }
}

/** Hard links: hundreds of sandboxes cost no space, and no script writes into a program. */
function linkTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true });
      linkTree(source, target);
    } else linkSync(source, target);
  }
}

/** @param systemd whether one is installed and running. */
export function makeSandbox(systemd = true, shell = SHELLS[0]!): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  chmodSync(root, 0o755);
  folders.push(root);
  linkTree(prepareBase(), root);
  for (const folder of [
    'usr/lib/systemd/system',
    'usr/bin',
    'usr/sbin',
    'usr/share/man/man1',
    'run',
    'tmp',
    'dev',
    'etc/default',
    'etc/alternatives',
    'etc/systemd/system',
    'var/lib/dpkg/alternatives',
    'var/log',
    'var/cache',
    'state/active',
    'state/loaded',
    'state/dpkg',
  ]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  symlinkSync(shell.split(' ')[0]!.slice(5), join(root, 'bin/sh'));
  writeFileSync(join(root, 'dev/null'), '');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  if (systemd) mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  else for (const stub of ['systemctl', 'systemd-sysusers']) rmSync(join(root, 'bin', stub));
  return openSandbox(root, shell);
}

/** A copy that shares the programs and nothing else. */
export function copySandbox(box: Sandbox): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  chmodSync(root, 0o755);
  folders.push(root);
  linkTree(prepareBase(), root);
  cpSync(box.root, root, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) =>
      source === box.root ||
      !existsSync(join(prepareBase(), relative(box.root, source))) ||
      lstatSync(source).isDirectory(),
  });
  return openSandbox(root, box.shell, box.taken);
}

function openSandbox(root: string, shell: string, from: ReadonlyMap<string, number> = new Map()): Sandbox {
  const taken = new Map(from);
  const enter =
    process.getuid?.() === 0 ? ['/usr/sbin/chroot', root] : ['/usr/bin/unshare', '--map-root-user', `--root=${root}`];
  return {
    root,
    shell,
    taken,
    run(script, args, override = shell) {
      writeFileSync(join(root, 'tmp/script'), script);
      const [program, ...rest] = [...enter, ...override.split(' '), '/tmp/script', ...args];
      const env = { PATH: '/tmp', DPKG_MAINTSCRIPT_PACKAGE: 'my-thing', LC_ALL: 'tr_TR.UTF-8', IFS: 'abc' };
      const result = spawnSync(program!, rest, { env, cwd: '/', encoding: 'utf8', timeout: 60_000 });
      if (result.error) throw result.error;
      return { status: result.status ?? -1, output: result.stdout + result.stderr };
    },
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    has: (path) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
    remove: (path) => rmSync(join(root, path), { recursive: true, force: true }),
    allow: (path) => chmodSync(join(root, path), 0o755),
    take(log) {
      const path = join(root, 'state', log);
      const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
      const from = taken.get(log) ?? 0;
      taken.set(log, lines.length);
      return lines.slice(from);
    },
  };
}

/** What an administrator may have made of a unit. */
export type UnitState = 'on-running' | 'on-stopped' | 'off-stopped' | 'off-running' | 'masked';
export const UNIT_STATES: readonly UnitState[] = ['on-running', 'on-stopped', 'off-stopped', 'off-running', 'masked'];

export function setUnit(box: Sandbox, unit: string, state: UnitState, code: string): void {
  const link = `/etc/systemd/system/multi-user.target.wants/${unit}`;
  const make = (path: string, to: string) => {
    box.remove(path);
    mkdirSync(dirname(join(box.root, path)), { recursive: true });
    symlinkSync(to, join(box.root, path));
  };
  box.remove(link);
  box.remove(`/etc/systemd/system/${unit}`);
  box.remove(`/state/active/${unit}`);
  if (state.startsWith('on')) make(link, `/usr/lib/systemd/system/${unit}`);
  if (state === 'masked') make(`/etc/systemd/system/${unit}`, '/dev/null');
  if (state.endsWith('running')) box.write(`/state/active/${unit}`, `${code}\n`);
}

/** The state of a unit, and the code that runs. A dangling link counts as enabled: it would come to life with the next install. */
export function getUnit(box: Sandbox, unit: string): { state: UnitState; code: string | undefined } {
  const code = box.read(`/state/active/${unit}`)?.trim();
  const masked =
    box.has(`/etc/systemd/system/${unit}`) &&
    readlinkSync(join(box.root, `/etc/systemd/system/${unit}`)) === '/dev/null';
  const on = box.has(`/etc/systemd/system/multi-user.target.wants/${unit}`);
  return { state: masked ? 'masked' : `${on ? 'on' : 'off'}-${code === undefined ? 'stopped' : 'running'}`, code };
}
