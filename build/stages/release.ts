import type { Manifest } from '../manifest/load.ts';
import { readContent } from '../model/content.ts';
import type { Bundle } from './bundle.ts';
import { type Written, writeText } from './write.ts';

/**
 * Writes what speaks of the whole set: SHA256SUMS (the form `sha256sum -c` reads) and release.json.
 * @returns the two files.
 */
export async function writeRelease(
  manifest: Manifest,
  epoch: number,
  node: string,
  written: readonly Written[],
  folder: string,
) {
  const files = [...written].sort((a, b) => (a.file < b.file ? -1 : 1));
  const sums = files.map(({ sha256, file }) => `${sha256}  ${file}\n`).join('');
  const release = {
    name: manifest.product.name,
    version: manifest.product.version,
    date: new Date(epoch * 1000).toISOString(),
    node,
    artifacts: files.map(({ id, file, size, sha256 }) => ({ id, file, size, sha256 })),
  };
  return [
    await writeText(folder, 'SHA256SUMS', sums),
    await writeText(folder, 'release.json', `${JSON.stringify(release, null, 2)}\n`),
  ];
}

/** Source maps of an edition's modules, kept beside the packages: `source-maps/EDITION/MODULE.map` turns a stack trace into lines. */
export async function writeSourceMaps(edition: string, bundle: Bundle, folder: string): Promise<void> {
  for (const { name, content } of bundle.sourceMaps) {
    await writeText(`${folder}/source-maps/${edition}`, name, (await readContent(content)).toString('utf8'));
  }
}
