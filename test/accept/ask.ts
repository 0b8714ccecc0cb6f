import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';

export interface Answer {
  /** HTTP status; 0 when nobody answered. */
  status: number;
  body: string;
}
const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));

/** Asks an HTTP server in the network namespace of process `pid`; of this process when it is 0. */
export async function ask(
  log: Log,
  pid: number,
  port: number,
  path: string,
  options: { address?: string; host?: string } = {},
) {
  const question = JSON.stringify({ address: '127.0.0.1', port, path, ...options });
  const enter = pid === 0 ? [] : ['nsenter', '-t', String(pid), '-n', '--'];
  const answer: Answer = JSON.parse(await runCommand(log, [...enter, process.execPath, PROBE, question]));
  return answer;
}

/** Tries again until `test` gives a value that is true, 20 s at most. @throws Error that says what did not come. */
export async function waitUntil(what: string, test: () => Promise<boolean>, seconds = 20): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    if (await test()) return;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(200);
  }
}
