import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Manifest } from '../manifest/load.ts';
import { readContent } from '../model/content.ts';
import type { Product } from '../model/product.ts';
import type { Bundle } from './bundle.ts';
import { type Written, writeText } from './write.ts';

export interface ReleaseOptions {
  manifest: Manifest;
  epoch: number;
  /** Version of the Node inside. */
  node: string;
  /** What this run has made. */
  written: readonly Written[];
  /** Ids of the targets it was to make. */
  asked: ReadonlySet<string>;
  folder: string;
  hashFile(file: string, size: number): Promise<string>;
}

/**
 * Writes what speaks of the whole set: SHA256SUMS (the form `sha256sum -c` reads) and release.json. What an earlier run made of the
 * same version stays in them, if it was not asked for again and is still the same bytes.
 * @returns the two files.
 */
export async function writeRelease(options: ReleaseOptions): Promise<Written[]> {
  const { manifest, epoch, node, written, folder } = options;
  const files = [...written, ...(await keptFiles(options))].sort((a, b) => (a.file < b.file ? -1 : 1));
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

/** Files that the release.json in the folder lists, and that are still right. */
async function keptFiles({ manifest, written, asked, folder, hashFile }: ReleaseOptions): Promise<Written[]> {
  const made = new Set(written.map(({ file }) => file));
  const kept: Written[] = [];
  for (const one of await readArtifacts(folder, manifest.product)) {
    if (asked.has(one.id) || made.has(one.file)) continue;
    const path = join(folder, one.file);
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isFile() || found.size !== one.size) continue;
    if ((await hashFile(path, one.size)) === one.sha256) kept.push(one);
  }
  return kept;
}

/** Nothing where there is no release.json of this version that we would write. */
async function readArtifacts(folder: string, { name, version }: Product): Promise<Written[]> {
  const text = await readFile(join(folder, 'release.json'), 'utf8').catch(() => '');
  try {
    const release: unknown = JSON.parse(text);
    if (!isRecord(release) || release.name !== name || release.version !== version) return [];
    return Array.isArray(release.artifacts) ? release.artifacts.filter(isArtifact) : [];
  } catch {
    return [];
  }
}

function isArtifact(value: unknown): value is Written {
  if (!isRecord(value)) return false;
  const { id, file, size, sha256 } = value;
  const isPath = typeof file === 'string' && !file.split(/[/\\]/).some((step) => step === '' || step === '..');
  return typeof id === 'string' && isPath && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(String(sha256));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Source maps of an edition's modules, kept beside the packages: `source-maps/EDITION/MODULE.map` turns a stack trace into lines. */
export async function writeSourceMaps(edition: string, bundle: Bundle, folder: string): Promise<void> {
  for (const { name, content } of bundle.sourceMaps) {
    const place = join(folder, 'source-maps', edition, dirname(name));
    await writeText(place, basename(name), (await readContent(content)).toString('utf8'));
  }
}
