/** Names of a directory: which may be, and in which order they lie in the tree ([MS-CFB] 2.6.1 and 2.6.4). */
import { PackwrightError } from '../../../build/model/errors.ts';

/** UTF-16 code units, without the NUL that ends the 64-byte field. */
const LONGEST = 31;

/**
 * Shorter names first, then by the upper-case forms of their code units: simple case conversion, one unit to one, so that `ß` stays.
 */
export function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  const [left, right] = [upperCase(a), upperCase(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function upperCase(name: string): string {
  let upper = '';
  for (let i = 0; i < name.length; i++) {
    const unit = name.charAt(i).toUpperCase();
    upper += unit.length === 1 ? unit : name.charAt(i);
  }
  return upper;
}

/** @throws PackwrightError on a name that cannot be in a directory, or is there twice. */
export function checkNames(sorted: readonly string[], where: string): void {
  for (const [index, name] of sorted.entries()) {
    const said = JSON.stringify(name);
    if (name.length < 1 || name.length > LONGEST) {
      throw new PackwrightError(where, `a stream's name has 1 to ${LONGEST} characters, and not ${said}`, 'shorten it');
    }
    if (/[/\\:!\0]/.test(name)) {
      throw new PackwrightError(where, `the stream's name ${said} has one of / \\ : ! or a NUL`, 'rename it');
    }
    const previous = sorted[index - 1];
    if (previous !== undefined && compareNames(previous, name) === 0) {
      const what = `the streams ${JSON.stringify(previous)} and ${said} have one name, as case is not told apart`;
      throw new PackwrightError(where, what, 'rename one');
    }
  }
}
