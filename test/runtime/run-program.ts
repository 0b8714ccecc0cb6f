import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

const programs = path.join(import.meta.dirname, '../../runtime/programs');

/** Ended programs, with everything they said. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Waits until standard error holds `pattern`; fails with what it holds when the program ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** The environment a test's programs start from: nothing of the machine's but what Node needs. */
function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: os.tmpdir(), ...extra };
}

/** Starts a program from source, as its link in `bin/` would. */
export function startProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [path.join(programs, `${name}.ts`), ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stderr);
        if (!match) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      look();
      ended.then(() => reject(new Error(`${name} ended without saying ${pattern}: ${stderr}`)), reject);
    });
  return { child, ended, says };
}

/** Runs a program to its end. */
export function runProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return startProgram(name, args, env).ended;
}

/** A folder of the test's own that is gone after it. */
export async function makeFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'runtime-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the server on a free port with a data folder of its own; stopped when the test ends. */
export async function startServer(
  t: ExecutionContext,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Started & { port: number }> {
  const folder = path.join(await makeFolder(t), 'data');
  const options = ['--webservice-port=0', `--server-datafolder=${folder}`, ...args];
  const server = startProgram('duplicati-server', options, env);
  t.teardown(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  const [, port] = await server.says(/Listening on \S+?:(\d+)/);
  return { ...server, port: Number(port) };
}
