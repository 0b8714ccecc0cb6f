import { FORMATS, IMAGE_FORMS, PLATFORMS } from './catalogue.ts';
import { forEach } from './host/for-each.ts';
import { type Line, type LineOptions, openLine } from './line.ts';
import type { Manifest } from './manifest/load.ts';
import { PackwrightError } from './model/errors.ts';
import type { Compression, Format } from './model/format.ts';
import type { Package } from './model/package.ts';
import type { Target } from './model/target.ts';
import { parseVersion } from './model/version.ts';
import { formatSize, linesInOrder } from './report.ts';
import { checkPackage } from './stages/check.ts';
import { editionOf } from './stages/plan.ts';
import { writeRelease, writeSourceMaps } from './stages/release.ts';
import { type Written, writePackage } from './stages/write.ts';

/** `tar`: one OCI layout in a tar; `folder`: the layout as a folder; `docker-archive`: what old engines load, one file an architecture. */
export type ImageForm = 'tar' | 'folder' | 'docker-archive';

export interface BuildOptions extends LineOptions {
  /** Output folder. */
  out: string;
  imageForm?: ImageForm;
  /** Instead of each format's default. */
  compression?: (format: Format) => Compression;
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
    const written = built.flat();
    const files = written.length > 0 ? [...written, ...(await finish(line, targets, written, options.out))] : [];
    if (faults.length === 1) throw faults[0];
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} of ${targets.length} targets failed`);
    return files;
  } finally {
    report.end();
    await line.close();
  }
}

/** What lies beside the packages: also when some could not be made, since the others are there. */
async function finish(line: Line, targets: readonly Target[], written: readonly Written[], folder: string) {
  const ids = new Set(written.map(({ id }) => id));
  const editions = new Set(targets.filter(({ id }) => ids.has(id)).map(({ edition }) => edition));
  for (const edition of editions) await writeSourceMaps(edition, (await line.bundleOf(edition)).bundle, folder);
  return writeRelease({
    manifest: line.manifest,
    epoch: line.epoch,
    node: Object.values(line.lock.node).map((pin) => pin.version)[0] ?? '',
    written,
    asked: new Set(targets.map(({ id }) => id)),
    folder,
    hashFile: line.hashFile,
  });
}

async function buildTarget(line: Line, target: Target, options: BuildOptions): Promise<Written[]> {
  options.report.begin(target.id, 'placing files');
  const pkg = await makePackage(line, target);
  await checkPackage(pkg);
  options.report.begin(target.id, 'writing and reading back');
  const format = FORMATS[target.format];
  const form = target.format === 'oci' && options.imageForm && options.imageForm !== 'tar' && options.imageForm;
  const { blobs, unpacker, hashFile } = line;
  return writePackage(pkg, {
    format,
    compression: options.compression?.(format) ?? format.compressions[0]!,
    folder: options.out,
    blobs,
    unpacker,
    hashFile,
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

async function makePackage(line: Line, target: Target): Promise<Package> {
  const { product } = line.manifest;
  const edition = editionOf(product, target.edition);
  const placements = [];
  for (const arch of target.arches) {
    const platform = PLATFORMS[target.platform];
    const payload = await line.payloadOf(target.edition, platform.system, arch, target.format === 'oci');
    placements.push(platform.place(product, edition, arch, payload, target.format));
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
