import test from 'ava';
import { readRetentionPolicy } from '../../../../runtime/engine/options/retention-policy.ts';
import { readTimespan } from '../../../../runtime/engine/options/timespans.ts';
import { readVersions } from '../../../../runtime/engine/options/versions.ts';
import {
  chooseVersionsToDelete,
  type RetentionRules,
  type VersionFacts,
} from '../../../../runtime/engine/retention/retention.ts';
import { UserError } from '../../../../runtime/errors.ts';
import { CASES, pick, seedRandom } from '../random.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const at = (text: string) => Date.parse(text) / 1000;
const NOW = at('2026-11-23T12:00:00Z');
const HERE = { now: NOW, zone: 'UTC' };

/** Versions of these ages in seconds; a negative one is partial. */
const aged = (...ages: number[]): VersionFacts[] =>
  ages.map((age) => ({ time: NOW - Math.abs(age), isFull: age >= 0 }));
const policy = (text: string) => readRetentionPolicy('retention-policy', text);
const span = (text: string) => readTimespan('keep-time', text);
const gone = (versions: readonly VersionFacts[], rules: RetentionRules, here = HERE) =>
  chooseVersionsToDelete(versions, rules, here).map(({ version }) => version);

test('keep-versions keeps so many full ones, and partial ones before them', (t) => {
  t.deepEqual(gone(aged(1, 2, 3, 4), { keepVersions: 2 }), [2, 3]);
  t.deepEqual(gone(aged(1, 2), { keepVersions: 2 }), []);
  t.deepEqual(gone(aged(1, 2), { keepVersions: 0 }), []);
  t.deepEqual(gone(aged(-1, -2, 3, 4, 5), { keepVersions: 2 }), [4]);
  t.deepEqual(gone(aged(1, -2, 3, -4, 5), { keepVersions: 2 }), [1, 3, 4], 'partial ones between full ones go');
  t.deepEqual(gone(aged(1, -2, -3), { keepVersions: 2 }), [], 'behind the last full one they stay');
});

test('keep-time keeps what is young, with an hour or a hundredth of tolerance, and a full one in any case', (t) => {
  t.deepEqual(gone(aged(0, DAY, 7 * DAY, 7 * DAY + 1800, 7 * DAY + HOUR + 1), { keepTime: span('7D') }), [4]);
  t.deepEqual(gone(aged(0, 7 * DAY + 1), { keepTime: span('7D'), disableTimeTolerance: true }), [1]);
  t.deepEqual(gone(aged(0, HOUR + 36, HOUR + 37), { keepTime: span('1h') }), [2]);
  t.deepEqual(gone(aged(-0.5, 30 * DAY, 60 * DAY), { keepTime: span('7D') }), [2]);
  t.deepEqual(gone(aged(10 * DAY, 20 * DAY), { keepTime: span('7D') }), [1]);
});

test('keep-time counts months, years and days on the calendar', (t) => {
  const versions = [NOW, at('2026-10-01T00:00:00Z')].map((time) => ({ time, isFull: true }));
  const strict = { disableTimeTolerance: true };
  const edge = (now: string, text: string, first: string, zone = 'UTC') => {
    const time = at(first);
    const here = { now: at(now), zone };
    const check = (oldest: number) =>
      gone(
        [
          { time: here.now, isFull: true },
          { time: oldest, isFull: true },
        ],
        { keepTime: span(text), ...strict },
        here,
      );
    t.deepEqual([check(time), check(time - 1)], [[], [1]], `${now} ${text}`);
  };
  edge('2026-03-31T12:00:00Z', '1M', '2026-02-28T12:00:00Z');
  edge('2024-03-31T12:00:00Z', '1M', '2024-02-29T12:00:00Z');
  edge('2024-02-29T12:00:00Z', '1Y', '2023-02-28T12:00:00Z');
  edge('2026-03-29T12:00:00Z', '1D', '2026-03-28T13:00:00Z', 'Europe/Berlin');
  edge('2026-10-25T12:00:00Z', '1D', '2026-10-24T11:00:00Z', 'Europe/Berlin');
  edge('2026-10-25T12:00:00Z', '24h', '2026-10-24T12:00:00Z', 'Europe/Berlin');
  t.deepEqual(gone(versions, { keepTime: span('1M') }), [1]);
});

