import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import { lightenDeb } from './light.ts';
import type { Log } from './log.ts';
import { CACHE } from './roots.ts';
import type { EditionName } from './subject.ts';

/** The folder with what `npm run package` made. */
export const DIST = process.env.ACCEPT_DIST || fileURLToPath(new URL('../../dist', import.meta.url));
/** The same product one version on, for upgrades, and two versions on with other settings; built by `buildLaterVersions`. */
const LATER = {
  next: process.env.ACCEPT_NEXT || join(CACHE, 'next'),
  changed: process.env.ACCEPT_CHANGED || join(CACHE, 'changed'),
} as const;

export interface PackageFile {
  /** Absolute path on the host. */
  file: string;
  /** Path inside a box that shows both folders (`showPackages`). */
  inside: string;
}
export type Generation = 'now' | keyof typeof LATER;
export type PackageFormat = 'deb' | 'rpm';

/** For `startBox`: all generations, read-only. */
export const showPackages = {
  '/packages/now': DIST,
  '/packages/next': LATER.next,
  '/packages/changed': LATER.changed,
} as const;

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the later versions with the same toolchain, fast to compress, unless they are newer than everything in dist/. */
export async function buildLaterVersions(log: Log): Promise<void> {
  const youngest = await findYoungest(DIST);
  for (const [name, ids] of [
    ['next', ['linux-x64-*']],
    ['changed', ['linux-x64-cli.*']],
  ] as const) {
    await mkdir(LATER[name], { recursive: true });
    if ((await findYoungest(LATER[name])) > youngest) continue;
    await rm(LATER[name], { recursive: true });
    const manifest = join('test', 'accept', `${name}.ts`);
    const argv = [
      'build/cli.ts',
      '--manifest',
      manifest,
      'build',
      ...ids,
      '--compression',
      'gzip:1',
      '--out',
      LATER[name],
    ];
    await runCommand(log, [process.execPath, ...argv], { cwd: REPOSITORY, timeout: 900 });
  }
}

/** Milliseconds since 1970 of the latest change below a folder; 0 when it is empty or not there. */
async function findYoungest(folder: string): Promise<number> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const times = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mtimeMs));
  return Math.max(0, ...times);
}

/** The x64 package of an edition. @throws Error when it has not been built. */
export async function findPackage(
  format: PackageFormat,
  edition: EditionName,
  generation: Generation = 'now',
  arch = 'x64',
): Promise<PackageFile> {
  const folder = generation === 'now' ? DIST : LATER[generation];
  const words = format === 'deb' ? { x64: 'amd64', arm64: 'arm64' } : { x64: 'x86_64', arm64: 'aarch64' };
  const word = arch === 'arm64' ? words.arm64 : words.x64;
  const names = existsSync(folder) ? await readdir(folder) : [];
  const found = names.filter((name) => name.endsWith(`.${format}`) && name.includes(word) && name.includes(edition));
  if (found.length !== 1)
    throw new Error(`${folder} has ${found.length} files for ${edition} ${arch} ${format}; run "npm run package"`);
  return { file: join(folder, found[0]!), inside: `/packages/${generation}/${found[0]}` };
}

const LIGHT = join(CACHE, 'light');
const lightened = new Map<string, Promise<string>>();

/** Like `findPackage`, but cheap to install; for the hundreds of cases of the matrix. Shown by `showLightPackages`. */
export async function findLightPackage(
  format: PackageFormat,
  edition: EditionName,
  generation: Generation,
  log: Log,
): Promise<PackageFile> {
  const real = await findPackage(format, edition, generation);
  // zstd costs next to nothing to unpack, so rpms are installed as they are.
  if (format === 'rpm') return real;
  let light = lightened.get(real.file);
  if (!light) {
    light = lightenDeb(real.file, LIGHT, log);
    lightened.set(real.file, light);
  }
  const file = await light;
  return { file, inside: `/packages/light/${basename(file)}` };
}

/** For `startBox`: both generations as they are, and the light ones. */
export function showLightPackages(): Readonly<Record<string, string>> {
  mkdirSync(LIGHT, { recursive: true });
  return { ...showPackages, '/packages/light': LIGHT };
}

/** The image archive of an edition. @throws Error when it has not been built. */
export async function findImage(edition: EditionName): Promise<string> {
  const names = existsSync(DIST) ? await readdir(DIST) : [];
  const found = names.filter((name) => /oci/.test(name) && name.includes(edition));
  if (found.length !== 1) throw new Error(`${DIST} has ${found.length} images for ${edition}; run "npm run package"`);
  return join(DIST, found[0]!);
}

/** Builds an edition's image once more, as archives for old engines; gives the folder they are in. */
export async function buildDockerArchives(edition: EditionName, scratch: string, log: Log): Promise<string> {
  const folder = join(scratch, `docker-archive-${edition}`);
  const argv = ['build/cli.ts', 'build', `docker-all-${edition}.oci`, '--image-form', 'docker-archive'];
  await runCommand(log, [process.execPath, ...argv, '--out', folder], { cwd: REPOSITORY, timeout: 600 });
  return folder;
}

/** A deb with its files as they are and other scripts: `edit` is shell, run in the unpacked folder. Uncompressed, since it is thrown away. */
export async function rebuildDeb(source: string, target: string, edit: string, log: Log): Promise<void> {
  const folder = `${target}.tree`;
  await mkdir(folder, { recursive: true });
  await runCommand(log, ['dpkg-deb', '-R', source, folder]);
  await runCommand(log, ['sh', '-euc', edit], { cwd: folder });
  await runCommand(log, ['dpkg-deb', '-Znone', '--root-owner-group', '-b', folder, target]);
  await runCommand(log, ['rm', '-rf', folder]);
}
