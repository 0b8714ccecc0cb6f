import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';

export interface Question {
  port: number;
  path: string;
  /** Default 127.0.0.1. */
  address?: string;
  /** Host header, when it must not be the address. */
  host?: string;
  /** Sent as JSON with POST; without it the question is a GET. */
  body?: unknown;
}
export interface Answer {
  /** HTTP status; 0 when nobody answered. */
  status: number;
  body: string;
}
const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));

/** Asks an HTTP server in the network namespace of process `pid`; in the host's own when it is 0. */
export async function askAll(log: Log, pid: number, questions: readonly Question[]): Promise<Answer[]> {
  const text = JSON.stringify(questions.map((one) => ({ address: '127.0.0.1', ...one })));
  const enter = pid === 0 ? [] : ['nsenter', '-t', String(pid), '-n', '--'];
  const answers: Answer[] = JSON.parse(await runCommand(log, [...enter, process.execPath, PROBE], { input: text }));
  return answers;
}

export async function ask(log: Log, pid: number, question: Question): Promise<Answer> {
  const [answer] = await askAll(log, pid, [question]);
  return answer!;
}

/** Tries again until `test` gives a value that is true. @throws Error that says what did not come. */
export async function waitUntil(what: string, test: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    if (await test()) return;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(200);
  }
}
