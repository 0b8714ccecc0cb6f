import { existsSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { fileContent } from '../host/file-content.ts';
import type { Manifest } from '../manifest/load.ts';
import { bytesContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { PayloadFile } from '../model/platform.ts';
import type { Program } from '../model/product.ts';
import { listFolder, readJson } from './bundle.ts';
import { type Notice, noticeOf, sortNotices } from './notices.ts';

/** What never belongs into a package, wherever it lies. */
const LEFT_OUT =
  /(^|\/)(\.git|\.github|\.nyc_output|\.cache|\.bin|\.package-lock\.json|\.env(\..*)?|\.npmrc|\.DS_Store|coverage)(\/|$)|\.tsbuildinfo$/;
/** Of packages: what is only for their developers. A few megabytes, and files that linters dislike. */
const OF_DEVELOPERS =
  /(^|\/)(\.[a-z]+rc(\.[a-z]+)?|\.editorconfig|\.gitattributes|\.gitignore|\.npmignore|\.eslint[a-z]*|\.travis\.yml|Makefile)$/i;

/** Programs that are not bundled: the project's own files and its production dependencies, as npm installed them. */
export async function unbundledFiles(
  manifest: Manifest,
  programs: readonly Program[],
): Promise<{ files: PayloadFile[]; notices: Notice[] }> {
  if (programs.length === 0) return { files: [], notices: [] };
  const files: PayloadFile[] = [];
  const notices: Notice[] = [];
  for (const folder of await productionPackages(manifest)) {
    notices.push(await noticeOf(path.join(manifest.folder, folder)));
    files.push(...(await filesBelow(manifest.folder, folder, OF_DEVELOPERS, true)));
  }
  const about = await readJson(path.join(manifest.folder, 'package.json'));
  const own = Array.isArray(about.files) ? about.files.filter((one): one is string => typeof one === 'string') : [];
  for (const name of ['package.json', ...own]) {
    if (existsSync(path.join(manifest.folder, name)))
      files.push(...(await filesBelow(manifest.folder, name, /$^/, false)));
  }
  for (const program of programs) {
    if (!existsSync(path.join(manifest.folder, program.entry))) {
      throw new PackwrightError(
        path.basename(manifest.file),
        `programs: the entry of "${program.name}", ${program.entry}, does not exist`,
        'run "npm install" or check its path',
      );
    }
    if (!program.entry.includes('node_modules/') && !files.some((one) => one.path === `app/${program.entry}`)) {
      files.push(...(await filesBelow(manifest.folder, program.entry, /$^/, false)));
    }
    files.push({
      path: `app/${program.name}.mjs`,
      kind: 'file',
      executable: false,
      layer: 'app',
      content: bytesContent(startOf(program.entry, await isModule(manifest.folder, program.entry))),
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
    if (existsSync(file)) return (await readJson(file)).type === 'module';
    if (folder === '.' || folder === path.dirname(folder)) return false;
  }
}

/** Folders of the packages that package-lock.json does not mark as for development only (`devOptional`: somebody in production wants it too). */
async function productionPackages(manifest: Manifest): Promise<string[]> {
  const file = path.join(manifest.folder, 'package-lock.json');
  if (!existsSync(file))
    throw new PackwrightError('package-lock.json', 'it is missing', 'run "npm install" to write it');
  const lock: { packages?: Record<string, { dev?: boolean; link?: boolean }> } = JSON.parse(
    await readFile(file, 'utf8'),
  );
  return Object.entries(lock.packages ?? {})
    .filter(([folder, one]) => folder.startsWith('node_modules/') && !one.dev && !one.link)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(path.join(manifest.folder, folder)))
    .sort();
}

async function filesBelow(root: string, start: string, leftOut: RegExp, skipNested: boolean): Promise<PayloadFile[]> {
  const full = path.join(root, start);
  const found = (await listFolder(full).catch(() => undefined)) ?? [{ path: '', link: false }];
  const files: PayloadFile[] = [];
  for (const one of found) {
    if (skipNested && one.path.startsWith('node_modules/')) continue;
    if (LEFT_OUT.test(one.path) || leftOut.test(one.path)) continue;
    const file = path.join(full, one.path);
    const target = `app/${one.path ? `${start}/${one.path}` : start}`;
    if (one.link) files.push({ path: target, kind: 'link', to: await readlink(file), layer: 'app' });
    else files.push({ path: target, kind: 'file', executable: false, layer: 'app', content: await fileContent(file) });
  }
  return files;
}
