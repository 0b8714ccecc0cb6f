import { $, type ProcessPromise } from 'zx';
import type { Log } from './log.ts';

export interface CommandOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Seconds until it is killed with everything it started. Default 120. */
  timeout?: number;
  /** False: its output is too long to be worth keeping in the log. */
  keep?: boolean;
  /** Bytes on its standard input; nothing at all when absent. */
  input?: string;
}
export interface CommandResult {
  /** Exit code; 128 + n for a signal. */
  code: number;
  stdout: string;
  stderr: string;
  /** Both, as they came. */
  text: string;
}

/** Processes that run now, so that an interrupted run ends what it started and nothing else. */
const running = new Set<ProcessPromise>();

/** Starts a program without a shell's eyes on its arguments: each one reaches it as it stands. */
export function startCommand(log: Log, argv: readonly string[], options: CommandOptions = {}): ProcessPromise {
  log.write(`+ ${argv.join(' ')}`);
  const process = $({
    quiet: true,
    nothrow: true,
    detached: true,
    env: { ...globalThis.process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input: options.input }),
    timeout: `${options.timeout ?? 120}s`,
    timeoutSignal: 'SIGKILL',
  })`exec ${[...argv]}`;
  running.add(process);
  process.finally(() => running.delete(process));
  return process;
}

/** Runs to the end; a non-zero exit code is an answer here, not an error. */
export async function tryCommand(log: Log, argv: readonly string[], options: CommandOptions = {}) {
  const start = performance.now();
  const output = await startCommand(log, argv, options);
  const seconds = (performance.now() - start) / 1000;
  if (output.stdall && options.keep !== false) log.write(output.stdall);
  if (seconds > 1) log.write(`= ${seconds.toFixed(1)} s`);
  const timedOut = output.signal === 'SIGKILL' && seconds >= (options.timeout ?? 120) - 1;
  if (timedOut) throw new Error(`no end after ${Math.round(seconds)} s: ${argv.join(' ')}`);
  const code = output.exitCode ?? 137;
  if (code !== 0) log.write(`= exit ${code}`);
  const result: CommandResult = { code, stdout: output.stdout, stderr: output.stderr, text: output.stdall };
  return result;
}

/** Runs to the end and gives what it printed on standard output. @throws Error with the last lines when it fails. */
export async function runCommand(log: Log, argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryCommand(log, argv, options);
  if (result.code === 0) return result.stdout;
  const last = result.text.trimEnd().split('\n').slice(-8).join('\n    ');
  throw new Error(`exit ${result.code} from: ${argv.join(' ')}\n    ${last}`);
}

/** Ends every command that still runs; for an interrupted run. */
export function killCommands(): void {
  for (const process of running) {
    if (process.pid === undefined) continue;
    try {
      globalThis.process.kill(-process.pid, 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
}
