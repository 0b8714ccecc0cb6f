import { bytesContent, type Content } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Blobs, Compression } from '../../build/model/format.ts';
import type { ImageConfig, Package, Placement } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import {
  configDocument,
  type Described,
  describeConfig,
  indexDocument,
  type LayerFacts,
  manifestDocument,
} from './documents.ts';
import { type Json, writeJson } from './json.ts';
import { layerTars } from './layers.ts';
import { ARCHITECTURES, INDEX, LAYER, MANIFEST } from './media-types.ts';

/** A blob of the layout: described by others, opened by whoever copies it. */
export interface Blob extends Content, Described {}

/** One architecture's image. */
export interface Image {
  arch: Arch;
  /** GOARCH word. */
  architecture: string;
  manifest: Blob;
  config: Blob;
  /** From the bottom up, those of a foreign image first. */
  layers: readonly Blob[];
}

/** A whole image as blobs, before anyone lays them out. */
export interface ImageSet {
  index: Blob;
  images: readonly Image[];
}

/** @throws PackwrightError when a placement has no run configuration or the method is not one for layers. */
export async function buildImages(pkg: Package, blobs: Blobs, compression: Compression): Promise<ImageSet> {
  const images: Image[] = [];
  for (const placement of pkg.placements) {
    images.push(await buildImage(pkg, placement, imageOf(pkg, placement), blobs, compression));
  }
  const first = pkg.placements[0];
  if (!first) throw new PackwrightError(pkg.target.id, 'the package has no architecture', 'add one to the manifest');
  const manifests = images.map((image) => ({ ...image.manifest, architecture: image.architecture }));
  return { index: documentBlob(INDEX, indexDocument(pkg, imageOf(pkg, first), manifests)), images };
}

async function buildImage(
  pkg: Package,
  placement: Placement,
  image: ImageConfig,
  blobs: Blobs,
  compression: Compression,
): Promise<Image> {
  const where = `${pkg.target.id}: ${placement.arch}`;
  const mediaType = LAYER[compression.method];
  if (!mediaType) {
    throw new PackwrightError(where, `layers cannot be ${compression.method}`, 'choose gzip, zstd or none');
  }
  const present = placement.imageBase?.entries.filter((entry) => entry.kind === 'dir').map((entry) => entry.path);
  const own: (Blob & LayerFacts)[] = [];
  for (const layer of layerTars(placement.tree, pkg.epoch, where, present)) {
    const packed = await blobs.compress(layer.parts, compression);
    own.push({
      mediaType,
      size: packed.size,
      sha256: packed.sha256,
      rawSha256: packed.rawSha256,
      madeBy: `packwright: ${layer.name}`,
      open: () => packed.open(),
    });
  }
  const config = jsonContent(configDocument(pkg, placement, image, own));
  const layers = [...(placement.imageBase?.layers ?? []), ...own];
  const described = describeConfig(config.size, config.sha256);
  const manifest = manifestDocument(pkg, placement, image, described, layers);
  return {
    arch: placement.arch,
    architecture: ARCHITECTURES[placement.arch],
    manifest: documentBlob(MANIFEST, manifest),
    config: { ...config, ...described },
    layers,
  };
}

function imageOf(pkg: Package, placement: Placement): ImageConfig {
  if (placement.image) return placement.image;
  throw new PackwrightError(
    pkg.target.id,
    `its placement for ${placement.arch} has no run configuration`,
    'place it with the platform "docker"',
  );
}

function documentBlob(mediaType: string, document: Json): Blob {
  return { ...jsonContent(document), mediaType };
}

function jsonContent(document: Json): Content {
  return bytesContent(writeJson(document));
}
