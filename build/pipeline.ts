import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMATS, IMAGE_FORMS, IMAGE_READER, PLATFORMS, readDebFiles, readTar } from './catalogue.ts';
import { defaultCacheFolder, openCache } from './host/cache.ts';
import { openBlobs } from './host/compress/compress.ts';
import { openUnpacker } from './host/compress/unpack/unpack.ts';
import { forEach } from './host/for-each.ts';
import { readLock } from './host/lock-file.ts';
import { type NodeRuntime, type NodeSource, nodeRuntime } from './host/node-runtime.ts';
import { makeScratch, removeScratch } from './host/scratch.ts';
import type { Manifest } from './manifest/load.ts';
import type { Content } from './model/content.ts';
import { PackwrightError } from './model/errors.ts';
import type { Compression, Format } from './model/format.ts';
import type { Package } from './model/package.ts';
import type { Payload } from './model/platform.ts';
import type { Arch, Target } from './model/target.ts';
import { parseVersion } from './model/version.ts';
import { formatSize, linesInOrder, type Report } from './report.ts';
import { baseTree } from './stages/base.ts';
import { type Bundle, bundlePrograms } from './stages/bundle.ts';
import { readChangelog } from './stages/changelog.ts';
import { checkPackage } from './stages/check.ts';
import { readEpoch } from './stages/epoch.ts';
import { readHelp } from './stages/help.ts';
import { openImageBase } from './stages/image-base.ts';
import { makeLoader } from './stages/loader.ts';
import { makePayload } from './stages/payload.ts';
import { editionOf } from './stages/plan.ts';
import { writeRelease, writeSourceMaps } from './stages/release.ts';
import { type Written, writePackage } from './stages/write.ts';

/** `tar`: one OCI layout in a tar; `folder`: the layout as a folder; `docker-archive`: what old engines load, one file an architecture. */
export type ImageForm = 'tar' | 'folder' | 'docker-archive';

export interface BuildOptions {
  /** Output folder. */
  out: string;
  imageForm?: ImageForm;
  /** What images stand on: pinned Debian libraries alone, a minimal Debian with a shell, or the path of an OCI layout. */
  imageBase?: 'scratch' | 'shell' | string;
  cache?: string;
  nodeSource?: NodeSource;
  /** Instead of each format's default. */
  compression?: (format: Format) => Compression;
  report: Report;
}

/** Targets that are worked on at the same time: while one is synced to the disk, another is put together. */
const AT_ONCE = 2;

/** Runs the line for every target. All targets are tried; their errors are thrown together. */
export async function buildTargets(
  manifest: Manifest,
  targets: readonly Target[],
  options: BuildOptions,
): Promise<Written[]> {
  const line = await openLine(manifest, options);
  const { report } = options;
  try {
    const faults: unknown[] = [];
    const say = linesInOrder(report);
    const built = await forEach(targets, AT_ONCE, async (target, index) => {
      const started = performance.now();
      try {
        const files = await buildTarget(line, target, options);
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        const bytes = files.reduce((sum, one) => sum + one.size, 0);
        const what = files.length > 1 ? `${files.length} files` : files[0]?.file;
        say(index, target.id, `${target.id}  ${what}  ${formatSize(bytes)}  ${seconds} s`);
        return files;
      } catch (cause) {
        faults.push(cause);
        say(index, target.id, `${target.id}  failed`);
        return [];
      }
    });
    if (faults.length === 1) throw faults[0];
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} of ${targets.length} targets failed`);
    const written = built.flat();
    const node = Object.values(line.lock.node).map((pin) => pin.version)[0] ?? '';
    const editions = new Set(targets.map((target) => target.edition));
    for (const edition of editions) await writeSourceMaps(edition, (await line.bundleOf(edition)).bundle, options.out);
    return [...written, ...(await writeRelease(manifest, line.epoch, node, written, options.out))];
  } finally {
    report.end();
    await line.close();
  }
}

async function buildTarget(line: Line, target: Target, options: BuildOptions): Promise<Written[]> {
  options.report.begin(target.id, 'placing files');
  const pkg = await makePackage(line, target);
  await checkPackage(pkg);
  options.report.begin(target.id, 'writing and reading back');
  const format = FORMATS[target.format];
  const form = target.format === 'oci' && options.imageForm && options.imageForm !== 'tar' && options.imageForm;
  const { blobs, unpacker } = line;
  return writePackage(pkg, {
    format,
    compression: options.compression?.(format) ?? format.compressions[0]!,
    folder: options.out,
    blobs,
    unpacker,
    hashFile: (file, length) => blobs.ranges.digest({ file, offset: 0, length }),
    ...(form ? { form: IMAGE_FORMS[form] } : {}),
  });
}

/** What `targets` would be, placed and checked; nothing is written. */
export async function planPackages(manifest: Manifest, targets: readonly Target[], options: BuildOptions) {
  const line = await openLine(manifest, options);
  try {
    const packages: { pkg: Package; fileName: string }[] = [];
    for (const target of targets) {
      options.report.begin(target.id, 'placing files');
      const pkg = await makePackage(line, target);
      await checkPackage(pkg);
      packages.push({ pkg, fileName: FORMATS[target.format].fileName(pkg) });
      options.report.done(target.id);
    }
    return packages;
  } finally {
    options.report.end();
    await line.close();
  }
}

/** What is opened once for a run, and the products of stages that several targets share. */
type Line = Awaited<ReturnType<typeof openLine>>;

async function openLine(manifest: Manifest, options: BuildOptions) {
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
  const loaders = new Map<string, Promise<{ node: NodeRuntime; loader: Content }>>();
  const payloads = new Map<string, Promise<Payload>>();
  return {
    manifest,
    lock,
    cache,
    blobs,
    unpacker,
    epoch,
    changelog: await readChangelog(manifest, epoch),
    bundleOf(edition: string) {
      return remember(bundles, edition, async () => {
        report.begin(edition, 'bundling');
        const bundle = await bundlePrograms(manifest, editionOf(manifest.product, edition));
        const help = await readHelp(manifest, editionOf(manifest.product, edition), bundle, scratch);
        report.done(edition);
        return { bundle, help };
      });
    },
    loaderOf(arch: Arch) {
      return remember(loaders, arch, async () => {
        const node = await nodeRuntime('linux', arch, runtime);
        return { node, loader: await makeLoader(node, arch, cache) };
      });
    },
    payloadOf(edition: string, arch: Arch, base: boolean) {
      return remember(payloads, `${edition} ${arch} ${base}`, async () => {
        const [bundled, executable, below] = await Promise.all([
          this.bundleOf(edition),
          this.loaderOf(arch),
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

async function makePackage(line: Line, target: Target): Promise<Package> {
  const { product } = line.manifest;
  const edition = editionOf(product, target.edition);
  const placements = [];
  for (const arch of target.arches) {
    const payload = await line.payloadOf(target.edition, arch, target.format === 'oci');
    placements.push(PLATFORMS[target.platform].place(product, edition, arch, payload, target.format));
  }
  if (placements.length === 0) throw new PackwrightError(target.id, 'it has no architecture');
  return {
    target,
    product,
    name: edition.package,
    title: edition.title,
    summary: edition.summary,
    version: parseVersion(product.version),
    epoch: line.epoch,
    placements,
    changelog: line.changelog,
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
