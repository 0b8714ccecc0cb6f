import { PackwrightError } from './errors.ts';

/**
 * A product version: one to four numbers, then optionally `-prerelease` (dot-separated words, as in Semantic Versioning 2.0.0
 * section 9) and `+build`. Formats render it in their own dialect; a prerelease sorts before its release in all of them.
 */
export interface Version {
  /** As written in the manifest. */
  text: string;
  /** One to four non-negative integers. */
  numbers: readonly number[];
  /** `['beta', '2']` of `1.2.0-beta.2`; empty for a release. */
  prerelease: readonly string[];
  /** `['5']` of `1.2.0+5`; ignored when versions are compared. */
  build: readonly string[];
}

const SHAPE =
  /^(\d{1,9}(?:\.\d{1,9}){0,3})(?:-([0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*))?(?:\+([0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*))?$/;

/** @throws PackwrightError when `text` is not one to four numbers with an optional prerelease and build. */
export function parseVersion(text: string, where = 'version'): Version {
  const match = SHAPE.exec(text);
  if (!match) {
    throw new PackwrightError(where, `"${text}" is not a version`, 'write it like 1.2.3, 1.2.3.4 or 1.2.3-beta.1');
  }
  return {
    text,
    numbers: match[1]!.split('.').map(Number),
    prerelease: match[2]?.split(/[.-]/) ?? [],
    build: match[3]?.split(/[.-]/) ?? [],
  };
}
