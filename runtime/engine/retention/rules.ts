import type { RetentionFrame } from '../options/retention-policy.ts';
import { goBack, type Timespan, toSeconds } from '../options/timespans.ts';

/** A version as the rules see it. */
export interface VersionFacts {
  /** Seconds since 1970. */
  time: number;
  /** False where a run was interrupted. */
  isFull: boolean;
}

/** Reasons by number of version, 0 being the newest. */
export type Reasons = Map<number, string>;

/**
 * `keep-time`: everything older goes, except that versions are kept until a full one is among them.
 * @param versions newest first
 * @param hasTolerance up to an hour, or a hundredth of the span, is given to a version that is only just too old
 */
export function findTooOld(
  versions: readonly VersionFacts[],
  keepTime: Timespan,
  hasTolerance: boolean,
  now: number,
  zone: string,
): Reasons {
  const tolerance = hasTolerance ? Math.min(toSeconds(keepTime) / 100, 3600) : 0;
  const earliest = goBack(Math.floor(now), keepTime, zone) - tolerance;
  const reasons: Reasons = new Map();
  let hasFull = false;
  for (const [version, { time, isFull }] of versions.entries()) {
    if (time < earliest && hasFull) reasons.set(version, 'it is older than keep-time');
    hasFull ||= isFull;
  }
  return reasons;
}

/**
 * `keep-versions`: of the versions in question the newest `count` full ones stay, and partial ones that are newer than all of those.
 * @param candidates numbers of versions, newest first
 */
export function findTooMany(versions: readonly VersionFacts[], candidates: readonly number[], count: number): Reasons {
  const reasons: Reasons = new Map();
  if (count <= 0 || count >= candidates.length) return reasons;
  let kept = 0;
  let partial: number[] = [];
  for (const version of candidates) {
    const { isFull } = versions[version]!; // one of the versions
    if (kept === 0 && !isFull) continue;
    if (kept >= count) reasons.set(version, `there are ${count} newer full versions (keep-versions)`);
    else if (isFull) {
      for (const between of partial)
        reasons.set(between, 'it is partial, with full versions before and behind it (keep-versions)');
      partial = [];
      kept++;
    } else partial.push(version);
  }
  return reasons;
}

/**
 * `retention-policy`: frames from the shortest on; in each, from the oldest on, a version goes where the last full one that is kept is less
 * than the interval before it. Partial ones in a frame stay. What is in no frame goes; the newest is left alone.
 * @param isNewestIncluded it goes too where it is in no frame (`allow-full-removal`)
 */
export function findThinned(
  versions: readonly VersionFacts[],
  policy: readonly RetentionFrame[],
  isNewestIncluded: boolean,
  now: number,
): Reasons {
  const reasons: Reasons = new Map();
  if (policy.length === 0) return reasons;
  let next = 1;
  for (const { frame, interval } of policy.toSorted((one, other) =>
    one.frame < other.frame ? -1 : Number(one.frame > other.frame),
  )) {
    const begin = next;
    while (next < versions.length && versions[next]!.time >= now - frame) next++;
    let last: number | undefined;
    for (let version = next - 1; version >= begin; version--) {
      const { time, isFull } = versions[version]!; // below the length
      if (!isFull) continue;
      if (last === undefined || interval <= 0 || time - last >= interval) last = time;
      else reasons.set(version, 'another is kept in its interval (retention-policy)');
    }
  }
  for (; next < versions.length; next++) reasons.set(next, 'it is in no frame of the retention-policy');
  const newest = versions[0];
  if (newest && isNewestIncluded && policy.every(({ frame }) => newest.time < now - frame))
    reasons.set(0, 'it is in no frame of the retention-policy');
  return reasons;
}
