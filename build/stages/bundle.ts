import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Manifest } from '../manifest/load.ts';
import { bytesContent, type Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Edition, Program } from '../model/product.ts';
import { type Notice, noticesOf } from './notices.ts';

/** An edition's programs as ES modules: entry points by their program's name, and the chunks they share. */
export interface Bundle {
  /** File names below `app/`, sorted. */
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
    metafile: true,
    write: false,
    logLevel: 'silent',
    charset: 'utf8',
  }).catch((cause: { errors?: { text: string; location?: { file: string; line: number } | null }[] } & Error) => {
    const first = cause.errors?.[0];
    const place = first?.location ? ` (${first.location.file}:${first.location.line})` : '';
    throw new PackwrightError(
      `edition ${edition.name}`,
      `esbuild: ${first?.text ?? cause.message}${place}`,
      'mend the source',
      cause,
    );
  });
  const files: { name: string; content: Content }[] = [];
  const sourceMaps: { name: string; content: Content }[] = [];
  for (const output of result.outputFiles) {
    const name = path.basename(output.path);
    (name.endsWith('.map') ? sourceMaps : files).push({ name, content: bytesContent(output.contents) });
  }
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const notices = await noticesOf(Object.keys(result.metafile.inputs), manifest.folder);
  return { files: files.sort(byName), sourceMaps: sourceMaps.sort(byName), notices };
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
