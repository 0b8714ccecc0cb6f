import { UserError } from '../../errors.ts';
import { WRONG_USE } from '../options/option-error.ts';
import type { RetentionFrame } from '../options/retention-policy.ts';
import type { Here } from '../options/times.ts';
import type { Timespan } from '../options/timespans.ts';
import { hasVersion, type VersionRange } from '../options/versions.ts';
import { findThinned, findTooMany, findTooOld, type Reasons, type VersionFacts } from './rules.ts';

export type { VersionFacts } from './rules.ts';

/** As the options of these names say; what is absent chooses nothing. */
export interface RetentionRules {
  /** `version`: these go. */
  versions?: readonly VersionRange[] | undefined;
  /** `keep-versions`; 0 keeps every one. */
  keepVersions?: number | undefined;
  keepTime?: Timespan | undefined;
  retentionPolicy?: readonly RetentionFrame[] | undefined;
  allowFullRemoval?: boolean | undefined;
  /** `disable-time-tolerance` */
  disableTimeTolerance?: boolean | undefined;
}

export interface Deletion {
  /** 0 is the newest. */
  version: number;
  /** Seconds since 1970. */
  time: number;
  /** A clause: "it is older than keep-time". */
  why: string;
}

/**
 * Which versions go, newest first (Duplicati's `DeleteHandler`).
 * @param versions newest first, no two of one time
 * @throws UserError for a version that is named and does not exist, and RangeError where the versions are not in order
 */
export function chooseVersionsToDelete(
  versions: readonly VersionFacts[],
  rules: RetentionRules,
  here: Here,
): Deletion[] {
  for (const [index, { time }] of versions.entries())
    if (index > 0 && time >= versions[index - 1]!.time) throw new RangeError('versions are not in order');
  const named = findNamed(versions, rules.versions ?? []);
  const allowed = rules.allowFullRemoval ?? false;
  const chosen: Reasons = new Map(named);
  const add = (reasons: Reasons) => {
    for (const [version, why] of reasons) if (!chosen.has(version)) chosen.set(version, why);
  };
  if (rules.keepTime?.some(({ count }) => count > 0))
    add(findTooOld(versions, rules.keepTime, !rules.disableTimeTolerance, here.now, here.zone));
  add(findThinned(versions, rules.retentionPolicy ?? [], allowed, here.now));
  const left = [...versions.keys()].filter((version) => !chosen.has(version));
  add(findTooMany(versions, left, rules.keepVersions ?? 0));
  if (!allowed) {
    const newestFull = versions.findIndex(({ isFull }) => isFull);
    if (!named.has(newestFull)) chosen.delete(newestFull);
    if (chosen.size === versions.length) {
      chosen.delete(0);
      chosen.delete(newestFull);
    }
  }
  return [...chosen]
    .sort(([one], [other]) => one - other)
    .map(([version, why]) => ({ version, time: versions[version]!.time, why })); // each is one of the versions
}

function findNamed(versions: readonly VersionFacts[], ranges: readonly VersionRange[]): Reasons {
  for (const { from, to } of ranges)
    if (from >= versions.length)
      throw new UserError(
        `--version=${from === to ? from : `${from}-${to}`}: there is no such version; ${versions.length === 0 ? 'there are none' : `the oldest is ${versions.length - 1}`}`,
        WRONG_USE,
      );
  return new Map(
    [...versions.keys()].filter((version) => hasVersion(ranges, version)).map((version) => [version, 'it was named']),
  );
}
