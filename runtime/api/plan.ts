import { type Backup, WEEKDAYS } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { isoTime } from '../backups/configuration.ts';
import type { MakeJob } from '../jobs/job.ts';
import type { Queue } from '../jobs/queue.ts';
import { readInterval } from '../schedule/interval.ts';
import { findNextRun } from '../schedule/next-run.ts';
import { openScheduler, type Scheduled } from '../schedule/scheduler.ts';

/** When backups run by themselves. */
export interface Plan {
  /** The next run of each, soonest first, in ISO 8601. */
  next(): { backup: string; time: string }[];
  /** To be called after every change of a schedule or of the time zone: plans anew. */
  forget(): void;
  /** Starts what is due. */
  check(): void;
  stop(): void;
}

export interface PlanNeeds {
  backups: Backups;
  queue: Queue;
  /** The time zone that schedules are in; empty for the machine's. */
  zone(): string;
  /** Without one nothing is started, and no run is noted: it would be missing later. */
  makeJob: MakeJob | undefined;
  now?: () => number;
}

/** Starts backups by their schedules where there is an engine, and says when they run. */
export function openPlan({ backups, queue, zone, makeJob, now = Date.now }: PlanNeeds): Plan {
  const list = () => backups.list().flatMap((backup) => readScheduled(backup, zone()) ?? []);
  const scheduler =
    makeJob &&
    openScheduler({
      list,
      now,
      noteRun: (id, run) => backups.setLastRun(id, isoTime(run)),
      start(id) {
        if (queue.list().some(({ backup }) => backup === id)) return; // it is on its way already
        queue.add({ operation: 'Backup', backup: id }, makeJob({ operation: 'Backup', backup: id, input: {} }));
      },
    });
  let isChecking = false;
  let kept: { backup: string; run: number }[] | undefined;
  const plan = () =>
    list()
      .flatMap(({ id, schedule, lastRun }) => {
        const run = findNextRun(schedule, Math.max(lastRun, scheduler ? 0 : now()));
        return run === undefined ? [] : [{ backup: id, run }];
      })
      .sort((a, b) => a.run - b.run);
  return {
    next() {
      if (!kept || (kept[0]?.run ?? Number.POSITIVE_INFINITY) <= now()) kept = plan();
      return kept.map(({ backup, run }) => ({ backup, time: isoTime(run) }));
    },
    forget() {
      kept = undefined;
    },
    check() {
      if (isChecking) return; // noting a run is a change itself
      isChecking = true;
      try {
        scheduler?.check();
      } finally {
        isChecking = false;
      }
    },
    stop: () => scheduler?.stop(),
  };
}

/** A backup's schedule as the scheduler reads it; undefined where it has none. */
function readScheduled({ id, schedule }: Backup, zone: string): Scheduled | undefined {
  if (!schedule) return undefined;
  return {
    id,
    lastRun: Math.max(0, Date.parse(schedule.lastRun)),
    schedule: {
      start: Date.parse(schedule.time),
      repeat: schedule.repeat === '' ? undefined : readInterval(schedule.repeat),
      days: new Set(schedule.allowedDays.map((day) => WEEKDAYS.indexOf(day) + 1)),
      zone: zone || Temporal.Now.timeZoneId(),
    },
  };
}

/** True for a time zone that is known here; empty stands for the machine's. */
export function isTimeZone(zone: string): boolean {
  try {
    return zone === '' || Temporal.Now.zonedDateTimeISO(zone).timeZoneId !== '';
  } catch {
    return false;
  }
}
