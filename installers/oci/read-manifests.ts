import { PackwrightError } from '../../build/model/errors.ts';
import type { Method, Unpacker } from '../../build/model/format.ts';
import type { ImageFiles, Slice } from './image-files.ts';
import { asObject, listAt, type Members, objectAt, readJson, readObject, stringAt, stringsAt } from './read-json.ts';

/** One architecture's image as its documents describe it, digests and sizes of all its blobs checked. */
export interface ReadManifest {
  /** GOARCH word. */
  architecture: string;
  /** `sha256:…` of the manifest; of the configuration where there is no manifest. */
  digest: string;
  config: Members;
  layers: readonly ReadLayer[];
  /** Of the manifest, and of an index above it that a digest vouches for. */
  annotations: Readonly<Record<string, string>>;
  /** The name somebody gave it when it was saved, such as `localhost/thing:1.0`; empty when there is none. */
  reference: string;
}

export interface ReadLayer {
  slice: Slice;
  /** Of the bytes as they are stored, lower-case hex. */
  sha256: string;
  method: Method;
  mediaType: string;
  /** `sha256:…` of the tar archive inside. */
  diffId: string;
}

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';
const INDEXES = [`${OCI}.index.v1+json`, `${DOCKER}.distribution.manifest.list.v2+json`];
const MANIFESTS = [`${OCI}.manifest.v1+json`, `${DOCKER}.distribution.manifest.v2+json`];
const CONFIGS = [`${OCI}.config.v1+json`, `${DOCKER}.container.image.v1+json`];
/** Layers by media type; those of Docker hold the same bytes as ours, so that they can be named by ours. */
const LAYERS: Readonly<Record<string, { method: Method; mediaType: string }>> = {
  [`${OCI}.layer.v1.tar`]: { method: 'none', mediaType: `${OCI}.layer.v1.tar` },
  [`${OCI}.layer.v1.tar+gzip`]: { method: 'gzip', mediaType: `${OCI}.layer.v1.tar+gzip` },
  [`${OCI}.layer.v1.tar+zstd`]: { method: 'zstd', mediaType: `${OCI}.layer.v1.tar+zstd` },
  [`${DOCKER}.image.rootfs.diff.tar`]: { method: 'none', mediaType: `${OCI}.layer.v1.tar` },
  [`${DOCKER}.image.rootfs.diff.tar.gzip`]: { method: 'gzip', mediaType: `${OCI}.layer.v1.tar+gzip` },
};
/** Engines refuse more (overlayfs stacks 127 below the top). */
const MOST_LAYERS = 127;
const MOST_MANIFESTS = 64;
const DEEPEST_INDEX = 4;

interface HashedFiles extends ImageFiles {
  /** SHA-256, lower-case hex. */
  digest(slice: Slice): Promise<string>;
}

/**
 * The images of a layout or a docker-archive.
 * @param wanted GOARCH word of the only one that is wanted; an index may name others that are not there.
 * @throws PackwrightError where a document or blob is missing, damaged or unknown.
 */
export async function readManifests(given: ImageFiles, unpacker: Unpacker, wanted?: string): Promise<ReadManifest[]> {
  const digest = ({ source, offset, size }: Slice) => unpacker.digestStored(source, offset, size);
  const files: HashedFiles = { ...given, digest };
  const layout = await files.find('oci-layout');
  if (!layout) return readDockerArchive(files);
  const version = stringAt(
    await readObject(layout, `${files.name}: oci-layout`),
    'imageLayoutVersion',
    `${files.name}: oci-layout`,
  );
  if (version !== '1.0.0') {
    throw new PackwrightError(files.name, `its layout has the version "${version}"`, 'make it with version 1.0.0');
  }
  const where = `${files.name}: index.json`;
  const index = await files.find('index.json');
  if (!index) throw new PackwrightError(files.name, 'index.json is missing', 'give a whole image layout');
  const found: ReadManifest[] = [];
  await readIndex(
    files,
    await readObject(index, where),
    { where, annotations: {}, reference: '', depth: 1, wanted },
    found,
  );
  if (found.length === 0) throw new PackwrightError(where, 'it lists no image', 'give a layout with an image');
  return found;
}

interface Above {
  where: string;
  annotations: Readonly<Record<string, string>>;
  reference: string;
  depth: number;
  wanted: string | undefined;
}

async function readIndex(files: HashedFiles, index: Members, above: Above, found: ReadManifest[]): Promise<void> {
  const { where, depth, wanted } = above;
  if (depth > DEEPEST_INDEX) throw new PackwrightError(where, 'indexes are nested too deep', 'make the image again');
  const items = listAt(index, 'manifests', where);
  if (items.length > MOST_MANIFESTS) throw new PackwrightError(where, `it lists more than ${MOST_MANIFESTS} images`);
  for (const item of items) {
    const entry = asObject(item, where);
    const own = annotationsOf(entry, where);
    const reference =
      above.reference || own['io.containerd.image.name'] || own['org.opencontainers.image.ref.name'] || '';
    const said = stringAt(objectAt(entry, 'platform', where), 'architecture', where);
    // buildx keeps what it says of an image's making as further manifests of the index.
    if (own['vnd.docker.reference.type'] !== undefined || (wanted && said !== '' && said !== wanted)) continue;
    const { slice, digest, mediaType } = await readBlob(files, entry, where);
    const at = `${files.name}: ${digest}`;
    const document = await readObject(slice, at);
    const annotations = { ...above.annotations, ...annotationsOf(document, at) };
    if (document.mediaType !== undefined && document.mediaType !== mediaType) {
      throw new PackwrightError(at, 'it is of another media type than its descriptor says', 'make the image again');
    }
    if (INDEXES.includes(mediaType)) {
      await readIndex(files, document, { where: at, annotations, reference, depth: depth + 1, wanted }, found);
    } else if (MANIFESTS.includes(mediaType)) {
      const manifest = { ...(await readManifest(files, document, digest)), annotations, reference };
      if (said !== '' && said !== manifest.architecture) {
        throw new PackwrightError(at, `the index says ${said}, its configuration ${manifest.architecture}`);
      }
      found.push(manifest);
    } else throw new PackwrightError(where, `"${mediaType}" is no media type of an image`, 'give an image layout');
  }
}

