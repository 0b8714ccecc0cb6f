import { existsSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { fileContent } from '../host/file-content.ts';
import type { Manifest } from '../manifest/load.ts';
import { readJsonObject } from '../manifest/read-json.ts';
import { bytesContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { PayloadFile } from '../model/platform.ts';
import type { Program } from '../model/product.ts';
import { listFolder } from './bundle.ts';
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

/** Programs that are not bundled: the project's own files and its production dependencies, as npm installed them. */
export async function unbundledFiles(
  manifest: Manifest,
  programs: readonly Program[],
): Promise<{ files: PayloadFile[]; notices: Notice[] }> {
  if (programs.length === 0) return { files: [], notices: [] };
  const root = manifest.folder;
  const files: PayloadFile[] = [];
  const notices: Notice[] = [];
  for (const folder of await productionPackages(manifest)) {
    notices.push(await noticeOf(path.join(root, folder)));
    for (const one of await listFolder(path.join(root, folder))) {
      if (one.path.startsWith('node_modules/') || LEFT_OUT.test(one.path) || OF_DEVELOPERS.test(one.path)) continue;
      files.push(await projectFile(root, `${folder}/${one.path}`, one.link));
    }
  }
  // A program out of node_modules brings its own files; the project around it only names it.
  const isWrapper = programs.every((program) => program.entry.startsWith('node_modules/'));
  for (const one of isWrapper ? [] : await ownFiles(root)) files.push(await projectFile(root, one.path, one.link));
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
  return { files: [...unique.values()], notices: sortNotices(notices) };
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

/**
 * Folders of the packages that package-lock.json does not mark as for development only. `devOptional`: somebody in production wants it too,
 * but can do without.
 * @throws PackwrightError when one is not there, or is a link to a folder elsewhere.
 */
async function productionPackages(manifest: Manifest): Promise<string[]> {
  const where = 'package-lock.json';
  const file = path.join(manifest.folder, where);
  if (!existsSync(file)) throw new PackwrightError(where, 'it is missing', 'run "npm install" to write it');
  const lock: {
    packages?: Record<string, { dev?: boolean; link?: boolean; optional?: boolean; devOptional?: boolean }>;
  } = await readJsonObject(file);
  if (!lock.packages)
    throw new PackwrightError(where, 'it is of an old form without "packages"', 'write it anew with npm 7 or newer');
  const folders: string[] = [];
  for (const [folder, { dev, link, optional, devOptional }] of Object.entries(lock.packages)) {
    if (!folder.startsWith('node_modules/') || dev) continue;
    if (link) {
      throw new PackwrightError(
        where,
        `${folder} is a link to a folder elsewhere, which cannot be shipped as it is`,
        'bundle the program (remove "bundle": false), or install the tarball that "npm pack" makes of that folder',
      );
    }
    // What is optional is left out by npm where it does not fit the machine.
    if (existsSync(path.join(manifest.folder, folder))) folders.push(folder);
    else if (!optional && !devOptional) throw new PackwrightError(where, `${folder} is not there`, 'run "npm install"');
  }
  return folders.sort();
}

/**
 * The project's own files: what package.json's "files" names (npm's patterns, `!` takes away), else everything that npm would pack, but
 * for names that begin with a dot.
 */
async function ownFiles(root: string): Promise<{ path: string; link: boolean }[]> {
  const about = await readJsonObject(path.join(root, 'package.json'));
  const wanted = Array.isArray(about.files) ? about.files.filter((one): one is string => typeof one === 'string') : [];
  const patterns = wanted.map((one) => ({ not: one.startsWith('!'), glob: one.replace(/^!?(\.?\/)*|\/+$/g, '') }));
  const isNamed = (file: string) =>
    patterns.reduce(
      (named, { not, glob }) =>
        glob === '' || path.matchesGlob(file, glob) || path.matchesGlob(file, `${glob}/**`) ? !not : named,
      false,
    );
  const own: { path: string; link: boolean }[] = [];
  for (const top of await readdir(root)) {
    if (top === 'node_modules' || top.startsWith('.')) continue;
    const isFolder = (await lstat(path.join(root, top))).isDirectory();
    const found = isFolder ? await listFolder(path.join(root, top)) : undefined;
    const files = found?.map((one) => ({ ...one, path: `${top}/${one.path}` })) ?? [await fileAt(root, top)];
    for (const one of files) {
      if (LEFT_OUT.test(one.path) || OF_PACKAGING.test(one.path)) continue;
      if (wanted.length > 0 ? isNamed(one.path) : !/(^|\/)\./.test(one.path)) own.push(one);
    }
  }
  return own;
}

async function fileAt(root: string, name: string): Promise<{ path: string; link: boolean }> {
  return { path: name, link: (await lstat(path.join(root, name))).isSymbolicLink() };
}

/** A file of the project. */
async function projectFile(root: string, name: string, link: boolean): Promise<PayloadFile> {
  const file = path.join(root, name);
  if (link) return { path: `${PLACE}/${name}`, kind: 'link', to: await readlink(file), layer: 'app' };
  return { path: `${PLACE}/${name}`, kind: 'file', executable: false, layer: 'app', content: await fileContent(file) };
}
