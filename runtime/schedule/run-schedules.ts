import { NEVER, WEEKDAYS } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { isoTime } from '../backups/configuration.ts';
import { messageOf } from '../errors.ts';
import type { MakeJob } from '../jobs/job.ts';
import type { Queue } from '../jobs/queue.ts';
import type { Log } from '../log/log.ts';
import type { ServerSettings } from '../settings/server-settings.ts';
import { readInterval } from './interval.ts';
import { openScheduler, type Scheduled } from './scheduler.ts';

export interface Schedules {
  /** Every backup's next run, soonest first; times in ISO 8601. */
  next(): { backup: string; time: string }[];
  /** To be called after every change; what is due is started soon after. */
  check(): void;
  stop(): void;
}

export interface SchedulesNeeds {
  backups: Pick<Backups, 'schedules' | 'setSchedule' | 'find'>;
  queue: Pick<Queue, 'list' | 'add'>;
  settings: Pick<ServerSettings, 'get'>;
  log: Log;
  makeJob: MakeJob;
}

/** Runs backups by their schedules. @param now milliseconds since 1970 */
export function runSchedules(needs: SchedulesNeeds, now = Date.now): Schedules {
  const { backups, queue, settings, log, makeJob } = needs;
  let plan: { runs: { id: string; run: number }[]; until: number } | undefined;
  let wrongZone = '';

  const zone = () => {
    const name = settings.get('server-timezone');
    if (isTimeZone(name)) return name || Temporal.Now.timeZoneId();
    if (name !== wrongZone) log.warning(`schedules run in this machine's time zone: "${name}" is none`);
    wrongZone = name;
    return Temporal.Now.timeZoneId();
  };
  const list = (): Scheduled[] => {
    const timeZone = zone();
    return backups
      .schedules()
      .map(({ backup, start, repeat, lastRun, allowedDays }) => ({
        id: backup,
        lastRun: readTime(lastRun),
        schedule: {
          start: readTime(start),
          repeat: readInterval(repeat),
          days: new Set(allowedDays.map((day) => WEEKDAYS.indexOf(day) + 1)),
          zone: timeZone,
        },
      }))
      .filter(({ schedule }) => schedule.start > 0);
  };
  const noteRun = (id: string, run: number) => {
    plan = undefined;
    const stored = backups.schedules().find(({ backup }) => backup === id);
    if (!stored) return;
    const lastRun = isoTime(Math.floor(run / 1000) * 1000);
    backups.setSchedule(id, { time: stored.time, lastRun });
    const next = scheduler.next().find((one) => one.id === id);
    if (next) backups.setSchedule(id, { time: isoTime(next.run), lastRun });
  };
  const start = (id: string) => {
    if (queue.list().some(({ backup, operation }) => backup === id && operation === 'Backup')) {
      log.information(`backup ${id} is not started by its schedule: it runs or waits already`);
      return;
    }
    try {
      queue.add({ operation: 'Backup', backup: id }, makeJob({ operation: 'Backup', backup: id, input: {} }));
    } catch (thrown) {
      log.warning(`backup ${id} is not started by its schedule: ${messageOf(thrown)}`);
    }
  };
  const scheduler = openScheduler({
    list,
    noteRun,
    start,
    now,
    fail: (thrown) => log.error(`what is due is not started: ${messageOf(thrown)}`),
  });
  let soon: NodeJS.Immediate | undefined;
  const check = () => {
    plan = undefined;
    soon ??= setImmediate(() => {
      soon = undefined;
      scheduler.check();
    });
  };
  check();
  return {
    check,
    next() {
      if (!plan || now() >= plan.until) {
        const runs = scheduler.next();
        plan = { runs, until: runs[0]?.run ?? Number.POSITIVE_INFINITY };
      }
      return plan.runs.map(({ id, run }) => ({ backup: id, time: isoTime(run) }));
    },
    stop() {
      clearImmediate(soon);
      scheduler.stop();
    },
  };
}

/** Milliseconds since 1970; 0 for Duplicati's year 1. */
function readTime(text: string): number {
  return text === NEVER ? 0 : Math.max(0, Date.parse(text) || 0);
}

/** True for a time zone that is known here; empty stands for the machine's. */
export function isTimeZone(name: string): boolean {
  try {
    return name === '' || Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== '';
  } catch {
    return false;
  }
}
