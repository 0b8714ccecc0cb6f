import test from 'ava';
import { readRetentionPolicy } from '../../../../runtime/engine/options/retention-policy.ts';
import { readSize } from '../../../../runtime/engine/options/sizes.ts';
import { readTime } from '../../../../runtime/engine/options/times.ts';
import { goBack, readTimespan, toSeconds } from '../../../../runtime/engine/options/timespans.ts';
import { hasVersion, readVersions } from '../../../../runtime/engine/options/versions.ts';
import { readBoolean, readNumber, readWord, readWords } from '../../../../runtime/engine/options/words.ts';
import { UserError } from '../../../../runtime/errors.ts';
import { CASES, makeText, seedRandom } from '../random.ts';

const at = (text: string) => Date.parse(text) / 1000;
const HERE = { now: at('2026-11-23T12:00:00Z'), zone: 'Europe/Berlin' };

test('sizes are read in every unit, with an i or without, in any case', (t) => {
  const sizes: [string, number][] = [
    ['50mb', 52_428_800],
    ['1GiB', 1_073_741_824],
    ['10kb', 10_240],
    ['10 KiB ', 10_240],
    ['7b', 7],
    ['2Tb', 2 * 1024 ** 4],
    ['1tib', 1024 ** 4],
    ['0kb', 0],
    ['+5b', 5],
  ];
  for (const [text, bytes] of sizes) t.is(readSize('blocksize', text, 'kb'), bytes, text);
  t.is(readSize('blocksize', '100', 'kb'), 102_400);
  t.is(readSize('dblock-size', '100', 'mb'), 104_857_600);
  for (const bad of [
    '',
    '50m',
    '1.5gb',
    '-1kb',
    '5ib',
    '5 ib',
    '1 000kb',
    'kb',
    '1kbb',
    '0x10b',
    '9999999tb',
    '1e3kb',
    '１kb',
  ])
    t.throws(
      () => readSize('blocksize', bad, 'kb'),
      { instanceOf: UserError, message: /^--blocksize=.* cannot be read; allowed: / },
      bad,
    );
});

test('spans are read with units whose case matters', (t) => {
  const spans: [string, number][] = [
    ['1D', 86_400],
    ['2h30m', 9000],
    ['1h 30m', 5400],
    ['10s', 10],
    ['90', 90],
    ['1W', 604_800],
    ['1M', 2_592_000],
    ['1m', 60],
    ['1Y', 31_536_000],
    ['1D1D', 172_800],
    ['0m', 0],
  ];
  for (const [text, seconds] of spans) t.is(toSeconds(readTimespan('keep-time', text)), seconds, text);
  for (const bad of [
    '',
    'abc',
    '1d',
    '1w',
    '1S',
    '2h30',
    '-1D',
    '1.5D',
    's',
    '99999999999s',
    '2026-01-01',
    'now',
    'D1',
  ])
    t.throws(() => readTimespan('keep-time', bad), { message: /^--keep-time=.* cannot be read/ }, bad);
});

test('going back follows the calendar: clocks that change, short months, leap years', (t) => {
  const back = (from: string, span: string, zone = 'Europe/Berlin') =>
    new Date(goBack(at(from), readTimespan('time', span), zone) * 1000).toISOString();
  t.is(
    back('2026-03-29T12:00:00Z', '1D'),
    '2026-03-28T13:00:00.000Z',
    'noon of summer time is two hours before, that of winter one',
  );
  t.is(back('2026-03-29T12:00:00Z', '24h'), '2026-03-28T12:00:00.000Z');
  t.is(back('2026-10-25T12:00:00Z', '1D'), '2026-10-24T11:00:00.000Z');
  t.is(back('2026-03-30T00:30:00Z', '1D'), '2026-03-29T01:30:00.000Z', '02:30 was left out on that day');
  t.is(back('2026-03-31T10:00:00Z', '1M', 'UTC'), '2026-02-28T10:00:00.000Z');
  t.is(back('2024-03-31T10:00:00Z', '1M', 'UTC'), '2024-02-29T10:00:00.000Z');
  t.is(back('2024-02-29T10:00:00Z', '1Y', 'UTC'), '2023-02-28T10:00:00.000Z');
  t.is(back('2026-01-15T10:00:00Z', '1Y1M1D', 'UTC'), '2024-12-14T10:00:00.000Z');
  t.is(goBack(0, readTimespan('time', '2000000000Y'), 'UTC'), at('-009999-01-01T00:00:00Z'));
});

