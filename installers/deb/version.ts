/** Versions in Debian's dialect and their order (deb-version(7), Debian Policy 5.6.12). */
import type { Version } from '../../build/model/version.ts';

/**
 * `1.2.0-beta.2+5` becomes `1.2.0~beta.2+5`: `~` sorts before the end, so that a prerelease is older than its release. There is no Debian
 * revision: the package is native.
 */
export function debVersion(version: Version): string {
  const prerelease = version.prerelease.length > 0 ? `~${version.prerelease.join('.')}` : '';
  const build = version.build.length > 0 ? `+${version.build.join('.')}` : '';
  return version.numbers.join('.') + prerelease + build;
}

/** Negative, zero or positive as dpkg orders `a` and `b`: epoch, then upstream version, then revision. */
export function compareDebVersions(a: string, b: string): number {
  const [left, right] = [splitVersion(a), splitVersion(b)];
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function splitVersion(text: string): { epoch: string; upstream: string; revision: string } {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : text.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Runs of non-digits and digits in turn: the former by letters, the latter by value. */
function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [leftWord, rightWord] = [/^\D*/.exec(left)![0], /^\D*/.exec(right)![0]];
    const word = compareWords(leftWord, rightWord);
    if (word !== 0) return word;
    left = left.slice(leftWord.length);
    right = right.slice(rightWord.length);
    const [leftDigits, rightDigits] = [/^\d*/.exec(left)![0], /^\d*/.exec(right)![0]];
    const number = compareNumbers(leftDigits, rightDigits);
    if (number !== 0) return number;
    left = left.slice(leftDigits.length);
    right = right.slice(rightDigits.length);
  }
  return 0;
}

/** `~` before the end of the word, the end before letters, letters before everything else. */
function compareWords(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

/** Digits of any length; an empty run counts as 0. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
