import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import type { Manifest } from '../manifest/load.ts';
import { bytesContent, type Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Edition, Program } from '../model/product.ts';
import { lazyHttp } from './lazy-http.ts';
import { type Notice, noticesOf, sortNotices } from './notices.ts';

/** An edition's programs as ES modules: entry points by their program's name, and the chunks they share. */
export interface Bundle {
  /** Paths below `app/`, sorted. */
  files: readonly { name: string; content: Content }[];
  /** Source maps by the name of the file they belong to; kept beside the packages, not in them. */
  sourceMaps: readonly { name: string; content: Content }[];
  notices: readonly Notice[];
}

// CommonJS packages inside an ES module ask for builtins through a `require` that is looked up in the global scope.
const BANNER = `import{createRequire as __createRequire}from"node:module";globalThis.require??=__createRequire(import.meta.url);`;

/**
 * Bundles the edition's programs with esbuild, with shared chunks (code splitting).
 * @throws PackwrightError with esbuild's own words and positions.
 */
export async function bundlePrograms(manifest: Manifest, edition: Edition): Promise<Bundle> {
  const programs = programsOf(manifest, edition).filter((program) => program.bundle !== false);
  if (programs.length === 0) return { files: [], sourceMaps: [], notices: [] };
  for (const program of programs) {
    if (existsSync(path.join(manifest.folder, program.entry))) continue;
    throw new PackwrightError(
      path.basename(manifest.file),
      `programs: the entry of "${program.name}", ${program.entry}, does not exist`,
      'check its path; it is relative to the project',
    );
  }
  const result = await build({
    entryPoints: programs.map((program) => ({ in: `./${program.entry}`, out: program.name })),
    absWorkingDir: manifest.folder,
    outdir: path.join(manifest.folder, 'app'),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    // A single executable loads the bundle through require(), which refuses modules that await at top level.
    supported: { 'top-level-await': false },
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: 'external',
    sourcesContent: true,
    legalComments: 'none',
    banner: { js: BANNER },
    external: [...(manifest.product.external ?? [])],
    plugins: [lazyHttp],
    metafile: true,
    write: false,
    logLevel: 'silent',
    charset: 'utf8',
  }).catch(explainFailure(`edition ${edition.name}`));
  const outputs = result.outputFiles.map((one) => ({ name: path.basename(one.path), bytes: one.contents }));
  return sortFiles(outputs, await noticesOf(Object.keys(result.metafile.inputs), manifest.folder));
}

/** Throws what esbuild found, in its own words and with the position. */
export function explainFailure(where: string): (cause: unknown) => never {
  return (cause) => {
    // What esbuild rejects with (esbuild's BuildFailure); anything else has none of these members.
    const { errors, message } = cause as Partial<BuildFailure>;
    const [first] = errors ?? [];
    const place = first?.location ? ` (${first.location.file}:${first.location.line})` : '';
    throw new PackwrightError(where, `esbuild: ${first?.text ?? message}${place}`, 'mend the source', cause);
  };
}

/** Source maps apart from what they are of, each sorted by name. */
export function sortFiles(outputs: readonly { name: string; bytes: Uint8Array }[], notices: readonly Notice[]): Bundle {
  const files: { name: string; content: Content }[] = [];
  const sourceMaps: { name: string; content: Content }[] = [];
  for (const { name, bytes } of outputs)
    (name.endsWith('.map') ? sourceMaps : files).push({ name, content: bytesContent(bytes) });
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return { files: files.sort(byName), sourceMaps: sourceMaps.sort(byName), notices };
}

/** Both, with the notices of each package once. */
export function joinBundles(one: Bundle, other: Bundle): Bundle {
  return {
    files: [...one.files, ...other.files],
    sourceMaps: [...one.sourceMaps, ...other.sourceMaps],
    notices: sortNotices([...one.notices, ...other.notices]),
  };
}

/** The rows of an edition's programs. */
export function programsOf(manifest: Manifest, edition: Edition): Program[] {
  return manifest.product.programs.filter((program) => edition.programs.includes(program.name));
}

/** Reads a folder recursively: paths relative to it, sorted by bytes, with `/` on every host. Links are not followed. */
export async function listFolder(folder: string): Promise<{ path: string; link: boolean }[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile() || one.isSymbolicLink())
    .map((one) => ({
      path: path.relative(folder, path.join(one.parentPath, one.name)).split(path.sep).join('/'),
      link: one.isSymbolicLink(),
    }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
