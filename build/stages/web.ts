import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Loader } from 'esbuild';
import { PackwrightError } from '../model/errors.ts';
import type { Edition, Product, Web } from '../model/product.ts';
import { type Bundle, explainFailure, joinBundles, sortFiles } from './bundle.ts';
import { noticesOf } from './notices.ts';

/** What every browser of the last three years reads (ECMAScript 2022, CSS nesting taken apart). */
const BROWSERS = ['es2022', 'chrome111', 'firefox111', 'safari16.4'];

/** Files that are taken as they are. */
const AS_IS = ['.svg', '.png', '.ico', '.jpg', '.webp', '.woff2', '.webmanifest'];
const FILE = Object.fromEntries(AS_IS.map((end): [string, Loader] => [end, 'file']));

/** What a page names: a path that begins with `./`, in an attribute. */
const REFERENCE = /(\s(?:src|href)=")\.\/([^"?#]+)"/g;

/** The rows of an edition. */
export function webOf(product: Product, edition: Edition): Web[] {
  return (product.web ?? []).filter((one) => one.editions?.includes(edition.name) ?? true);
}

/** Bundles pages for browsers: `FOLDER/index.html` and what it names, as `FOLDER/NAME-DIGEST.EXT`. @param root what paths are relative to. */
export async function bundleWeb(root: string, rows: readonly Web[]): Promise<Bundle> {
  let all: Bundle = { files: [], sourceMaps: [], notices: [] };
  for (const row of rows) all = joinBundles(all, await bundlePage(root, row));
  return all;
}

/**
 * One page. Names have a digest of the bytes, so that browsers may keep the files for good; the page itself has not.
 * @throws PackwrightError when something in it is inline, which a strict Content-Security-Policy refuses, or is not there.
 */
async function bundlePage(root: string, { page, folder }: Web): Promise<Bundle> {
  const where = `web: ${page}`;
  const html = await readFile(path.join(root, page), 'utf8').catch((cause) => {
    throw new PackwrightError(where, 'it cannot be read', 'check its path; it is relative to the project', cause);
  });
  refuseInline(html, where);
  const named = [...new Set([...html.matchAll(REFERENCE)].map((match) => match[2]!))].sort();
  if (named.length === 0)
    throw new PackwrightError(
      where,
      'it names no file',
      'name its script, such as <script type="module" src="./main.ts">',
    );
  const inputs = named.map((name) => `./${path.posix.join(path.posix.dirname(page), name)}`);
  const bundled = inputs.filter((input) => !AS_IS.includes(path.extname(input)));
  const outdir = path.join(root, 'app');
  const result = await build({
    entryPoints: bundled,
    absWorkingDir: root,
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: BROWSERS,
    minify: true,
    sourcemap: 'external',
    sourcesContent: true,
    legalComments: 'none',
    loader: FILE,
    metafile: true,
    write: false,
    logLevel: 'silent',
    charset: 'utf8',
  }).catch(explainFailure(where));
  const outputs = result.outputFiles.map((one) => ({ name: path.basename(one.path), bytes: one.contents }));
  const nameOf = new Map<string, string>();
  for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs))
    if (entryPoint && !file.endsWith('.map')) nameOf.set(`./${entryPoint}`, path.basename(file));
  for (const input of inputs.filter((one) => !bundled.includes(one))) {
    const bytes = await readFile(path.join(root, input)).catch((cause) => {
      throw new PackwrightError(where, `${input} cannot be read`, 'check its path; it is relative to the page', cause);
    });
    nameOf.set(input, nameWithDigest(input, bytes));
    outputs.push({ name: nameWithDigest(input, bytes), bytes });
  }
  const text = html.replace(REFERENCE, (_, start: string, name: string) => {
    return `${start}./${nameOf.get(`./${path.posix.join(path.posix.dirname(page), name)}`)}"`;
  });
  outputs.push({ name: 'index.html', bytes: Buffer.from(text) });
  const placed = outputs.map(({ name, bytes }) => ({ name: `${folder}/${name}`, bytes }));
  return sortFiles(placed, await noticesOf(Object.keys(result.metafile.inputs), root));
}

function nameWithDigest(file: string, bytes: Buffer): string {
  const { name, ext } = path.posix.parse(file);
  return `${name}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase()}${ext}`;
}

/** @throws PackwrightError for a script, a style or a handler within the page. */
function refuseInline(html: string, where: string): void {
  const found =
    /<style\b/i.exec(html) ??
    /<script\b(?![^>]*\ssrc=)[^>]*>/i.exec(html) ??
    /<[^>]*\s(?:style|on\w+)=[^>]*>/i.exec(html);
  if (found)
    throw new PackwrightError(
      where,
      `${found[0].slice(0, 60)} is inline, which a strict Content-Security-Policy refuses`,
      'put it into a file that the page names',
    );
}
