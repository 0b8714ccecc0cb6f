/** Runs rclone, without a shell. */
import { spawn } from 'node:child_process';
import { codeOf, messageOf } from '../../errors.ts';
import { StorageError } from '../storage.ts';

export interface RcloneRun {
  /** For people. */
  where: string;
  program: string;
  args: readonly string[];
  signal: AbortSignal;
  /** Most bytes of its output. */
  most?: number;
}

export interface RcloneEnd {
  code: number;
  stdout: string;
  /** The end of what it said. */
  stderr: string;
}

const SAID = 16_384;

/** @throws StorageError where it cannot be run or says too much; the signal's reason, with the program ended */
export function runRclone({ where, program, args, signal, most = SAID }: RcloneRun): Promise<RcloneEnd> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, env: environment() });
    const parts: Buffer[] = [];
    let [length, stderr] = [0, ''];
    let problem: unknown;
    const stop = (why: unknown) => {
      problem ??= why;
      child.kill('SIGTERM');
      killer ??= setTimeout(() => child.kill('SIGKILL'), 2000);
    };
    let killer: NodeJS.Timeout | undefined;
    const onAbort = () => stop(signal.reason);
    signal.addEventListener('abort', onAbort);
    child.stdout.on('data', (part: Buffer) => {
      length += part.length;
      if (length > most) stop(new StorageError('failed', `${where}: rclone says more than ${most} bytes`));
      else parts.push(part);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-SAID);
    });
    const settle = (work: () => void) => {
      clearTimeout(killer);
      signal.removeEventListener('abort', onAbort);
      work();
    };
    child.once('error', (thrown) =>
      settle(() =>
        reject(
          new StorageError(
            'invalid',
            codeOf(thrown) === 'ENOENT'
              ? `${where}: there is no program "${program}"; install rclone, or name it by --rclone-executable`
              : `${where}: rclone cannot be run: ${messageOf(thrown)}`,
            thrown,
          ),
        ),
      ),
    );
    child.once('close', (code) =>
      settle(() => {
        if (problem !== undefined) reject(problem);
        else resolve({ code: code ?? -1, stdout: Buffer.concat(parts).toString('utf8'), stderr });
      }),
    );
  });
}

/** Without what is meant for this program alone: passwords, and options of our own. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PASSPHRASE|AUTH_|DUPLICATI_)/.test(name)),
  );
}

/** Words of a line; quotes hold them together. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => double ?? single ?? ''),
  );
}