async function readManifest(
  files: HashedFiles,
  manifest: Members,
  digest: string,
): Promise<Omit<ReadManifest, 'annotations' | 'reference'>> {
  const where = `${files.name}: ${digest}`;
  if (manifest.schemaVersion !== 2) throw new PackwrightError(where, 'its schemaVersion is not 2');
  const described = await readBlob(files, objectAt(manifest, 'config', where), `${where}: config`);
  if (!CONFIGS.includes(described.mediaType)) {
    throw new PackwrightError(where, `it is no image but "${described.mediaType}"`, 'give an image layout');
  }
  const config = await readObject(described.slice, `${files.name}: ${described.digest}`);
  const items = listAt(manifest, 'layers', where);
  const diffIds = checkConfig(config, items.length, `${files.name}: ${described.digest}`);
  const layers: ReadLayer[] = [];
  for (const [i, item] of items.entries()) {
    const blob = await readBlob(files, asObject(item, where), where);
    const kind = LAYERS[blob.mediaType];
    if (!kind) throw new PackwrightError(where, `layers of type "${blob.mediaType}" cannot be read`);
    layers.push({ ...kind, slice: blob.slice, sha256: blob.digest.slice('sha256:'.length), diffId: diffIds[i]! });
  }
  return { architecture: stringAt(config, 'architecture', where), digest, config, layers };
}

/** `docker save`: manifest.json lists configurations and layers by path; only the configuration's digest is in its name. */
async function readDockerArchive(files: HashedFiles): Promise<ReadManifest[]> {
  const where = `${files.name}: manifest.json`;
  const list = await files.find('manifest.json');
  if (!list) {
    throw new PackwrightError(files.name, 'it is neither an OCI image layout nor a docker-archive', 'give an image');
  }
  const found: ReadManifest[] = [];
  const document = await readJson(list, where);
  if (!Array.isArray(document) || document.length > MOST_MANIFESTS) throw new PackwrightError(where, 'it is no list');
  for (const item of document) {
    const entry = asObject(item, where);
    const slice = await member(files, stringAt(entry, 'Config', where), where);
    const config = await readObject(slice, where);
    const paths = stringsAt(entry, 'Layers', where);
    const diffIds = checkConfig(config, paths.length, where);
    const layers: ReadLayer[] = [];
    for (const [i, path] of paths.entries()) layers.push(await readPlainLayer(files, path, diffIds[i]!, where));
    found.push({
      architecture: stringAt(config, 'architecture', where),
      digest: `sha256:${await files.digest(slice)}`,
      config,
      layers,
      annotations: {},
      reference: stringsAt(entry, 'RepoTags', where)[0] ?? '',
    });
  }
  return found;
}

async function readPlainLayer(files: HashedFiles, path: string, diffId: string, where: string): Promise<ReadLayer> {
  const slice = await member(files, path, where);
  const start = Buffer.from(await slice.source.read(slice.offset, Math.min(4, slice.size))).toString('hex');
  const suffix = start.startsWith('1f8b') ? '+gzip' : start === '28b52ffd' ? '+zstd' : '';
  return { ...LAYERS[`${OCI}.layer.v1.tar${suffix}`]!, slice, sha256: await files.digest(slice), diffId };
}

/** @returns the layers' diff_ids. */
function checkConfig(config: Members, layers: number, where: string): readonly string[] {
  const diffIds = stringsAt(objectAt(config, 'rootfs', where), 'diff_ids', where);
  if (config.os !== 'linux') throw new PackwrightError(where, 'it is not an image for Linux');
  if (layers > MOST_LAYERS) throw new PackwrightError(where, `${layers} layers are more than ${MOST_LAYERS}`);
  if (diffIds.length !== layers) {
    throw new PackwrightError(where, `it has ${layers} layers and ${diffIds.length} diff_ids`, 'make the image again');
  }
  return diffIds;
}

/** A descriptor's blob, its size and digest checked. */
async function readBlob(
  files: HashedFiles,
  descriptor: Members,
  where: string,
): Promise<{ slice: Slice; digest: string; mediaType: string }> {
  const digest = stringAt(descriptor, 'digest', where);
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (!hex) throw new PackwrightError(where, `${JSON.stringify(digest)} is no SHA-256 digest`, 'make the image again');
  const slice = await member(files, `blobs/sha256/${hex}`, where);
  if (slice.size !== descriptor.size) {
    throw new PackwrightError(where, `${digest} has ${slice.size} bytes, its descriptor says ${descriptor.size}`);
  }
  if ((await files.digest(slice)) !== hex) {
    throw new PackwrightError(files.name, `the blob ${digest} is damaged`, 'get or make the image again');
  }
  return { slice, digest, mediaType: stringAt(descriptor, 'mediaType', where) };
}

async function member(files: HashedFiles, path: string, where: string): Promise<Slice> {
  const slice = await files.find(path);
  if (slice) return slice;
  throw new PackwrightError(where, `it names ${JSON.stringify(path)}, which is missing`, 'give a whole image');
}

function annotationsOf(members: Members, where: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(objectAt(members, 'annotations', where))) {
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}
