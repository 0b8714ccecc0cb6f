import { PackwrightError } from '../../build/model/errors.ts';
import type { Artifact, Blobs, Compression, Format } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { imageTag } from './documents.ts';
import { buildImages } from './image.ts';
import { dockerArchiveFiles, layoutFiles, tarArtifact } from './layout.ts';
import { ARCHITECTURES } from './media-types.ts';
import { readImage } from './read-image.ts';

export { type ImageFiles, tarFiles } from './image-files.ts';
export { readImageBase } from './read-image.ts';

/** Container images: an OCI 1.1 image layout in one tar, with an image index for all architectures. */
export const oci = {
  name: 'oci',
  arches: ARCHITECTURES,
  // gzip first: dockerd 20.10 refuses zstd layers.
  compressions: [
    { method: 'gzip', level: 6 },
    { method: 'zstd', level: 19 },
    { method: 'none', level: 0 },
  ],
  fileName: nameFile,
  write: writeTar,
  ownFiles: (pkg) => pkg.placements.flatMap(({ imageBase }) => imageBase?.entries.map(({ path }) => path) ?? []),
  read: readImage,
} satisfies Format;

async function writeTar(pkg: Package, blobs: Blobs, compression: Compression): Promise<Artifact[]> {
  const set = await buildImages(pkg, blobs, compression);
  return [tarArtifact(nameFile(pkg), layoutFiles(pkg, set), pkg.epoch)];
}

/** The same layout as a folder: `<name>-<version>.oci/index.json` and so on, one artifact a file. */
export async function writeLayoutFolder(pkg: Package, blobs: Blobs, compression: Compression): Promise<Artifact[]> {
  const set = await buildImages(pkg, blobs, compression);
  return layoutFiles(pkg, set).map(({ path, content }) => ({
    name: `${fileStem(pkg)}.oci/${path}`,
    size: content.size,
    open: () => content.open(),
  }));
}

/** Archives as `docker save` writes them, one for each architecture: `<name>-<version>-amd64.docker.tar`. */
export async function writeDockerArchive(pkg: Package, blobs: Blobs, compression: Compression): Promise<Artifact[]> {
  if (compression.method === 'zstd') {
    throw new PackwrightError(pkg.target.id, 'no engine that needs a docker-archive reads zstd layers', 'choose gzip');
  }
  const { images } = await buildImages(pkg, blobs, compression);
  return images.map((image) =>
    tarArtifact(`${fileStem(pkg)}-${image.architecture}.docker.tar`, dockerArchiveFiles(pkg, image), pkg.epoch),
  );
}

function nameFile(pkg: Package): string {
  return `${fileStem(pkg)}.oci.tar`;
}

function fileStem(pkg: Package): string {
  return `${pkg.name}-${imageTag(pkg)}`;
}
