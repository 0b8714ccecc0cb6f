import { bytesContent, type Content } from '../../build/model/content.ts';
import type { Artifact } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { type TarItem, tarParts } from '../archives/tar.ts';
import { imageName, imageTag, layoutDocument } from './documents.ts';
import type { Blob, Image, ImageSet } from './image.ts';
import { writeJson } from './json.ts';
import { LAYOUT_VERSION } from './media-types.ts';

/** A file of an output, by its path in it. */
export interface LayoutFile {
  path: string;
  content: Content;
}

/**
 * An OCI image layout (image-layout.md): what says how to read it first, then each blob once. `manifest.json` is no part of it but what
 * `docker load` of engines without containerd looks for; they know no index, so that the architecture is in the tag.
 */
export function layoutFiles(pkg: Package, set: ImageSet): LayoutFile[] {
  const files = new Map<string, Content>();
  files.set('oci-layout', bytesContent(writeJson({ imageLayoutVersion: LAYOUT_VERSION })));
  files.set('index.json', bytesContent(writeJson(layoutDocument(pkg, set.index))));
  const loads = set.images.map((image) => ({
    Config: blobPath(image.config),
    Layers: image.layers.map(blobPath),
    RepoTags: [`${imageName(pkg)}-${image.architecture}`],
  }));
  files.set('manifest.json', bytesContent(writeJson(loads)));
  files.set(blobPath(set.index), set.index);
  for (const image of set.images) files.set(blobPath(image.manifest), image.manifest);
  for (const image of set.images) {
    for (const blob of [image.config, ...image.layers]) files.set(blobPath(blob), blob);
  }
  return [...files].map(([path, content]) => ({ path, content }));
}

/** What `docker save` of every Docker since 1.10 writes and reads: one architecture, one tag. */
export function dockerArchiveFiles(pkg: Package, image: Image): LayoutFile[] {
  const layers = image.layers.map((layer) => ({ path: `${layer.sha256}/layer.tar`, content: layer }));
  const config = { path: `${image.config.sha256}.json`, content: image.config };
  const manifest = [
    { Config: config.path, Layers: layers.map((layer) => layer.path), RepoTags: [`${pkg.name}:${imageTag(pkg)}`] },
  ];
  const unique = new Map([config, ...layers].map((file) => [file.path, file]));
  return [{ path: 'manifest.json', content: bytesContent(writeJson(manifest)) }, ...unique.values()];
}

/** The files as one tar. Owners, modes and times say nothing here: root, 0644 and the package's epoch. */
export function tarArtifact(name: string, files: readonly LayoutFile[], mtime: number): Artifact {
  const owner = { uid: 0, gid: 0, user: '', group: '' };
  const items: TarItem[] = [];
  const folders = new Set<string>();
  for (const { path, content } of files) {
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      if (!folders.has(folder)) items.push({ ...owner, name: folder, kind: 'dir', mode: 0o755 });
      folders.add(folder);
    }
    items.push({ ...owner, name: path, kind: 'file', mode: 0o644, content });
  }
  const parts = tarParts(items, { style: 'pax', mtime, where: name });
  return {
    name,
    size: parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.byteLength : part.size), 0),
    async *open() {
      for (const part of parts) {
        if (part instanceof Uint8Array) yield part;
        else yield* part.open();
      }
    },
  };
}

function blobPath(blob: Blob): string {
  return `blobs/sha256/${blob.sha256}`;
}