test('times are dates, now, or how long ago', (t) => {
  const times: [string, string][] = [
    ['now', '2026-11-23T12:00:00Z'],
    ['NOW', '2026-11-23T12:00:00Z'],
    ['2026-11-01', '2026-10-31T23:00:00Z'],
    ['2026-07-01', '2026-06-30T22:00:00Z'],
    ['2026-07-01T08:30', '2026-07-01T06:30:00Z'],
    ['2026-07-01 08:30:15', '2026-07-01T06:30:15Z'],
    ['2026-07-01T08:30:15.999Z', '2026-07-01T08:30:15Z'],
    ['2026-07-01T08:30:15+05:30', '2026-07-01T03:00:15Z'],
    ['20260701T083015Z', '2026-07-01T08:30:15Z'],
    ['1D', '2026-11-22T12:00:00Z'],
    ['-2M', '2026-09-23T11:00:00Z'],
    ['3600', '2026-11-23T11:00:00Z'],
  ];
  for (const [text, time] of times) t.is(readTime('time', text, HERE), at(time), text);
  for (const bad of [
    '',
    'yesterday',
    '2026-02-30',
    '2026-13-01',
    '11/22/2026',
    '2026-07-01T25:00',
    '1d',
    '20261301T000000Z',
    '1-2',
    '-',
  ])
    t.throws(() => readTime('time', bad, HERE), { message: /^--time=.* cannot be read; allowed: now/ }, bad);
});

test('lists of versions stay ranges, however long', (t) => {
  t.deepEqual(readVersions('version', '0,2-4'), [
    { from: 0, to: 0 },
    { from: 2, to: 4 },
  ]);
  t.deepEqual(readVersions('version', ' 4 - 2 ,'), [{ from: 2, to: 4 }]);
  const wide = readVersions('version', '1-999999999999');
  t.deepEqual(
    [0, 1, 5_000_000].map((one) => hasVersion(wide, one)),
    [false, true, true],
  );
  for (const bad of ['', ',', 'a', '-1', '1-', '1-2-3', '1.5', '0x1', '1;2'])
    t.throws(() => readVersions('version', bad), { message: /^--version=.* cannot be read/ }, bad);
});

test('retention policies are read as frames and intervals', (t) => {
  t.deepEqual(readRetentionPolicy('retention-policy', '1W:1D,4W:1W,12M:1M'), [
    { frame: 604_800, interval: 86_400 },
    { frame: 2_419_200, interval: 604_800 },
    { frame: 31_104_000, interval: 2_592_000 },
  ]);
  t.deepEqual(readRetentionPolicy('retention-policy', 'u:U,7D:0s,'), [
    { frame: Infinity, interval: 0 },
    { frame: 604_800, interval: 0 },
  ]);
  for (const bad of ['', ',', '7D', '7D:1D:5h', ':1D', '7D:', '1d:1h', 'x:y', '7D;1D'])
    t.throws(
      () => readRetentionPolicy('retention-policy', bad),
      { message: /^--retention-policy=.* such as 1W:1D/ },
      bad,
    );
});

test('booleans, numbers and words are read as Duplicati writes them', (t) => {
  for (const yes of ['', '1', 'on', 'TRUE', ' yes ']) t.true(readBoolean('overwrite', yes), yes);
  for (const no of ['0', 'off', 'False', 'no']) t.false(readBoolean('overwrite', no), no);
  t.throws(() => readBoolean('overwrite', 'maybe'), { message: /^--overwrite=maybe cannot be read; allowed: true/ });
  t.is(readNumber('threshold', ' 25 ', 'whole', 0, 100), 25);
  t.is(readNumber('backup-test-percentage', '0.1', 'decimal', 0, 100), 0.1);
  for (const bad of ['', 'abc', '1.5', '101', '-1', '1e2', 'NaN', '0x1'])
    t.throws(() => readNumber('threshold', bad, 'whole', 0, 100), { message: /a whole number from 0 to 100$/ }, bad);
  t.is(readWord('symlink-policy', 'store', ['Store', 'Follow']), 'Store');
  t.throws(() => readWord('symlink-policy', 'copy', ['Store', 'Follow']), {
    message: /=copy .* allowed: Store, Follow$/,
  });
  t.deepEqual(readWords('exclude-files-attributes', 'hidden, System,hidden', ['Hidden', 'System']), [
    'Hidden',
    'System',
  ]);
});

test('whatever is given, a grammar answers or refuses in one sentence', (t) => {
  const random = seedRandom(6);
  const pieces = [
    ...'0123456789sSmMhHdDwWyYkKgGtTbBiIuU:,-+. /Zz',
    'now',
    '99999999999',
    '2026-',
    '\0',
    '\u{1f600}',
    '1D',
    '50mb',
  ];
  const readers: ((text: string) => unknown)[] = [
    (text) => readSize('o', text, 'mb'),
    (text) => goBack(HERE.now, readTimespan('o', text), HERE.zone),
    (text) => readTime('o', text, HERE),
    (text) => readVersions('o', text),
    (text) => readRetentionPolicy('o', text),
    (text) => readBoolean('o', text),
    (text) => readNumber('o', text, 'decimal', -5, 5),
  ];
  let read = 0;
  for (let number = 0; number < CASES; number++) {
    const text = makeText(random, pieces, 12);
    for (const reader of readers) {
      try {
        const value = reader(text);
        if (typeof value === 'number' && !Number.isFinite(value)) t.fail(text);
        read++;
      } catch (thrown) {
        if (!(thrown instanceof UserError)) return t.fail(`${JSON.stringify(text)}: ${thrown}`);
      }
    }
  }
  t.true(read > CASES / 50);
  for (const reader of readers) t.throws(() => reader('9'.repeat(1_000_000) + '!'), { instanceOf: UserError });
});
