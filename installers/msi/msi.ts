/** Windows Installer packages (Windows Installer SDK; [MS-CFB], [MS-CAB]): the format's row for the catalogue. */
import { PackwrightError } from '../../build/model/errors.ts';
import type { Format } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { lintMsi } from './lint/lint.ts';
import { readMsi } from './read.ts';
import { TEMPLATES, writeMsi } from './write.ts';

export const msi = {
  name: 'msi',
  arches: TEMPLATES,
  // LZX is a quarter smaller, and takes ten times as long.
  compressions: [
    { method: 'mszip', level: 6 },
    { method: 'lzx', level: 21 },
  ],
  fileName: nameFile,
  write: async (pkg, blobs, compression) => [await writeMsi(pkg, blobs, compression, nameFile(pkg))],
  read: readMsi,
  lint: lintMsi,
} satisfies Format;

/** `NAME-VERSION-ARCHITECTURE.msi`. */
function nameFile(pkg: Package): string {
  const arch = pkg.placements[0]?.arch;
  if (!arch) throw new PackwrightError(pkg.target.id, 'the package has no architecture');
  return `${pkg.name}-${pkg.version.text}-${arch}.msi`;
}
