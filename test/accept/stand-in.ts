import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';

/**
 * What a real rpm distribution provides and our packages may require: glibc 2.28 and libstdc++ of GCC 8 are what Enterprise Linux 8
 * has, the oldest that Node runs on. A name missing here makes the installation fail, so that each new requirement is looked at once.
 */
const GLIBC = [
  '2.2.5',
  '2.3',
  '2.3.2',
  '2.3.3',
  '2.3.4',
  '2.4',
  '2.5',
  '2.6',
  '2.7',
  '2.8',
  '2.9',
  '2.10',
  '2.11',
  '2.12',
]
  .concat(['2.14', '2.15', '2.16', '2.17', '2.18', '2.22', '2.23', '2.25', '2.26', '2.27', '2.28'])
  .map((version) => `GLIBC_${version}`);
const GLIBCXX = ['GLIBCXX_3.4', ...Array.from({ length: 25 }, (_, n) => `GLIBCXX_3.4.${n + 1}`)];
const CXXABI = ['CXXABI_1.3', ...Array.from({ length: 11 }, (_, n) => `CXXABI_1.3.${n + 1}`)];
const GCC = ['3.0', '3.3', '3.3.1', '3.4', '4.2.0', '4.3.0', '7.0.0'].map((version) => `GCC_${version}`);
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'libc.so.6': GLIBC,
  'libm.so.6': GLIBC,
  'libdl.so.2': ['GLIBC_2.2.5', 'GLIBC_2.3.4'],
  'libpthread.so.0': GLIBC,
  'librt.so.1': ['GLIBC_2.2.5'],
  'ld-linux-x86-64.so.2': ['GLIBC_2.2.5', 'GLIBC_2.3'],
  'libstdc++.so.6': [...GLIBCXX, ...CXXABI],
  'libgcc_s.so.1': GCC,
  'libatomic.so.1': ['LIBATOMIC_1.0', 'LIBATOMIC_1.1', 'LIBATOMIC_1.2'],
};
const NAMES = ['/bin/sh', '/usr/sbin/alternatives', '/usr/sbin/update-alternatives', 'rtld(GNU_HASH)'];
/** Packages with the versions that Enterprise Linux 9 has. */
const PACKAGES = [
  'glibc = 2.34',
  'systemd = 252',
  'chkconfig = 1.24',
  'alternatives = 1.24',
  'shadow-utils = 4.9',
].concat(['libatomic = 11.5', 'libstdc++ = 11.5', 'libgcc = 11.5', 'system-release(releasever) = 9']);

/** Path of an rpm without files that provides all this, made with rpmbuild. */
export async function buildStandIn(folder: string, log: Log): Promise<string> {
  const provides = [...NAMES, ...PACKAGES];
  for (const [soname, versions] of Object.entries(LIBRARIES)) {
    provides.push(`${soname}()(64bit)`, ...versions.map((version) => `${soname}(${version})(64bit)`));
  }
  const spec = [
    'Name: stand-in',
    'Version: 1',
    'Release: 1',
    'Summary: What a real distribution provides',
    'License: MIT',
    'BuildArch: noarch',
    ...provides.map((name) => `Provides: ${name}`),
    '%description',
    'Provides only.',
    '%files',
    '',
  ].join('\n');
  const key = createHash('sha256').update(spec).digest('hex').slice(0, 12);
  const file = join(folder, `stand-in-${key}.rpm`);
  if (existsSync(file)) return file;
  const work = join(folder, `work.${process.pid}`);
  await mkdir(work, { recursive: true });
  try {
    await writeFile(join(work, 'stand-in.spec'), spec);
    await runCommand(log, ['rpmbuild', '-bb', '-D', `_topdir ${work}`, join(work, 'stand-in.spec')]);
    const [built] = await readdir(join(work, 'RPMS', 'noarch'));
    await copyFile(join(work, 'RPMS', 'noarch', built!), file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return file;
}
