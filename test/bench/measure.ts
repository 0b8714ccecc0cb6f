import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What one process and all that it started cost. */
export interface Cost {
  /** Seconds from start to end. */
  wall: number;
  /** Seconds of user and system time together, of every descendant that was waited for (10 ms steps). */
  cpu: number;
}

export interface Command {
  argv: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure; 0 alone without it. */
  accept?: readonly number[];
}

/** Runs a command to its end. Only one at a time: the CPU time is what this process's children gained meanwhile. */
export async function measure(command: Command): Promise<Cost> {
  const cpu = childrenSeconds();
  const start = performance.now();
  await startCommand(command).ended;
  const wall = (performance.now() - start) / 1000;
  return { wall, cpu: childrenSeconds() - cpu };
}

/**
 * The peak of a command's memory in MiB, sampled every 40 ms: the sum of PSS over the process and its descendants (what they share
 * is counted once). Sampling costs time, so it is a run of its own.
 */
export async function measurePeak(command: Command): Promise<number> {
  return await watchPeak(startCommand(command), 40);
}

/** What a command cost, and its peak. */
export interface Measured extends Cost {
  peak: number;
}

/** Both in one run, of something that takes too long for two: memory is looked at every 200 ms. */
export async function measureAll(command: Command): Promise<Measured> {
  const cpu = childrenSeconds();
  const start = performance.now();
  const peak = await watchPeak(startCommand(command), 200);
  return { wall: (performance.now() - start) / 1000, cpu: childrenSeconds() - cpu, peak };
}

async function watchPeak({ pid, ended }: { pid: number; ended: Promise<void> }, pause: number): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    const kib = treeOf(pid).reduce((sum, one) => sum + proportionalSize(one), 0);
    peak = Math.max(peak, kib / 1024);
  }, pause);
  try {
    await ended;
  } finally {
    clearInterval(timer);
  }
  return peak;
}

function startCommand({ argv, cwd, env, accept = [0] }: Command): { pid: number; ended: Promise<void> } {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd ? { cwd } : {}),
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== null && accept.includes(code)) resolve();
      else reject(new Error(`${argv.join(' ')}: ${signal ?? `exit ${code}`}\n${errors}`));
    });
  });
  return { pid: child.pid ?? 0, ended };
}

/** proc_pid_stat(5): cutime and cstime are the 14th and 15th field behind the name; USER_HZ is 100 on every Linux. */
function childrenSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(
      readProc(`${name}/stat`)
        .replace(/^.*\) \S /s, '')
        .split(' ', 1)[0],
    );
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const one of tree) tree.push(...(children.get(one) ?? []));
  return tree;
}

/** KiB (proc_pid_smaps(5)); nothing for a process that has just ended. */
function proportionalSize(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readProc(`${pid}/smaps_rollup`))?.[1] ?? 0);
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'latin1');
  } catch {
    return '';
  }
}
