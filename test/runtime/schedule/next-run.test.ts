import test from 'ava';
import { readInterval } from '../../../runtime/schedule/interval.ts';
import { findNextRun, type Schedule } from '../../../runtime/schedule/next-run.ts';

const at = (text: string): number => Date.parse(text);
const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString();

/** The first `count` runs. */
function runs(schedule: Schedule, count: number): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let after = schedule.start - 1;
  for (let n = 0; n < count; n++) {
    const run = findNextRun(schedule, after);
    found.push(iso(run));
    after = run ?? Number.POSITIVE_INFINITY;
  }
  return found;
}

const schedule = (start: string, repeat: string, zone: string, days: number[] = []): Schedule => ({
  start: at(start),
  repeat: readInterval(repeat),
  days: new Set(days),
  zone,
});

test('intervals are read as Duplicati writes them, anything else is none', (t) => {
  t.like(readInterval('1D'), { days: 1, seconds: 0 });
  t.like(readInterval('1W2d'), { weeks: 1, days: 2 });
  t.like(readInterval('90m'), { seconds: 5400 });
  t.like(readInterval('2M'), { months: 2 });
  t.like(readInterval('1Y 6M'), { years: 1, months: 6 });
  for (const text of ['', '0D', '1', 'D', '30s', '-1D', '1D;', '1x', '9999999D', '1.5h'])
    t.is(readInterval(text), undefined, text);
});

test('a daily run keeps its wall-clock time when the clocks change', (t) => {
  t.deepEqual(runs(schedule('2026-03-27T12:00:00Z', '1D', 'Europe/Berlin'), 4), [
    '2026-03-27T12:00:00.000Z',
    '2026-03-28T12:00:00.000Z',
    '2026-03-29T11:00:00.000Z',
    '2026-03-30T11:00:00.000Z',
  ]);
  t.is(runs(schedule('2026-10-24T11:00:00Z', '1D', 'Europe/Berlin'), 2)[1], '2026-10-25T12:00:00.000Z');
});

test('a time that is skipped comes as much later, one that comes twice runs once', (t) => {
  t.deepEqual(runs(schedule('2026-03-28T01:30:00Z', '1D', 'Europe/Berlin'), 3), [
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  t.deepEqual(runs(schedule('2026-10-24T00:30:00Z', '1D', 'Europe/Berlin'), 3), [
    '2026-10-24T00:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

test('hours are exact', (t) => {
  const found = runs(schedule('2026-10-24T22:00:00Z', '6h', 'Europe/Berlin'), 4).map((run) => run?.slice(11, 13));
  t.deepEqual(found, ['22', '04', '10', '16']);
});

test('the last day of a month comes back after February', (t) => {
  const found = runs(schedule('2027-01-31T12:00:00Z', '1M', 'UTC'), 4).map((run) => run?.slice(0, 10));
  t.deepEqual(found, ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']);
});

test('weekdays are those of the zone', (t) => {
  // In Auckland it is Monday when this is Sunday evening in UTC.
  const found = runs(schedule('2026-11-22T20:00:00Z', '1D', 'Pacific/Auckland', [1, 5]), 3);
  t.deepEqual(found, ['2026-11-22T20:00:00.000Z', '2026-11-26T20:00:00.000Z', '2026-11-29T20:00:00.000Z']);
});

test('years after the start the next run is found at once; without an allowed day, a repetition or an end of time there is none', (t) => {
  const old = schedule('1990-01-01T00:00:00Z', '1m', 'America/New_York');
  t.is(iso(findNextRun(old, at('2026-11-23T10:00:30Z'))), '2026-11-23T10:01:00.000Z');
  t.is(findNextRun(schedule('2026-11-23T00:00:00Z', '1W', 'UTC', [3]), 0), undefined);
  t.is(findNextRun({ ...old, repeat: undefined }, at('2026-01-01T00:00:00Z')), undefined);
  t.is(findNextRun(schedule('2026-01-01T00:00:00Z', '99999Y', 'UTC'), 8.64e15 - 1), undefined);
});
