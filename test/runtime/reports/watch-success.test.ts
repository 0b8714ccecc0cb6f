import test, { type ExecutionContext } from 'ava';
import { NEVER } from '../../../runtime/backups/backup.ts';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { makeDocument } from '../../../runtime/jobs/job-document.ts';
import { openQueue } from '../../../runtime/jobs/queue.ts';
import type { Report } from '../../../runtime/reports/report.ts';
import { LAST_SUCCESS, watchSuccess } from '../../../runtime/reports/watch-success.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { makeCountingJob } from '../jobs/counting-job.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-01T12:00:00Z');

/** A watch with a clock that the test moves hour by hour, as the server looks. */
async function makeWatch(t: ExecutionContext) {
  const { settings, log, lines } = await makeSettings(t);
  const clock = { at: START };
  const backups = openBackups(settings);
  const queue = openQueue(
    () => {},
    () => clock.at,
  );
  const sent: { at: number; report: Report }[] = [];
  const told: { messageId: string; message: string }[] = [];
  const watch = watchSuccess(
    {
      backups,
      queue,
      notifications: { list: () => told, add: (one) => void told.push(one) },
      describe: (backup) => makeDocument({ operation: 'Backup', backup: backup.id, input: {} }, backup, [], '/nowhere'),
      send: (report) => void sent.push({ at: clock.at, report }),
      log,
    },
    () => clock.at,
  );
  t.teardown(watch.stop);
  const add = (options: Record<string, string> = {}, isScheduled = true) =>
    backups.add({
      name: 'Home',
      description: '',
      tags: [],
      targetUrl: 'file:///x',
      connection: -1,
      sources: ['/'],
      options: Object.entries(options).map(([name, value]) => ({ name, value, filter: '' })),
      filters: [],
      ...(isScheduled
        ? { schedule: { time: '2026-01-01T00:00:00Z', repeat: '1D', lastRun: NEVER, allowedDays: [] } }
        : {}),
    }).id;
  const pass = (time: number) => {
    for (const end = clock.at + time; clock.at < end; clock.at += HOUR) watch.check();
  };
  const succeed = (id: string) => backups.setMetadata(id, { [LAST_SUCCESS]: new Date(clock.at).toISOString() });
  return { add, pass, succeed, sent, told, clock, backups, queue, lines };
}

test('a backup without a success for seven days is told then, and once a day from then on, until it succeeds', async (t) => {
  const { add, pass, succeed, sent, told, lines } = await makeWatch(t);
  const id = add();
  pass(7 * DAY);
  t.is(sent.length, 0);
  pass(3 * DAY);
  t.is(sent.length, 3);
  t.deepEqual(
    sent.map(({ at }) => Math.floor((at - START) / DAY)),
    [7, 8, 9],
  );
  t.like(sent[0]?.report, { level: 'Error', document: { operation: 'Backup', name: 'Home' } });
  t.regex(sent[2]?.report.error ?? '', /^"Home" has had no successful run for 9 days, since 2026-03-01T12:00:00/);
  t.is(told.length, 1);
  t.is(lines.filter((line) => line.includes('no successful run')).length, 3);
  succeed(id);
  pass(7 * DAY);
  t.is(sent.length, 3);
  pass(DAY);
  t.is(sent.length, 4);
});

test('the option says after how long, or that it is not watched; without a schedule a backup is watched where it asks for that', async (t) => {
  for (const [options, isScheduled, days] of [
    [{ 'report-no-success-after': '2D' }, true, 2],
    [{ 'report-no-success-after': '2D' }, false, 2],
    [{ 'report-no-success-after': '36h' }, true, 1],
    [{ 'report-no-success-after': '0' }, true, undefined],
    [{}, false, undefined],
  ] as const) {
    const { add, pass, sent } = await makeWatch(t);
    add(options, isScheduled);
    pass(5 * DAY);
    t.is(sent[0] && Math.floor((sent[0].at - START) / DAY), days, JSON.stringify(options));
  }
});

test('a run that is under way or waits is not told about', async (t) => {
  const { add, pass, sent, queue } = await makeWatch(t);
  const id = add();
  pass(6 * DAY);
  const job = makeCountingJob();
  queue.add({ operation: 'Backup', backup: id }, job);
  pass(5 * DAY);
  t.is(sent.length, 0);
});

test('times noted under a clock that was ahead count for nothing, and a server that was off tells once', async (t) => {
  const { add, pass, sent, backups, clock } = await makeWatch(t);
  const id = add();
  backups.setMetadata(id, {
    [LAST_SUCCESS]: '2031-01-01T00:00:00Z',
    NoSuccessToldAt: '2031-01-01T00:00:00Z',
    LastBackupFinished: '20260228T120000Z',
  });
  pass(7 * DAY);
  t.is(sent.length, 1);
  t.regex(sent[0]?.report.error ?? '', /since 2026-02-28T12:00:00/);
  clock.at += 30 * DAY;
  pass(2 * HOUR);
  t.is(sent.length, 2);
});
