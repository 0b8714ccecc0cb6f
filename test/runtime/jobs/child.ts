import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LIMITS, makeChildJobs } from '../../../runtime/jobs/child-job.ts';
import type { JobControl, JobResult } from '../../../runtime/jobs/job.ts';
import type { JobDocument } from '../../../runtime/jobs/job-document.ts';
import type { Progress } from '../../../runtime/jobs/progress.ts';
import { keepLog } from '../auth/open-auth.ts';

export const COUNTING = {
  file: process.execPath,
  args: ['--max-old-space-size=48', path.join(import.meta.dirname, 'counting-program.ts'), 'run-job'],
};

/** What a job is told, with secrets in every place that can hold one. */
export function makeJobDocument(input: Record<string, unknown>): JobDocument {
  return {
    operation: 'Backup',
    backup: '1',
    input: { ...input, passphrase: 'canary-input' },
    name: 'Home',
    targetUrl: 'ssh://me:canary-url@host/folder?auth-password=canary%20query',
    sources: ['/home/'],
    options: [{ name: 'passphrase', value: 'canary-passphrase', filter: '' }],
    filters: [],
    database: '/dev/null/ABC.sqlite',
  };
}

/** Runs the counting program as a job. */
export function startChild(input: Record<string, unknown>, limits: Partial<typeof LIMITS> = {}, launch = COUNTING) {
  const { log, lines } = keepLog();
  const document = makeJobDocument(input);
  const job = makeChildJobs(launch, log, { ...LIMITS, betweenProgress: 1, ...limits })(document, () => document);
  const [stop, kill] = [new AbortController(), new AbortController()];
  const heard: Progress[] = [];
  const listeners = new Set<() => void>();
  const pauses: ((isPaused: boolean) => void)[] = [];
  const control: JobControl = {
    task: 7,
    stop: stop.signal,
    kill: kill.signal,
    report(progress) {
      heard.push(progress);
      for (const listener of listeners) listener();
    },
    watchPause: (listener) => void pauses.push(listener),
  };
  const run: Promise<JobResult | undefined> = job.run(control);
  run.catch(() => {}); // looked at later
  /** Waits for a phase; the number behind its word, such as a process's. */
  const reports = (word: string) =>
    new Promise<number>((resolve, reject) => {
      const look = () => {
        const found = heard.find(({ phase }) => phase.startsWith(word));
        if (!found) return;
        listeners.delete(look);
        resolve(Number(found.phase.split(' ')[1]));
      };
      listeners.add(look);
      look();
      run.then(() => reject(new Error(`it ended without ${word}`)), reject);
    });
  const pause = (isPaused: boolean) => {
    for (const listener of pauses) listener(isPaused);
  };
  return { run, stop: () => stop.abort(), kill: () => kill.abort(), heard, reports, pause, lines };
}

/** Resolves when a process is gone, or a zombie that nobody has asked after. */
export async function waitUntilGone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readStatus(pid))) await wait(10);
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}
