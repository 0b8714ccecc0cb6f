import type { ImageBase, ImageConfig, Package, Placement } from '../../build/model/package.ts';
import type { Json } from './json.ts';
import { ARCHITECTURES, CONFIG, INDEX, MANIFEST } from './media-types.ts';

/** What the documents say of a blob: everything but its bytes. */
export interface Described {
  readonly mediaType: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A layer with what only the configuration says of it. */
export interface LayerFacts extends Described {
  /** SHA-256 of the tar archive, lower-case hex. */
  rawSha256: string;
  /** What made it, for `history`. */
  madeBy: string;
}

const PREFIX = 'org.opencontainers.image';
/** None of the pre-defined keys holds a package's name. */
const PACKAGE_LABEL = 'io.packwright.package';

/** The image configuration (OCI image-spec 1.1, config.md). `Healthcheck` is Docker's: engines that do not know it pass over it. */
export function configDocument(
  pkg: Package,
  placement: Placement,
  image: ImageConfig,
  layers: readonly LayerFacts[],
): Json {
  const below = placement.imageBase;
  const created = timeStamp(pkg.epoch);
  return {
    architecture: ARCHITECTURES[placement.arch],
    author: `${pkg.product.maintainer.name} <${pkg.product.maintainer.email}>`,
    config: runConfig(pkg, image, below),
    created,
    history: [
      // Parsed from JSON by the reader of that image, and handed on unchanged.
      ...((below?.history ?? []) as Json[]),
      ...layers.map((layer) => ({ created, created_by: layer.madeBy })),
    ],
    os: 'linux',
    rootfs: {
      diff_ids: [
        ...(below?.layers ?? []).map((layer) => layer.diffId),
        ...layers.map((layer) => `sha256:${layer.rawSha256}`),
      ],
      type: 'layers',
    },
  };
}

function runConfig(pkg: Package, image: ImageConfig, below: ImageBase | undefined): Json {
  const check = image.healthcheck;
  return {
    Cmd: listOrNothing(image.cmd),
    Entrypoint: listOrNothing(image.entrypoint),
    Env: listOrNothing(mergeEnv(below?.env ?? [], image.env)),
    ExposedPorts: setOrNothing(image.exposedPorts),
    Healthcheck: check && {
      Interval: check.intervalSeconds * 1e9,
      Retries: check.retries,
      StartPeriod: check.startSeconds * 1e9,
      Test: check.test,
      Timeout: check.timeoutSeconds * 1e9,
    },
    Labels: labels(pkg, image, below),
    StopSignal: image.stopSignal,
    User: image.user,
    Volumes: setOrNothing(image.volumes),
    WorkingDir: image.workingDir,
  };
}

/** Ours on top; a variable stays where it was first named. */
function mergeEnv(below: readonly string[], own: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const line of [...below, ...own]) merged.set(line.split('=', 1)[0]!, line);
  return [...merged.values()];
}

function labels(pkg: Package, image: ImageConfig, below: ImageBase | undefined): Record<string, string> {
  return {
    ...image.labels,
    [PACKAGE_LABEL]: pkg.name,
    [`${PREFIX}.created`]: timeStamp(pkg.epoch),
    [`${PREFIX}.version`]: pkg.version.text,
    ...(below ? { [`${PREFIX}.base.name`]: below.name, [`${PREFIX}.base.digest`]: below.digest } : {}),
  };
}

/** The image manifest (manifest.md). Registries show annotations of the manifest and the index, never labels: both have them. */
export function manifestDocument(
  pkg: Package,
  placement: Placement,
  image: ImageConfig,
  config: Described,
  layers: readonly Described[],
): Json {
  return {
    annotations: annotations(labels(pkg, image, placement.imageBase)),
    config: descriptor(config),
    layers: layers.map(descriptor),
    mediaType: MANIFEST,
    schemaVersion: 2,
  };
}

/** The image index (image-index.md) of one image for several architectures. */
export function indexDocument(
  pkg: Package,
  image: ImageConfig,
  manifests: readonly (Described & { architecture: string })[],
): Json {
  return {
    annotations: annotations(labels(pkg, image, undefined)),
    manifests: manifests.map((manifest) => ({
      ...descriptor(manifest),
      platform: { architecture: manifest.architecture, os: 'linux' },
    })),
    mediaType: INDEX,
    schemaVersion: 2,
  };
}

/**
 * `index.json` of the layout (image-layout.md): one image under two names, the tag that skopeo and umoci ask for and the full name that
 * podman and containerd give to what they load.
 */
export function layoutDocument(pkg: Package, index: Described): Json {
  const names = {
    'io.containerd.image.name': imageName(pkg),
    [`${PREFIX}.ref.name`]: imageTag(pkg),
  };
  return { manifests: [{ ...descriptor(index), annotations: names }], mediaType: INDEX, schemaVersion: 2 };
}

/** A tag may not hold the `+` of a build number (distribution-spec, "Pulling manifests"). */
export function imageTag(pkg: Package): string {
  return pkg.version.text.replaceAll('+', '_');
}

/** With a host, so that no engine takes it for an image of a public registry. */
export function imageName(pkg: Package): string {
  return `localhost/${pkg.name}:${imageTag(pkg)}`;
}

export function descriptor(blob: Described): { [name: string]: Json } {
  return { digest: `sha256:${blob.sha256}`, mediaType: blob.mediaType, size: blob.size };
}

export function describeConfig(size: number, sha256: string): Described {
  return { mediaType: CONFIG, size, sha256 };
}

function annotations(all: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(`${PREFIX}.`)));
}

/** RFC 3339, from seconds since 1970. */
function timeStamp(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z');
}

function listOrNothing(list: readonly string[]): readonly string[] | undefined {
  return list.length > 0 ? list : undefined;
}

function setOrNothing(list: readonly string[]): Json | undefined {
  return list.length > 0 ? Object.fromEntries(list.map((name) => [name, {}])) : undefined;
}
