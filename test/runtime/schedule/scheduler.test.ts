import test from 'ava';
import { readInterval } from '../../../runtime/schedule/interval.ts';
import { findNextRun, type Schedule } from '../../../runtime/schedule/next-run.ts';
import { openScheduler, type Scheduled } from '../../../runtime/schedule/scheduler.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A scheduler on a clock that the test moves. */
function simulate(schedule: Schedule, begin: number) {
  const clock = { now: begin };
  const one: Scheduled = { id: 'one', schedule, lastRun: begin };
  const started: number[] = [];
  const open = () =>
    openScheduler({
      list: () => [one],
      noteRun: (_id, run) => {
        one.lastRun = run;
      },
      start: () => void started.push(clock.now),
      now: () => clock.now,
      fail: (thrown) => {
        throw thrown;
      },
    });
  return { clock, one, started, open };
}

/** Every slot of a schedule between two moments, asked one after another. */
function slotsOf(schedule: Schedule, begin: number, end: number): number[] {
  const slots: number[] = [];
  for (let run = findNextRun(schedule, begin); run !== undefined && run <= end; run = findNextRun(schedule, run))
    slots.push(run);
  return slots;
}

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Santiago'];
const EDGES = ['2026-02-15T00:00:00Z', '2026-09-01T00:00:00Z'];

for (const zone of ZONES) {
  test(`90 days over both changes of the clocks in ${zone}: every slot once, or once late after a sleep, never twice`, (t) => {
    for (const edge of EDGES) {
      const begin = Date.parse(edge);
      const end = begin + 90 * DAY;
      for (const [repeat, time] of [
        ['1D', '01:30'],
        ['1D', '02:30'],
        ['6h', '00:00'],
        ['1W', '03:00'],
      ] as const) {
        const start = Temporal.PlainDateTime.from(`${edge.slice(0, 10)}T${time}`).toZonedDateTime(
          zone,
        ).epochMilliseconds;
        const schedule: Schedule = { start, repeat: readInterval(repeat), days: new Set(), zone };
        const { clock, started, open } = simulate(schedule, begin - DAY);
        const scheduler = open();
        t.teardown(scheduler.stop);
        const slots = slotsOf(schedule, begin - DAY, end + DAY);
        const covered = new Set<number>();
        for (let n = 0; clock.now < end; n++) {
          // Now and then the machine sleeps for hours, or its clock is corrected by a little.
          const step = n % 1250 === 1249 ? 7 * 60 * MINUTE : n % 750 === 749 ? -40 * MINUTE : 28 * MINUTE;
          const before = started.length;
          clock.now += step;
          scheduler.check();
          if (started.length === before) continue;
          scheduler.check();
          t.is(started.length, before + 1);
          for (const slot of slots) if (slot <= clock.now) covered.add(slot);
        }
        const runs = started.length;
        t.true(
          runs <= slots.length && runs >= slots.length - 40,
          `${zone} ${repeat} ${time}: ${runs} of ${slots.length}`,
        );
        t.is(covered.size, slots.filter((slot) => slot <= started.at(-1)!).length);
        for (const [n, run] of started.entries()) {
          const previous = started[n - 1] ?? begin - DAY;
          t.true(
            slots.some((slot) => slot > previous && slot <= run),
            'a run without a slot of its own',
          );
        }
      }
    }
  });
}

test('runs missed while the server was off are made up for by one', (t) => {
  const begin = Date.parse('2026-11-01T00:00:00Z');
  const { clock, started, open } = simulate(
    { start: begin, repeat: readInterval('1h'), days: new Set(), zone: 'UTC' },
    begin,
  );
  clock.now += 10 * DAY + MINUTE;
  const scheduler = open();
  t.teardown(scheduler.stop);
  scheduler.check();
  scheduler.check();
  t.is(started.length, 1);
  t.deepEqual(scheduler.next(), [{ id: 'one', run: begin + 10 * DAY + 60 * MINUTE }]);
});

test('a clock that was far ahead does not stop the schedule for ever', (t) => {
  const begin = Date.parse('2026-11-01T00:00:00Z');
  const { clock, one, started, open } = simulate(
    { start: begin, repeat: readInterval('1h'), days: new Set(), zone: 'UTC' },
    begin,
  );
  one.lastRun = Date.parse('2100-01-01T00:00:00Z');
  const scheduler = open();
  t.teardown(scheduler.stop);
  scheduler.check();
  t.is(started.length, 0);
  clock.now += 61 * MINUTE;
  scheduler.check();
  t.is(started.length, 1);
});
