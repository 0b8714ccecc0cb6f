import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { NEVER, type Schedule } from '../../../runtime/backups/backup.ts';
import { openBackups } from '../../../runtime/backups/backups.ts';
import type { Order } from '../../../runtime/jobs/job.ts';
import { openQueue } from '../../../runtime/jobs/queue.ts';
import { runSchedules } from '../../../runtime/schedule/run-schedules.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { type CountingJob, makeCountingJob } from '../jobs/counting-job.ts';

const HOUR = 3_600_000;

/** Backups, a queue with jobs that count, and a clock that the test moves. */
async function makeServer(t: ExecutionContext, at: string, { zone = 'Europe/Berlin' } = {}) {
  const { settings, log, lines } = await makeSettings(t);
  const clock = { at: Date.parse(at) };
  const now = () => clock.at;
  const backups = openBackups(settings);
  const queue = openQueue(() => {}, now);
  const jobs: CountingJob[] = [];
  const orders: Order[] = [];
  const makeJob = (order: Order) => {
    orders.push(order);
    const job = makeCountingJob();
    jobs.push(job);
    return job;
  };
  const open = () => {
    const schedules = runSchedules({ backups, queue, settings: { get: () => zone }, log, makeJob }, now);
    t.teardown(schedules.stop);
    return schedules;
  };
  const add = (time: string, repeat = '1D', more: Partial<Omit<Schedule, 'id'>> = {}) =>
    backups.add({
      name: `${backups.list().length}`,
      description: '',
      tags: [],
      targetUrl: 'file:///x',
      connection: -1,
      sources: ['/'],
      options: [],
      filters: [],
      schedule: { time, repeat, lastRun: NEVER, allowedDays: [], ...more },
    }).id;
  /** Moves the clock and lets what is due begin. */
  const moveTo = async (to: string, schedules: { check(): void }) => {
    clock.at = Date.parse(to);
    schedules.check();
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  return { backups, queue, jobs, orders, open, add, moveTo, clock, lines };
}

test('a backup runs when its time has come, its run is noted, and the next is told', async (t) => {
  const { add, open, moveTo, queue, jobs, backups } = await makeServer(t, '2026-03-01T08:00:00Z');
  const id = add('2026-03-01T12:00:00Z', '1D', { allowedDays: ['mon', 'fri'] });
  const schedules = open();
  t.deepEqual(schedules.next(), [{ backup: id, time: '2026-03-02T12:00:00Z' }], 'the 1st is a Sunday');
  await moveTo('2026-03-02T11:59:59Z', schedules);
  t.is(queue.running(), undefined);
  await moveTo('2026-03-02T12:00:01Z', schedules);
  t.like(queue.running(), { operation: 'Backup', backup: id });
  t.deepEqual(schedules.next(), [{ backup: id, time: '2026-03-06T12:00:00Z' }]);
  t.like(backups.find(id)?.schedule, { lastRun: '2026-03-02T12:00:01Z', time: '2026-03-06T12:00:00Z' });
  jobs[0]?.finish();
  await moveTo('2026-03-06T11:59:59Z', schedules);
  t.is(jobs.length, 1);
});

test('a run that cannot be noted is not started, and made up for once it can', async (t) => {
  const { add, open, moveTo, jobs, lines, backups } = await makeServer(t, '2026-03-01T08:00:00Z');
  add('2026-03-01T12:00:00Z');
  const { setSchedule } = backups;
  backups.setSchedule = () => {
    throw new Error('database or disk is full');
  };
  const schedules = open();
  await moveTo('2026-03-01T12:00:01Z', schedules);
  t.is(jobs.length, 0);
  t.regex(lines.join(''), /disk is full/);
  backups.setSchedule = setSchedule;
  await moveTo('2026-03-01T12:30:00Z', schedules);
  t.is(jobs.length, 1);
});

test('what was missed while the server was off is made up for once, soon after its start', async (t) => {
  const { add, open, moveTo, orders, backups } = await makeServer(t, '2026-03-20T09:00:00Z');
  const id = add('2026-03-01T12:00:00Z', '6h', { lastRun: '2026-03-10T12:00:03Z' });
  const schedules = open();
  await moveTo('2026-03-20T09:00:00Z', schedules);
  t.deepEqual(orders, [{ operation: 'Backup', backup: id, input: {} }]);
  t.is(backups.find(id)?.schedule?.time, '2026-03-20T12:00:00Z');
});

test('a backup that waits or runs is not started again; another one is', async (t) => {
  const { add, open, moveTo, queue, jobs, lines } = await makeServer(t, '2026-03-01T08:00:00Z');
  add('2026-03-01T09:00:00Z', '1h');
  const schedules = open();
  await moveTo('2026-03-01T09:00:00Z', schedules);
  await moveTo('2026-03-01T12:00:00Z', schedules);
  t.is(jobs.length, 1);
  t.regex(lines.join(''), /backup 1 is not started by its schedule: it runs or waits already/);
  const other = add('2026-03-01T13:00:00Z');
  await moveTo('2026-03-01T13:00:00Z', schedules);
  t.deepEqual(
    queue.list().map(({ backup }) => backup),
    ['1', other],
  );
  for (const job of jobs) job.finish();
});

test('while the queue is paused a run waits; it begins when the pause ends', async (t) => {
  const { add, open, moveTo, queue, jobs } = await makeServer(t, '2026-03-01T08:00:00Z');
  add('2026-03-01T09:00:00Z');
  const schedules = open();
  queue.pause();
  await moveTo('2026-03-01T09:30:00Z', schedules);
  await moveTo('2026-03-05T09:30:00Z', schedules);
  t.is(queue.running(), undefined);
  t.is(queue.list().length, 1);
  queue.resume();
  await jobs[0]?.begun;
  jobs[0]?.finish();
});

test('days and hours are those of the server’s time zone setting', async (t) => {
  for (const [zone, after] of [
    ['Europe/Berlin', '2026-03-29T11:00:00Z'],
    ['UTC', '2026-03-29T12:00:00Z'],
  ] as const) {
    const { add, open, clock } = await makeServer(t, '2026-03-28T12:00:01Z', { zone });
    const id = add('2026-03-01T12:00:00Z', '1D', { lastRun: '2026-03-28T12:00:00Z' });
    t.deepEqual(open().next(), [{ backup: id, time: after }], zone);
    clock.at += HOUR;
  }
});

test('a zone that is none is said once, and the machine’s counts', async (t) => {
  const { add, open, lines } = await makeServer(t, '2026-03-01T08:00:00Z', { zone: 'Mars/Olympus' });
  add('2026-03-02T08:00:00Z');
  const schedules = open();
  t.is(schedules.next().length, 1);
  schedules.next();
  t.is(lines.filter((line) => line.includes('Mars/Olympus')).length, 1);
});

test('a client that sends a schedule back as it saw it neither moves its first run nor undoes the last', async (t) => {
  const { add, open, moveTo, backups, jobs } = await makeServer(t, '2026-01-31T08:00:00Z');
  const id = add('2026-01-31T12:00:00Z', '1M');
  const before = backups.find(id);
  const schedules = open();
  await moveTo('2026-01-31T12:00:00Z', schedules);
  jobs[0]?.finish();
  const seen = backups.find(id);
  t.is(seen?.schedule?.time, '2026-02-28T12:00:00Z');
  if (!seen?.schedule || !before?.schedule) throw new Error('there is a schedule');
  backups.update(id, { ...seen, schedule: { ...seen.schedule, lastRun: before.schedule.lastRun } });
  await moveTo('2026-02-28T12:00:00Z', schedules);
  t.is(jobs.length, 2);
  t.is(backups.find(id)?.schedule?.time, '2026-03-31T11:00:00Z', 'the 31st again, in summer time');
  backups.update(id, { ...seen, schedule: { ...seen.schedule, time: '2026-03-15T12:00:00Z' } });
  t.is(schedules.next()[0]?.time, '2026-03-15T12:00:00Z');
});
