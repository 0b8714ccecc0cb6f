import { PackwrightError } from '../../build/model/errors.ts';
import type { Version } from '../../build/model/version.ts';

const LIMITS = [255, 255, 65535] as const;

/**
 * ProductVersion: `major.minor.build`, all that Windows Installer compares. A fourth number, prerelease and build are left out, so
 * packages that differ only there take each other's place as the same version.
 * @throws PackwrightError on numbers beyond 255.255.65535 ("ProductVersion property").
 */
export function productVersion(version: Version, where: string): string {
  const numbers = LIMITS.map((limit, index) => {
    const number = version.numbers[index] ?? 0;
    if (number > limit) {
      throw new PackwrightError(
        where,
        `the version ${version.text} does not fit: Windows Installer takes 255.255.65535 at most`,
        'give a version with smaller numbers, or leave the format msi out',
      );
    }
    return number;
  });
  return numbers.join('.');
}
