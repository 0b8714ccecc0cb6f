/** The Debian binary package (deb(5), Debian Policy): the format's row for the catalogue. */
import { PackwrightError } from '../../build/model/errors.ts';
import type { Format } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { changelogPath } from './changelog.ts';
import { readDeb } from './read.ts';
import { debVersion } from './version.ts';
import { writeDeb } from './write.ts';

export { type OpenedDeb, readDebFiles } from './open.ts';

const ARCHES = { x64: 'amd64', arm64: 'arm64' } as const;
const READABLE: ReadonlyMap<string, Arch> = new Map([
  ['amd64', 'x64'],
  ['arm64', 'arm64'],
]);

export const deb = {
  name: 'deb',
  arches: ARCHES,
  // xz comes first because dpkg 1.20 (Debian 11) reads no zstd.
  compressions: [
    { method: 'xz', level: 5 },
    { method: 'xz', level: 9 },
    { method: 'zstd', level: 19 },
    { method: 'zstd', level: 3 },
    { method: 'gzip', level: 9 },
    { method: 'gzip', level: 6 },
    { method: 'none', level: 0 },
  ],
  fileName: nameFile,
  ownFiles: (pkg) => [changelogPath(pkg)],
  write: async (pkg, blobs, compression) => [
    await writeDeb(pkg, architectureOf(pkg), blobs, compression, nameFile(pkg)),
  ],
  read: (file, unpacker) => readDeb(file, unpacker, READABLE),
} satisfies Format;

function architectureOf(pkg: Package): string {
  const arch = pkg.placements[0]?.arch;
  if (!arch) throw new PackwrightError(pkg.target.id, 'the package has no architecture');
  return ARCHES[arch];
}

/** `NAME_VERSION_ARCHITECTURE.deb`, as apt expects it. */
function nameFile(pkg: Package): string {
  return `${pkg.name}_${debVersion(pkg.version)}_${architectureOf(pkg)}.deb`;
}
