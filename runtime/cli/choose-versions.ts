import type { ListedVersion } from '../engine/list/versions.ts';
import { parseTime } from '../engine/volumes/time-text.ts';
import { SERIOUS, UserError } from '../errors.ts';
import { formatWhen } from './format.ts';
import { NamedError } from './named-error.ts';
import type { GivenOptions } from './options.ts';

const WRONG_USE = 200;

/**
 * The versions that `--version` and `--time` name; the newest without either.
 * @throws UserError for one that does not exist: restoring another one instead would go unnoticed
 */
export function chooseVersions(given: GivenOptions, versions: readonly ListedVersion[]): ListedVersion[] {
  const [newest] = versions;
  if (!newest) throw new NamedError('NoVersions', 'the backup has no version');
  const [numbers, time] = [given.text('version'), given.text('time')];
  if (numbers && time) throw new UserError('--version and --time exclude each other', WRONG_USE);
  if (numbers) return readNumbers(numbers).map((number) => versionAt(versions, number));
  if (!time) return [newest];
  const limit = readTime(time);
  const found = versions.find((version) => version.time <= limit);
  if (found) return [found];
  throw new UserError(
    `no version is as old as ${formatWhen(limit)}; the oldest is of ${formatWhen(versions.at(-1)!.time)}`,
    SERIOUS,
  );
}

/** The version of a number. @throws UserError */
export function versionAt(versions: readonly ListedVersion[], number: number): ListedVersion {
  const version = versions[number];
  if (version) return version;
  throw new NamedError(
    'VersionNotFound',
    `there is no version ${number}; the backup has ${versions.length === 1 ? 'version 0 alone' : `versions 0 (the newest) to ${versions.length - 1}`}`,
  );
}

/** `0,2-4`: in ascending order, each once. */
function readNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ?? [];
    if (from === undefined) throw new UserError(`--version: "${text}" is not like 0 or 0,2-4`, WRONG_USE);
    const last = Number(to ?? from);
    if (last < Number(from)) throw new UserError(`--version: "${part.trim()}" runs backwards`, WRONG_USE);
    for (let number = Number(from); number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** Seconds since 1970. */
function readTime(text: string): number {
  const seconds = parseTime(text) ?? Math.floor(Date.parse(text.replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00')) / 1000);
  if (Number.isNaN(seconds)) {
    throw new UserError(`--time: "${text}" is no time such as 2026-11-23T14:30:00 or 20261123T143000Z`, WRONG_USE);
  }
  return seconds;
}
