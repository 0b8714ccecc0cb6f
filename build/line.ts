import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGE_READER, readDebFiles, readTar, WINDOWS_NATIVE } from './catalogue.ts';
import { defaultCacheFolder, openCache } from './host/cache.ts';
import { openBlobs } from './host/compress/compress.ts';
import { openUnpacker } from './host/compress/unpack/unpack.ts';
import { readLock } from './host/lock-file.ts';
import { type NodeRuntime, type NodeSource, nodeRuntime } from './host/node-runtime.ts';
import { makeScratch, removeScratch } from './host/scratch.ts';
import type { Manifest } from './manifest/load.ts';
import type { Payload } from './model/platform.ts';
import type { Arch, System } from './model/target.ts';
import type { Report } from './report.ts';
import { type Bundle, bundlePrograms, joinBundles } from './stages/bundle.ts';
import { readChangelog } from './stages/changelog.ts';
import { baseTree } from './stages/debian-base.ts';
import { readEpoch } from './stages/epoch.ts';
import { readHelp } from './stages/help.ts';
import { openImageBase } from './stages/image-base.ts';
import { makeLoader } from './stages/loader.ts';
import { makePayload } from './stages/payload.ts';
import { editionOf } from './stages/plan.ts';
import type { Executables } from './stages/programs.ts';
import { bundleWeb, webOf } from './stages/web.ts';
import { type LoaderLook, makeWindowsLoaders } from './stages/windows-loader.ts';

export interface LineOptions {
  /** What images stand on: pinned Debian libraries alone, a minimal Debian with a shell, or the path of an OCI layout. */
  imageBase?: 'scratch' | 'shell' | string;
  cache?: string;
  nodeSource?: NodeSource;
  report: Report;
}

/** What is opened once for a run, and the products of stages that several targets share. */
export type Line = Awaited<ReturnType<typeof openLine>>;

export async function openLine(manifest: Manifest, options: LineOptions) {
  const { report } = options;
  const warn = (text: string) => report.line(text);
  const cache = await openCache(options.cache ?? defaultCacheFolder(), { warn });
  const scratch = makeScratch(tmpdir(), 'packwright-');
  const lock = await readLock(manifest.folder);
  const blobs = await openBlobs({ cache, scratch });
  const unpacker = openUnpacker({ cache, ranges: blobs.ranges });
  const epoch = await readEpoch(manifest.folder);
  const nearby = [
    path.join(manifest.folder, 'node_modules'),
    fileURLToPath(new URL('../node_modules', import.meta.url)),
  ];
  const runtime = { lock, cache, source: options.nodeSource ?? 'npm', readTar, nearby };
  /** What an image's programs stand on. */
  const openBelow = async (what: string, arch: Arch) => {
    if (what !== 'scratch' && what !== 'shell') {
      return { imageBase: await openImageBase(what, arch, unpacker, IMAGE_READER) };
    }
    const variant = what === 'shell' ? 'debian-shell' : 'scratch';
    return { base: await baseTree(lock, arch, { variant, cache, unpacker, readDeb: readDebFiles }) };
  };
  const said = new Set<string>();
  /** Once, though several targets decide the same. */
  const note = (sentence: string) => {
    if (!said.has(sentence)) report.line(sentence);
    said.add(sentence);
  };
  const bundles = new Map<string, Promise<{ bundle: Bundle; help: Record<string, string> }>>();
  const loaders = new Map<string, Promise<{ node: NodeRuntime; executables: Executables }>>();
  const payloads = new Map<string, Promise<Payload>>();
  return {
    manifest,
    lock,
    cache,
    blobs,
    unpacker,
    epoch,
    hashFile: (file: string, length: number) => blobs.ranges.digest({ file, offset: 0, length }),
    changelog: await readChangelog(manifest, epoch),
    bundleOf(edition: string) {
      return remember(bundles, edition, async () => {
        report.begin(edition, 'bundling');
        const row = editionOf(manifest.product, edition);
        const programs = await bundlePrograms(manifest, row);
        const help = await readHelp(manifest, row, programs, scratch);
        const web = await bundleWeb(manifest.folder, webOf(manifest.product, row));
        report.done(edition);
        return { bundle: joinBundles(programs, web), help };
      });
    },
    loaderOf(system: System, arch: Arch) {
      return remember(loaders, `${system} ${arch}`, async () => {
        if (system === 'linux') {
          const node = await nodeRuntime('linux', arch, runtime);
          return {
            node,
            executables: { system, loader: await makeLoader(node, arch, manifest.product.nodeOptions ?? [], cache) },
          };
        }
        const node = await nodeRuntime('win', arch, runtime);
        const windows = await makeWindowsLoaders(node, arch, await windowsLook(manifest), runtime);
        return { node, executables: { system, loaders: windows, launchers: WINDOWS_NATIVE[arch] } };
      });
    },
    /** @param base true: with the system below it, for an image. */
    payloadOf(edition: string, system: System, arch: Arch, base: boolean) {
      return remember(payloads, `${edition} ${system} ${arch} ${base}`, async () => {
        const [bundled, executable, below] = await Promise.all([
          this.bundleOf(edition),
          this.loaderOf(system, arch),
          base ? openBelow(options.imageBase ?? 'scratch', arch) : {},
        ]);
        const input = { manifest, edition: editionOf(manifest.product, edition), arch, runtime, note };
        return makePayload({ ...input, ...bundled, ...executable, ...below });
      });
    },
    async close() {
      await blobs.close();
      removeScratch(scratch);
    },
  };
}

/** What the executables show in Explorer. */
async function windowsLook({ product, folder }: Manifest): Promise<LoaderLook> {
  const { title, vendor, windowsIcon, nodeOptions = [] } = product;
  return {
    nodeOptions,
    title,
    vendor,
    ...(windowsIcon ? { icon: await readFile(path.join(folder, windowsIcon)) } : {}),
  };
}

/** The same work is done once, also when it is asked for twice at the same time. */
function remember<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = kept.get(key);
  if (found) return found;
  const made = make();
  kept.set(key, made);
  return made;
}
