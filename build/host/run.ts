import { spawn } from 'node:child_process';
import { PackwrightError } from '../model/errors.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; the child is killed then. Default ten minutes. */
  timeout?: number;
  /** Text for its standard input. */
  input?: string;
}

/** Last part of what a child printed, kept for error messages; more is not held in memory. */
const KEEP = 1024 * 1024;

/**
 * Runs a program to its end and gives what it printed. No shell, no inherited input.
 * @throws PackwrightError with the end of its error output when it cannot be started, fails or takes too long.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const name = [file.split(/[\\/]/).pop(), ...args.slice(0, 2)].join(' ');
  const timeout = options.timeout ?? 600_000;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      // npm is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && file === 'npm',
    });
    let out = '';
    let err = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-KEEP);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-KEEP);
    });
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new PackwrightError(name, `cannot be started: ${cause.message}`, 'is it installed?', cause));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(out);
      const why = late ? `took more than ${timeout / 1000} s` : `ended with ${signal ?? `exit code ${code}`}`;
      reject(new PackwrightError(name, `${why}: ${lastLines(err || out)}`));
    });
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join(' | ') || 'it printed nothing';
}
