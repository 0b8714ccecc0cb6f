import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from './measure.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** A module of every program, so that a line more in it changes every bundle. */
const CHANGED = 'runtime/command-line/command-line.ts';

/** `cold`: everything but compressed pieces is at hand; `warm`: a build went before, and one source line changed since. */
export type CacheState = 'cold' | 'warm';
/** `source`: the TypeScript sources, as npm scripts run them; `package`: compiled, as `npm pack` ships it. */
export type Tool = 'source' | 'package';

/** A copy of the project that may be changed, caches, and output folders: all in one scratch folder. */
export interface Workspace {
  scratch: string;
  /** Our own command line. */
  ours(args: readonly string[], tool?: Tool): Command;
  /** An empty folder by this name. */
  fresh(name: string): Promise<string>;
  /** A cache in this state for these targets; `warm` also changes the source line. Not part of what is measured. */
  cache(state: CacheState, args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function openWorkspace(): Promise<Workspace> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'packwright-bench-'));
  const project = path.join(scratch, 'project');
  const compiled = path.join(scratch, 'compiled');
  for (const copy of [project, compiled]) await copyProject(copy);
  run([process.execPath, 'build/npm-package/prepack.ts'], compiled);
  const line = await readFile(path.join(project, CHANGED), 'utf8');
  // Without a repository, git must not be asked for the time of the last commit.
  const env = { SOURCE_DATE_EPOCH: '1700000000' };
  const clis = { source: path.join(project, 'build/cli.ts'), package: path.join(compiled, 'lib/build/cli.js') };
  let serial = 0;
  const prepared = new Map<string, string>();

  const ours: Workspace['ours'] = (args, tool = 'source') => ({
    argv: [process.execPath, clis[tool], '-C', project, ...args],
    cwd: scratch,
    env,
  });

  async function fresh(name: string) {
    const folder = path.join(scratch, name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** A cache that a `plan` (nothing compressed) or a `build` left. Made once; every run gets a copy. */
  async function prepare(verb: 'plan' | 'build', args: readonly string[]): Promise<string> {
    const key = [verb, ...args].join(' ');
    const found = prepared.get(key);
    if (found) return found;
    const folder = await fresh(`prepared-${prepared.size}`);
    const out = verb === 'build' ? ['--out', await fresh('prepared-out')] : [];
    const takes = verb === 'build' ? args : withoutOption(args, '--compression');
    const { argv } = ours([...manifestFirst(takes, verb), '--cache', folder, ...out]);
    run(argv, scratch, env);
    prepared.set(key, folder);
    return folder;
  }

  return {
    scratch,
    ours,
    fresh,
    async cache(state, args) {
      const folder = await fresh('cache');
      // Links instead of copies: a cache never writes to an object that is there.
      run(['cp', '-al', `${await prepare(state === 'cold' ? 'plan' : 'build', args)}/.`, folder]);
      await writeFile(
        path.join(project, CHANGED),
        state === 'cold' ? line : `${line}\nprocess.env.BENCH_ROUND ??= '${serial++}';\n`,
      );
      return folder;
    },
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
}

/** Options of the whole program come before the verb. */
export function manifestFirst(args: readonly string[], verb: string): string[] {
  const at = args.indexOf('--manifest');
  if (at < 0) return [verb, ...args];
  return [...args.slice(at, at + 2), verb, ...args.slice(0, at), ...args.slice(at + 2)];
}

function withoutOption(args: readonly string[], name: string): string[] {
  const at = args.indexOf(name);
  return at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}

/** Everything git knows of, as it is now, and the installed dependencies. */
async function copyProject(to: string): Promise<void> {
  const listed = run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], ROOT).split('\0');
  for (const file of listed.filter((name) => name !== '' && name !== 'node_modules')) {
    await cp(path.join(ROOT, file), path.join(to, file));
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(to, 'node_modules'));
}

/** Bytes of all files below a folder, or of the file. */
export async function sizeOf(place: string): Promise<number> {
  const found = await stat(place);
  if (!found.isDirectory()) return found.size;
  let sum = 0;
  for (const name of await readdir(place)) sum += await sizeOf(path.join(place, name));
  return sum;
}

/** A step of the preparation, not measured. */
export function run(argv: readonly string[], cwd?: string, env: Readonly<Record<string, string>> = {}): string {
  const [file = '', ...args] = argv;
  return execFileSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd ? { cwd } : {}),
  });
}
