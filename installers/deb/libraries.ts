/**
 * Which Debian package brings a shared library, and from which version on it has the symbol versions that are needed. The C library
 * names its symbol versions after its releases; for GCC's libraries the releases come from the "ABI Policy and Guidelines" of the
 * libstdc++ manual and from the `symbols` files of the Debian packages. What every release since Debian 9 has (GCC 6, glibc 2.24) needs no
 * bound.
 */
import { PackwrightError } from '../../build/model/errors.ts';
import type { Relations } from '../../build/model/package.ts';
import { compareDebVersions } from './version.ts';

interface Library {
  package: string;
  /** What older releases call it, offered after `|`. */
  formerly?: string;
  /** By the name before the first `_` of a symbol version. */
  symbols: Readonly<Record<string, Symbols>>;
}

interface Symbols {
  /** Numbers up to this one are in every release that matters. */
  everywhere?: string;
  /** True when the number is the package's version. */
  sameAsPackage?: boolean;
  /** First package version with each further one. */
  since: Readonly<Record<string, string>>;
}

const LIBC: Library = {
  package: 'libc6',
  symbols: { GLIBC: { sameAsPackage: true, since: { ABI_DT_RELR: '2.36' } } },
};

const LIBSTDCXX: Library = {
  package: 'libstdc++6',
  symbols: {
    GLIBCXX: {
      everywhere: '3.4.18',
      since: {
        '3.4.19': '4.8',
        '3.4.20': '4.9',
        '3.4.21': '5.2',
        '3.4.22': '6',
        '3.4.23': '7',
        '3.4.24': '7.2',
        '3.4.25': '8',
        '3.4.26': '9',
        '3.4.27': '9.2',
        '3.4.28': '9.3',
        '3.4.29': '11',
        '3.4.30': '12',
        '3.4.31': '13',
        '3.4.32': '13.2',
        '3.4.33': '14',
        '3.4.34': '15',
      },
    },
    CXXABI: {
      everywhere: '1.3.7',
      since: {
        TM_1: '4.7',
        FLOAT128: '5',
        '1.3.8': '4.9',
        '1.3.9': '5.2',
        '1.3.10': '6',
        '1.3.11': '7',
        '1.3.12': '9',
        '1.3.13': '11',
        '1.3.14': '13',
        '1.3.15': '14',
        '1.3.16': '15',
      },
    },
  },
};

const LIBRARIES: Readonly<Record<string, Library>> = {
  'libc.so.6': LIBC,
  'libm.so.6': LIBC,
  'libmvec.so.1': LIBC,
  'libdl.so.2': LIBC,
  'librt.so.1': LIBC,
  'libutil.so.1': LIBC,
  'libanl.so.1': LIBC,
  'libresolv.so.2': LIBC,
  'libpthread.so.0': LIBC,
  'ld-linux-x86-64.so.2': LIBC,
  'ld-linux-aarch64.so.1': LIBC,
  'libstdc++.so.6': LIBSTDCXX,
  'libgcc_s.so.1': {
    package: 'libgcc-s1',
    formerly: 'libgcc1',
    symbols: {
      GCC: {
        everywhere: '4.8.0',
        since: { '7.0.0': '7', '11.0': '11', '12.0.0': '12', '13.0.0': '13', '14.0.0': '14' },
      },
    },
  },
  'libatomic.so.1': {
    package: 'libatomic1',
    symbols: { LIBATOMIC: { everywhere: '1.0', since: { '1.1': '4.9', '1.2': '6', '1.3': '14' } } },
  },
};

/**
 * Terms of a Depends field for `libraries`, sorted, one a package, with the highest version needed.
 * @throws PackwrightError naming a library or symbol version that is not in the table.
 */
export function libraryDepends(libraries: Relations['libraries'], where: string): string[] {
  const needs = new Map<Library, string>();
  for (const { soname, versions } of libraries) {
    const library = Object.hasOwn(LIBRARIES, soname) ? LIBRARIES[soname] : undefined;
    if (!library) {
      const hint = 'add it to the table in installers/deb/libraries.ts or ship the library';
      throw new PackwrightError(where, `no Debian package is known for the shared library ${soname}`, hint);
    }
    let highest = needs.get(library) ?? '';
    for (const version of versions) {
      const bound = lowestPackage(library, version);
      if (bound === undefined) {
        const hint = 'add it to the table in installers/deb/libraries.ts';
        throw new PackwrightError(where, `no Debian version is known for ${version} of ${soname}`, hint);
      }
      if (compareDebVersions(bound, highest) > 0) highest = bound;
    }
    needs.set(library, highest);
  }
  return [...needs].map(([library, bound]) => renderTerm(library, bound)).sort();
}

/** Empty when every release has it, undefined when none is known to. */
function lowestPackage(library: Library, version: string): string | undefined {
  const [, name = '', number = ''] = /^([A-Z]+)_(.+)$/.exec(version) ?? [];
  const symbols = Object.hasOwn(library.symbols, name) ? library.symbols[name] : undefined;
  if (!symbols) return undefined;
  if (Object.hasOwn(symbols.since, number)) return symbols.since[number];
  if (!/^\d+(\.\d+)*$/.test(number)) return undefined;
  if (symbols.sameAsPackage) return number;
  return symbols.everywhere && compareDebVersions(number, symbols.everywhere) <= 0 ? '' : undefined;
}

function renderTerm(library: Library, bound: string): string {
  if (bound !== '') return `${library.package} (>= ${bound})`;
  // Packages under the former name are older than any bound that would be asked for.
  return library.formerly ? `${library.package} | ${library.formerly}` : library.package;
}