test('a retention policy thins out each frame from its oldest version on', (t) => {
  const hourly = aged(...Array.from({ length: 72 }, (_, hours) => hours * HOUR));
  const left = (rules: RetentionRules) => {
    const dropped = new Set(gone(hourly, rules));
    return [...hourly.keys()].filter((version) => !dropped.has(version));
  };
  t.deepEqual(left({ retentionPolicy: policy('3D:1D') }), [0, 23, 47, 71]);
  t.deepEqual(left({ retentionPolicy: policy('1D:1D') }), [0, 24]);
  t.deepEqual(left({ retentionPolicy: policy('3D:1D,2h:U') }), [0, 1, 2, 23, 47, 71]);
  t.is(left({ retentionPolicy: policy('U:U') }).length, 72);
  t.is(left({ retentionPolicy: policy('U:0s') }).length, 72);
  t.deepEqual(
    gone(aged(0, -HOUR, 2 * HOUR, -3 * HOUR, 4 * HOUR), { retentionPolicy: policy('1D:1D') }),
    [2],
    'partial ones stay in a frame',
  );
  t.deepEqual(gone(aged(0, -2 * DAY), { retentionPolicy: policy('1D:1D') }), [1], 'and go outside');
});

test('versions that are named go, and one that does not exist is an error', (t) => {
  t.deepEqual(gone(aged(1, 2, 3, 4, 5), { versions: readVersions('version', '0,2-3') }), [0, 2, 3]);
  t.deepEqual(gone(aged(1, 2, 3), { versions: readVersions('version', '1-9') }), [1, 2]);
  const missing = { versions: readVersions('version', '3') };
  t.throws(() => gone(aged(1, 2, 3), missing), {
    instanceOf: UserError,
    message: '--version=3: there is no such version; the oldest is 2',
  });
});

test('a version stays, and a full one where there is one, unless all may go', (t) => {
  const all = { versions: readVersions('version', '0-9') };
  t.deepEqual(gone(aged(1, 2, 3), all), [1, 2]);
  t.deepEqual(gone(aged(-1, 2, 3), all), [2]);
  t.deepEqual(gone(aged(1, 2, 3), { ...all, allowFullRemoval: true }), [0, 1, 2]);
  t.deepEqual(
    gone(aged(-0.5, 5 * DAY, 6 * DAY), { retentionPolicy: policy('1D:U') }),
    [2],
    'the newest full one stays behind a partial one',
  );
  t.deepEqual(gone(aged(5 * DAY, 6 * DAY), { retentionPolicy: policy('1D:U'), allowFullRemoval: true }), [0, 1]);
});

test('rules add up: keep-versions counts what the others left, and each deletion has its reason', (t) => {
  const chosen = chooseVersionsToDelete(
    aged(1, 2, 3, 4, 400 * DAY),
    { versions: [{ from: 0, to: 0 }], keepVersions: 2, keepTime: span('1Y') },
    HERE,
  );
  t.deepEqual(
    chosen.map(({ version, why }) => [version, why.split(' ').at(-1)]),
    [
      [0, 'named'],
      [3, '(keep-versions)'],
      [4, 'keep-time'],
    ],
  );
  t.throws(() => gone(aged(2, 1), {}), { instanceOf: RangeError });
});

