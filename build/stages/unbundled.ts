import { existsSync } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileContent } from '../host/file-content.ts';
import type { Manifest } from '../manifest/load.ts';
import { readJsonObject } from '../manifest/read-json.ts';
import { bytesContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { PayloadFile } from '../model/platform.ts';
import type { Program } from '../model/product.ts';
import type { Arch, System } from '../model/target.ts';
import { listFolder } from './bundle.ts';
import { assertOwnAddon, foreignOwner } from './foreign-addons.ts';
import { productionPackages } from './installed-packages.ts';
import { type Notice, noticeOf, sortNotices } from './notices.ts';

/** What never belongs into a package, wherever it lies. */
const LEFT_OUT =
  /^coverage\/|(^|\/)(\.git|\.github|\.nyc_output|\.cache|\.bin|\.package-lock\.json|\.env(\..*)?|\.npmrc|\.DS_Store)(\/|$)|\.tsbuildinfo$/;
/** Of packages: what is only for their developers. A few megabytes, and files that linters dislike. */
const OF_DEVELOPERS =
  /(^|\/)(\.[a-z]+rc(\.[a-z]+)?|\.editorconfig|\.gitattributes|\.gitignore|\.npmignore|\.eslint[a-z]*|\.travis\.yml|Makefile)$/i;

/** What Packwright itself reads and writes, and what `npm pack` writes: nothing that a program needs. */
const OF_PACKAGING =
  /(^|\/)(packwright(\.lock)?\.json|SHA256SUMS|release\.json|source-maps|[^/]+\.(deb|rpm|tgz|oci|oci\.tar|docker\.tar))(\/|$)/;

/** Apart from the modules that start programs: a project may have a file of the same name. */
const PLACE = 'app/project';

export interface Unbundled {
  files: PayloadFile[];
  notices: Notice[];
  /** A sentence for each package of which something was left out, since it is for other systems. */
  leftOut: string[];
}

/**
 * Programs that are not bundled: the project's own files and its production dependencies, as npm installed them. A file is executable
 * when its owner may run it.
 * @throws PackwrightError when a dependency is missing or is not for this target.
 */
export async function unbundledFiles(
  manifest: Manifest,
  programs: readonly Program[],
  system: System,
  arch: Arch,
): Promise<Unbundled> {
  if (programs.length === 0) return { files: [], notices: [], leftOut: [] };
  const root = manifest.folder;
  const files: PayloadFile[] = [];
  const notices: Notice[] = [];
  const { packages, forOthers } = await productionPackages(root, system, arch);
  const leftOut =
    forOthers.length > 0 ? [`${system}-${arch}: left out, since they are for others: ${forOthers.join(', ')}`] : [];
  for (const { folder, linked } of packages) {
    if (linked === undefined) notices.push(await noticeOf(path.join(root, folder)));
    else files.push(linkFile(folder, linked));
    const owners = new Set<string>();
    for (const one of linked === undefined ? await installedFiles(root, folder) : await ownFiles(root, linked)) {
      const below = one.path.slice((linked ?? folder).length + 1);
      const owner = foreignOwner(below, system, arch);
      if (owner) owners.add(owner);
      else files.push(await projectFile(root, one.path, one.link));
      if (!owner && !one.link && below.endsWith('.node'))
        await assertOwnAddon(path.join(root, one.path), one.path, system, arch);
    }
    if (owners.size > 0)
      leftOut.push(`${system}-${arch}: left out of ${linked ?? folder} what is for ${[...owners].sort().join(', ')}`);
  }
  // A program out of node_modules brings its own files; the project around it only names it.
  const isWrapper = programs.every((program) => program.entry.startsWith('node_modules/'));
  for (const one of isWrapper ? [] : await ownFiles(root, '')) files.push(await projectFile(root, one.path, one.link));
  if (existsSync(path.join(root, 'package.json'))) files.push(await projectFile(root, 'package.json', false));
  for (const program of programs) {
    if (!existsSync(path.join(root, program.entry))) {
      throw new PackwrightError(
        path.basename(manifest.file),
        `programs: the entry of "${program.name}", ${program.entry}, does not exist`,
        'run "npm install" or check its path',
      );
    }
    files.push(await projectFile(root, program.entry, false));
    files.push({
      path: `app/${program.name}.mjs`,
      kind: 'file',
      executable: false,
      layer: 'app',
      content: bytesContent(startOf(`project/${program.entry}`, await isModule(root, program.entry))),
    });
  }
  const unique = new Map(files.map((file) => [file.path, file]));
  return { files: [...unique.values()], notices: sortNotices(notices), leftOut };
}

/**
 * Starts a program as `node ENTRY` would: with its own path as process.argv[1], and a CommonJS one as the main module, since many ask
 * `require.main === module`. An ES module may await at top level: hence the import that nobody waits for.
 */
function startOf(entry: string, module: boolean): string {
  const file = `new URL(${JSON.stringify(`./${entry}`)}, import.meta.url)`;
  if (module) {
    return `import { fileURLToPath } from 'node:url';\nconst entry = ${file};\nprocess.argv[1] = fileURLToPath(entry);\nimport(entry.href);\n`;
  }
  return `import Module from 'node:module';\nimport { fileURLToPath } from 'node:url';\nprocess.argv[1] = fileURLToPath(${file});\nModule._load(process.argv[1], null, true);\n`;
}

/** Node's rule (packages, "Determining module system"): the extension, else what the nearest package.json says. */
async function isModule(root: string, entry: string): Promise<boolean> {
  if (/\.[cm][jt]s$/.test(entry)) return /\.m[jt]s$/.test(entry);
  for (let folder = path.dirname(entry); ; folder = path.dirname(folder)) {
    const file = path.join(root, folder, 'package.json');
    if (existsSync(file)) return (await readJsonObject(file)).type === 'module';
    if (folder === '.' || folder === path.dirname(folder)) return false;
  }
}

/** A file or a link; the path is relative to the project. */
interface Found {
  path: string;
  link: boolean;
}

/** The files of an installed package, without those of packages below it. */
async function installedFiles(root: string, folder: string): Promise<Found[]> {
  const found = await listFolder(path.join(root, folder));
  return found
    .filter((one) => !one.path.startsWith('node_modules/') && !LEFT_OUT.test(one.path) && !OF_DEVELOPERS.test(one.path))
    .map((one) => ({ ...one, path: `${folder}/${one.path}` }));
}

/**
 * Files of the project or of a package of its workspace: what package.json's "files" names (npm's patterns, `!` takes away), else
 * everything that npm would pack, but for names that begin with a dot.
 * @param folder empty for the project itself.
 */
async function ownFiles(root: string, folder: string): Promise<Found[]> {
  const start = path.join(root, folder);
  const isWanted = filesOfPackage(await readJsonObject(path.join(start, 'package.json')), folder !== '');
  const own: Found[] = [];
  for (const top of await readdir(start)) {
    if (top === 'node_modules' || top.startsWith('.')) continue;
    const isFolder = (await lstat(path.join(start, top))).isDirectory();
    const found = isFolder ? await listFolder(path.join(start, top)) : undefined;
    const files = found?.map((one) => ({ ...one, path: `${top}/${one.path}` })) ?? [await fileAt(start, top)];
    for (const one of files) {
      if (LEFT_OUT.test(one.path) || OF_PACKAGING.test(one.path) || one.path.includes('/node_modules/')) continue;
      if (isWanted(one.path)) own.push({ ...one, path: folder === '' ? one.path : `${folder}/${one.path}` });
    }
  }
  return own;
}

/** Which paths below a package npm would pack. @param whole also package.json, the main module and commands, whatever "files" says. */
function filesOfPackage(about: Record<string, unknown>, whole: boolean): (file: string) => boolean {
  const wanted = Array.isArray(about.files) ? about.files.filter((one): one is string => typeof one === 'string') : [];
  if (wanted.length === 0) return (file) => !/(^|\/)\./.test(file);
  const patterns = wanted.map((one) => ({ not: one.startsWith('!'), glob: one.replace(/^!?(\.?\/)*|\/+$/g, '') }));
  const bin = typeof about.bin === 'object' && about.bin !== null ? Object.values(about.bin) : [about.bin];
  const always = new Set(['package.json']);
  for (const name of [about.main ?? 'index.js', ...bin]) {
    // Node adds the extension, or looks for an index in the folder.
    if (typeof name === 'string')
      for (const end of ['', '.js', '/index.js']) always.add(path.posix.join('.', name + end));
  }
  return (file) =>
    patterns.reduce(
      (named, { not, glob }) =>
        glob === '' || path.matchesGlob(file, glob) || path.matchesGlob(file, `${glob}/**`) ? !not : named,
      whole && always.has(file),
    );
}

async function fileAt(root: string, name: string): Promise<Found> {
  return { path: name, link: (await lstat(path.join(root, name))).isSymbolicLink() };
}

/** A file of the project. */
async function projectFile(root: string, name: string, link: boolean): Promise<PayloadFile> {
  const file = path.join(root, name);
  if (link) return { path: `${PLACE}/${name}`, kind: 'link', to: await readlink(file), layer: 'app' };
  const content = await fileContent(file);
  const executable = ((await stat(file)).mode & 0o100) !== 0;
  return { path: `${PLACE}/${name}`, kind: 'file', executable, layer: 'app', content };
}

/** A package's name in node_modules that leads to it. */
function linkFile(folder: string, linked: string): PayloadFile {
  const to = path.posix.relative(path.posix.dirname(folder), linked);
  return { path: `${PLACE}/${folder}`, kind: 'link', to, layer: 'app' };
}
