/** Zips for people who want no installer (APPNOTE.TXT 6.3.10): the format's row for the catalogue. */
import { PackwrightError } from '../../build/model/errors.ts';
import type { Format } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { labelPath } from './label.ts';
import { readZipPackage } from './read.ts';
import { writeZipPackage } from './write.ts';

export const zip = {
  name: 'zip',
  arches: { x64: 'x64', arm64: 'arm64' },
  compressions: [{ method: 'deflate', level: 6 }],
  fileName: nameFile,
  ownFiles: (pkg) => [labelPath(pkg)],
  write: async (pkg, blobs, compression) => [await writeZipPackage(pkg, blobs, compression, nameFile(pkg))],
  read: readZipPackage,
} satisfies Format;

/** `NAME-VERSION-windows-ARCHITECTURE.zip`: nothing else in a zip's name says what it is for. */
function nameFile(pkg: Package): string {
  const arch = pkg.placements[0]?.arch;
  if (!arch) throw new PackwrightError(pkg.target.id, 'the package has no architecture');
  return `${pkg.name}-${pkg.version.text}-${pkg.target.platform}-${arch}.zip`;
}
