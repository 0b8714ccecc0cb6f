import { totalmem } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PackwrightError } from '../../model/errors.ts';
import { type Answer, estimateMemory, type Job, type Reply } from './jobs.ts';

/** Threads that do jobs in the order they came, as many at once as processors and memory allow. */
export interface Pool {
  run<K extends Job['kind']>(job: Extract<Job, { kind: K }>): Promise<Extract<Answer, { kind: K }>>;
  /** Resolves when few jobs wait, so that a producer holds little in memory. */
  whenRoom(): Promise<void>;
  /** Ends the threads; jobs that are not done fail. */
  close(): Promise<void>;
}

interface Waiting {
  job: Job;
  memory: number;
  resolve(answer: Answer): void;
  reject(cause: unknown): void;
}

const LINGER_MILLISECONDS = 1000;

/** A third of the machine (or of the container), but always enough for two of the largest jobs. */
export function defaultMemory(): number {
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.max(480 * 2 ** 20, total / 3);
}

export interface PoolOptions {
  /** Threads. */
  jobs: number;
  /** Bytes that they may use together, by estimate; one job always runs. */
  memory: number;
  /** Folder for compiled code: a thread starts in 20 ms with it, in 50 ms without. */
  compiled: string;
}

export function openPool({ jobs, memory, compiled }: PoolOptions): Pool {
  const queue: Waiting[] = [];
  const roomWaiters: (() => void)[] = [];
  const idle = new Map<Worker, NodeJS.Timeout>();
  const running = new Map<Worker, Waiting>();
  let used = 0;
  let closed = false;

  function startNext(): void {
    while (queue.length > 0 && running.size < jobs) {
      const next = queue[0]!;
      if (running.size > 0 && used + next.memory > memory) return;
      queue.shift();
      used += next.memory;
      const worker = takeIdle() ?? startWorker();
      running.set(worker, next);
      worker.ref();
      worker.postMessage(next.job);
    }
    if (queue.length < jobs) for (const wake of roomWaiters.splice(0)) wake();
  }

  function takeIdle(): Worker | undefined {
    for (const [worker, timer] of idle) {
      clearTimeout(timer);
      idle.delete(worker);
      return worker;
    }
    return undefined;
  }

  /** An idle thread holds its largest job's memory, so that it does not stay for long. It keeps no process alive. */
  function rest(worker: Worker): void {
    const end = () => {
      idle.delete(worker);
      void worker.terminate();
    };
    worker.unref();
    idle.set(worker, setTimeout(end, LINGER_MILLISECONDS).unref());
  }

  function startWorker(): Worker {
    // Threads need nothing of our environment.
    const env = { NODE_COMPILE_CACHE: compiled };
    const worker = new Worker(new URL('./worker' + extname(import.meta.url), import.meta.url), { env });
    worker.on('message', (reply: Reply) => finish(worker, reply));
    worker.on('error', (cause) => finish(worker, cause instanceof Error ? cause : new Error(String(cause))));
    worker.on('exit', () => finish(worker, new Error('a compression thread ended before its job')));
    return worker;
  }

  function finish(worker: Worker, outcome: Reply | Error): void {
    const waiting = running.get(worker);
    if (!waiting) return;
    running.delete(worker);
    used -= waiting.memory;
    if (outcome instanceof Error) waiting.reject(outcome);
    else if (outcome.ok) waiting.resolve(outcome.answer);
    else if (outcome.where) waiting.reject(new PackwrightError(outcome.where, outcome.what, outcome.hint));
    else waiting.reject(new Error(outcome.what));
    if (!(outcome instanceof Error)) rest(worker);
    startNext();
  }

  return {
    run<K extends Job['kind']>(job: Extract<Job, { kind: K }>) {
      return new Promise<Extract<Answer, { kind: K }>>((resolve, reject) => {
        if (closed) return reject(new Error('the compression threads are closed'));
        // A thread answers with the kind it was asked for.
        const settle = (answer: Answer) => resolve(answer as Extract<Answer, { kind: K }>);
        queue.push({ job, memory: estimateMemory(job), resolve: settle, reject });
        startNext();
      });
    },
    async whenRoom() {
      while (queue.length >= jobs) await new Promise<void>((resolve) => roomWaiters.push(resolve));
    },
    async close() {
      closed = true;
      const failure = new Error('the compression threads were closed');
      for (const waiting of queue.splice(0)) waiting.reject(failure);
      for (const wake of roomWaiters.splice(0)) wake();
      const workers = [...idle.keys(), ...running.keys()];
      for (const timer of idle.values()) clearTimeout(timer);
      idle.clear();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