/** The rules once more, said another way: what is kept, one version at a time, with no regard to cost. */
function keepNaively(versions: readonly VersionFacts[], rules: RetentionRules, now: number): Set<number> {
  const numbers = [...versions.keys()];
  const isFull = (version: number) => versions[version]!.isFull;
  const time = (version: number) => versions[version]!.time;
  const named = numbers.filter((version) => rules.versions?.some(({ from, to }) => version >= from && version <= to));
  const days = rules.keepTime?.[0]?.count ?? 0; // days alone, in UTC
  const limit = now - days * DAY - (rules.disableTimeTolerance ? 0 : Math.min(days * 864, HOUR));
  const old = numbers.filter(
    (version) => days > 0 && time(version) < limit && numbers.some((other) => other < version && isFull(other)),
  );
  const frames = (rules.retentionPolicy ?? []).map((one) => one).sort((one, other) => one.frame - other.frame);
  const frameOf = (version: number) => frames.findIndex(({ frame }) => time(version) >= now - frame);
  const thinned = numbers.filter((version) => {
    if (frames.length === 0 || version === 0) return false;
    const own = frameOf(version);
    if (own < 0) return true;
    if (!isFull(version) || frames[own]!.interval === 0) return false;
    let kept = Number.NEGATIVE_INFINITY;
    for (const other of numbers.toReversed()) {
      if (other === 0 || frameOf(other) !== own || !isFull(other)) continue;
      const stays = time(other) - kept >= frames[own]!.interval;
      if (other === version) return !stays;
      if (stays) kept = time(other);
    }
    return false;
  });
  const dropped = new Set([...named, ...old, ...thinned]);
  if (rules.allowFullRemoval && frames.length > 0 && versions.length > 0 && frameOf(0) < 0) dropped.add(0);
  const left = numbers.filter((version) => !dropped.has(version));
  const count = rules.keepVersions ?? 0;
  const fullBefore = (version: number) => left.filter((other) => other < version && isFull(other)).length;
  const isFullBehind = (version: number) =>
    left.some((other) => other > version && isFull(other) && fullBefore(other) < count);
  if (count > 0 && count < left.length)
    for (const version of left) {
      if (fullBefore(version) >= count) dropped.add(version);
      else if (!isFull(version) && fullBefore(version) > 0 && isFullBehind(version)) dropped.add(version);
    }
  const newestFull = numbers.find(isFull) ?? -1;
  if (!rules.allowFullRemoval) {
    if (!named.includes(newestFull)) dropped.delete(newestFull);
    if (dropped.size === numbers.length) for (const version of [0, newestFull]) dropped.delete(version);
  }
  return new Set(numbers.filter((version) => !dropped.has(version)));
}

test('random histories and rules: the same is kept as by rules said another way', (t) => {
  const random = seedRandom(45);
  for (let round = 0; round < CASES; round++) {
    let age = random(3) * random(40) * HOUR;
    const versions = Array.from({ length: random(25) }, () => {
      age += 1 + random(pick(random, [60, HOUR, DAY, 40 * DAY]));
      return { time: NOW - age, isFull: random(4) > 0 };
    });
    const rules: RetentionRules = {
      keepVersions: random(2) * random(8),
      keepTime: random(2) ? [{ count: random(40), unit: 'D' }] : undefined,
      retentionPolicy: random(2)
        ? policy(pick(random, ['1W:1D,4W:1W,12M:1M', 'U:1D', '2D:U', '1h:10m,1D:1h,U:1M', '3D:0s,1D:2h']))
        : undefined,
      versions:
        versions.length > 0 && random(3) === 0
          ? [{ from: random(versions.length), to: random(30) }].filter(({ from, to }) => from <= to)
          : undefined,
      allowFullRemoval: random(4) === 0,
      disableTimeTolerance: random(2) === 0,
    };
    const dropped = new Set(gone(versions, rules));
    const kept = [...versions.keys()].filter((version) => !dropped.has(version));
    const expected = [...keepNaively(versions, rules, NOW)];
    if (JSON.stringify(kept) !== JSON.stringify(expected))
      return t.deepEqual(kept, expected, JSON.stringify({ versions, rules }));
    if (!rules.allowFullRemoval && versions.length > 0 && kept.length === 0) return t.fail();
  }
  t.pass();
});
