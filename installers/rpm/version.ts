import type { Version } from '../../build/model/version.ts';

/**
 * rpm's words for a version. A prerelease follows a tilde, which sorts before the end of the text: `1.2.0-beta.2` is `1.2.0~beta.2`.
 * Build metadata goes to the release (`1.2.0+5` is `1.2.0-1.5`): in the version, `1.2.0+5` would sort after `1.2.0.1`, and the caret
 * that would not is unknown to rpm 4.14.0.
 */
export function rpmVersion(version: Version): { version: string; release: string } {
  const prerelease = version.prerelease.length > 0 ? `~${version.prerelease.join('.')}` : '';
  return { version: version.numbers.join('.') + prerelease, release: ['1', ...version.build].join('.') };
}

/**
 * Which of two versions (or two releases) rpm takes for newer: -1 when `a` is older, 1 when it is newer, 0 when they count as one.
 * Runs of digits compare as numbers and beat runs of letters, everything else but `~` and `^` only separates; a tilde is older than the end,
 * a caret newer than the end but older than anything else (rpm-version(7)).
 */
export function rpmVercmp(a: string, b: string): -1 | 0 | 1 {
  const left = segments(a);
  const right = segments(b);
  for (let i = 0; ; i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    const order = x === y ? 0 : compareSegments(x, y);
    if (order !== 0) return order;
    if (x === '') return 0;
  }
}

function segments(text: string): string[] {
  return text.match(/[0-9]+|[A-Za-z]+|~|\^/g) ?? [];
}

/** The first rule that tells two segments apart; '' is the end of the text. */
function compareSegments(x: string, y: string): -1 | 0 | 1 {
  if (x === '~' || y === '~') return x === '~' ? -1 : 1;
  if (x === '' || y === '') return x === '' ? -1 : 1;
  if (x === '^' || y === '^') return x === '^' ? -1 : 1;
  const numbers = [x, y].map((segment) => /^[0-9]/.test(segment));
  if (numbers[0] !== numbers[1]) return numbers[0] ? 1 : -1;
  if (!numbers[0]) return x < y ? -1 : 1;
  const p = x.replace(/^0+/, '');
  const q = y.replace(/^0+/, '');
  if (p.length !== q.length) return p.length < q.length ? -1 : 1;
  return p === q ? 0 : p < q ? -1 : 1;
}
