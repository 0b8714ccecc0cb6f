import { messageOf } from '../errors.ts';
import type { Job, JobResult, Operation } from './job.ts';
import { NO_PROGRESS, type Progress } from './progress.ts';

/** One job from its order to its end. Times are milliseconds since 1970. */
export interface Task {
  id: number;
  operation: Operation;
  backup?: string;
  status: 'Waiting' | 'Running' | 'Completed' | 'Failed';
  started?: number;
  finished?: number;
  /** How it went, where it has said so. */
  level?: JobResult['level'];
  /** Why it failed. */
  error?: string;
  /** True where somebody had it ended at once, or before it began: no failure of its own. */
  wasStopped?: boolean;
}

export type QueueEvent = { what: 'queue' | 'pause' } | { what: 'progress' | 'ended'; task: Task };

export interface Queue {
  /** Adds a job behind the others, or before them. @returns its task, whose number is never used again by this queue. */
  add(order: { operation: Operation; backup?: string }, job: Job, isNext?: boolean): Task;
  /** Remembers what was done at once as a task that has ended. */
  record(order: { operation: Operation; backup?: string }): Task;
  /** What runs and what waits, in order. */
  list(): Task[];
  running(): Task | undefined;
  /** A task that waits, runs or ended lately. */
  find(id: number): Task | undefined;
  /** How far the running job is; of the last one when none runs. */
  progress(): { task: Task; progress: Progress } | undefined;
  /** Stops a task: the first time it may end what it has begun, the second time it is killed. False when there is none to stop. */
  stop(id: number): boolean;
  kill(id: number): boolean;
  /** No job begins until `resume`, or until a time. */
  pause(until?: number): void;
  resume(): void;
  paused(): { until?: number } | undefined;
  /** Ends: what waits is dropped, what runs is asked to stop and killed after `grace` milliseconds. */
  close(grace: number): Promise<void>;
}

/** How many ended tasks are remembered. */
const KEPT = 100;
/** How many may wait: a client in a loop must not fill the memory. */
export const MOST_WAITING = 1000;
/** Longest that a timer of Node can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

interface Entry {
  task: Task;
  job: Job;
  stop: AbortController;
  kill: AbortController;
  watchers: ((isPaused: boolean) => void)[];
}

/** @param tell is told of every change. @throws from `add` when too many wait. */
export function openQueue(tell: (event: QueueEvent) => void = () => {}, now = Date.now): Queue {
  const waiting: Entry[] = [];
  const ended = new Map<number, Task>();
  let current: Entry | undefined;
  let currentEnd: Promise<void> = Promise.resolve();
  let last: { task: Task; progress: Progress } | undefined;
  let pausedUntil: number | undefined; // Infinity: until somebody says so
  let timer: NodeJS.Timeout | undefined;
  let count = 0;
  let isClosed = false;

  const next = () => {
    if (current || pausedUntil !== undefined || isClosed) return;
    const entry = waiting.shift();
    if (!entry) return;
    current = entry;
    currentEnd = work(entry);
  };
  const work = async (entry: Entry) => {
    const { task, job, stop, kill, watchers } = entry;
    task.status = 'Running';
    task.started = now();
    last = { task, progress: NO_PROGRESS };
    tell({ what: 'queue' });
    try {
      const killed = new Promise<never>((_, reject) => {
        kill.signal.addEventListener('abort', () => reject(new Error('it was stopped at once')), { once: true });
      });
      const run = job.run({
        task: task.id,
        stop: stop.signal,
        kill: kill.signal,
        report(progress) {
          if (current !== entry) return;
          last = { task, progress };
          tell({ what: 'progress', task });
        },
        watchPause(listener) {
          watchers.push(listener);
          if (pausedUntil !== undefined) listener(true);
        },
      });
      const result = await Promise.race([run, killed]);
      if (result) task.level = result.level;
      task.status = 'Completed';
    } catch (thrown) {
      task.status = 'Failed';
      task.error = messageOf(thrown);
    }
    current = undefined;
    end(task);
    next();
  };
  const end = (task: Task) => {
    task.finished = now();
    ended.set(task.id, task);
    const [oldest] = ended.keys();
    if (ended.size > KEPT && oldest !== undefined) ended.delete(oldest);
    tell({ what: 'ended', task });
    tell({ what: 'queue' });
  };
  const tellPause = () => {
    for (const watch of current?.watchers ?? []) watch(pausedUntil !== undefined);
    tell({ what: 'pause' });
  };
  const resume = () => {
    clearTimeout(timer);
    if (pausedUntil === undefined) return;
    pausedUntil = undefined;
    tellPause();
    next();
  };
  const arm = () => {
    clearTimeout(timer);
    const left = (pausedUntil ?? 0) - now();
    if (pausedUntil === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(
      () => (now() >= (pausedUntil ?? 0) ? resume() : arm()),
      Math.min(Math.max(left, 0), LONGEST_TIMER),
    );
    timer.unref();
  };
  /** Takes a waiting task out. */
  const drop = (id: number) => {
    const at = waiting.findIndex(({ task }) => task.id === id);
    if (at < 0) return false;
    const [{ task }] = waiting.splice(at, 1) as [Entry];
    task.status = 'Failed';
    task.error = 'it was stopped before it began';
    task.wasStopped = true;
    end(task);
    return true;
  };
  const kill = (id: number) => {
    if (current?.task.id !== id) return drop(id);
    current.task.wasStopped = true;
    current.stop.abort();
    current.kill.abort();
    return true;
  };

  return {
    add({ operation, backup }, job, isNext = false) {
      if (isClosed || waiting.length >= MOST_WAITING) throw new Error('too many jobs wait');
      const task: Task = { id: ++count, operation, status: 'Waiting', ...(backup === undefined ? {} : { backup }) };
      const entry: Entry = { task, job, stop: new AbortController(), kill: new AbortController(), watchers: [] };
      if (isNext) waiting.unshift(entry);
      else waiting.push(entry);
      tell({ what: 'queue' });
      queueMicrotask(next);
      return task;
    },
    record(order) {
      const at = now();
      const task: Task = { ...order, id: ++count, status: 'Completed', started: at };
      end(task);
      return task;
    },
    list: () => [...(current ? [current.task] : []), ...waiting.map(({ task }) => task)],
    running: () => current?.task,
    find: (id) =>
      current?.task.id === id ? current.task : (waiting.find(({ task }) => task.id === id)?.task ?? ended.get(id)),
    progress: () => last,
    stop(id) {
      if (current?.task.id !== id) return drop(id);
      if (current.stop.signal.aborted) return kill(id);
      current.stop.abort();
      return true;
    },
    kill,
    pause(until) {
      pausedUntil = until ?? Number.POSITIVE_INFINITY;
      arm();
      tellPause();
    },
    resume,
    paused() {
      if (pausedUntil === undefined) return undefined;
      return pausedUntil === Number.POSITIVE_INFINITY ? {} : { until: pausedUntil };
    },
    async close(grace) {
      isClosed = true;
      clearTimeout(timer);
      waiting.length = 0;
      if (!current) return;
      const { stop, kill: end } = current;
      stop.abort();
      const late = setTimeout(() => end.abort(), grace);
      await currentEnd;
      clearTimeout(late);
    },
  };
}
