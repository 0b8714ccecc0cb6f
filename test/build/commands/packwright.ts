import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { makeScratchFolder } from '../../scratch-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CLI = path.join(ROOT, 'build/cli.ts');
const TINY = path.join(ROOT, 'test/fixtures/tiny-product');

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line as a person would: a process of its own, with arguments, and a umask where that matters. */
export function packwright(args: readonly string[], env: NodeJS.ProcessEnv = {}, umask = '022'): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 1 << 26 };
    execFile(
      '/bin/sh',
      ['-c', `umask ${umask} && exec "$@"`, 'sh', process.execPath, CLI, ...args],
      options,
      (error, out, err) => {
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, out, err });
      },
    );
  });
}

/** The same, still running. */
export function startPackwright(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], { stdio: 'ignore' });
}

/** An empty folder of this test's own. */
export function emptyFolder(name: string): Promise<string> {
  return Promise.resolve(makeScratchFolder(`packwright-${name}`));
}

/** A copy of the tiny product, free to be broken. */
export async function tinyProject(): Promise<string> {
  const folder = path.join(await emptyFolder('tiny'), 'project');
  await cp(TINY, folder, { recursive: true });
  return folder;
}
