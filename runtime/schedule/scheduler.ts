import { findNextRun, type Schedule } from './next-run.ts';

/** A backup that runs by a schedule. */
export interface Scheduled {
  id: string;
  schedule: Schedule;
  /** The run that was started last, milliseconds since 1970; 0 for none. */
  lastRun: number;
}

export interface SchedulerNeeds {
  /** All schedules, as they are now. */
  list(): readonly Scheduled[];
  /** Notes a run, and starts it: in this order, so that a crash in between loses a run and does not repeat one for ever. */
  noteRun(id: string, run: number): void;
  start(id: string): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Is told what a look at the clock failed of, such as a disk that is full; the next look tries again. */
  fail(thrown: unknown): void;
}

export interface Scheduler {
  /** Starts what is due, each once however many of its runs were missed; to be called after every change and now and then. */
  check(): void;
  /** Every backup's next run, soonest first. @param after milliseconds since 1970: only runs later than that */
  next(after?: number): { id: string; run: number }[];
  stop(): void;
}

/** Milliseconds between two looks at the clock: a machine that slept, or whose clock was set, is noticed after as many. */
const LOOK_EVERY = 30_000;
/** A run noted further in the future than this was noted under a wrong clock, and is forgotten. */
const TRUSTED_AHEAD = 86_400_000;

export function openScheduler({ list, noteRun, start, now, fail }: SchedulerNeeds): Scheduler {
  const startDue = () => {
    const at = now();
    for (const { id, schedule, lastRun } of list()) {
      if (lastRun > at + TRUSTED_AHEAD) {
        noteRun(id, at);
        continue;
      }
      const due = findNextRun(schedule, lastRun);
      if (due === undefined || due > at) continue;
      noteRun(id, at);
      start(id);
    }
  };
  const check = () => {
    try {
      startDue();
    } catch (thrown) {
      fail(thrown);
    }
  };
  const timer = setInterval(check, LOOK_EVERY);
  return {
    check,
    next: (after = 0) =>
      list()
        .flatMap((one) => {
          const run = findNextRun(one.schedule, Math.max(after, Math.min(one.lastRun, now() + TRUSTED_AHEAD)));
          return run === undefined ? [] : [{ id: one.id, run }];
        })
        .sort((a, b) => a.run - b.run),
    stop: () => clearInterval(timer),
  };
}
