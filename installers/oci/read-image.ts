import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, ImageBase, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { applyLayers } from './apply-layers.ts';
import { type ImageFiles, readSlice, tarFiles } from './image-files.ts';
import { isObject, listAt, type Members, objectAt, stringAt, stringsAt } from './read-json.ts';
import { type ReadManifest, readManifests } from './read-manifests.ts';

const ARCHES: Readonly<Record<string, Arch>> = { amd64: 'x64', arm64: 'arm64' };
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;

/** An image layout or a docker-archive in a tar, every digest, size and layer checked. */
export async function readImage(file: ByteSource, unpacker: Unpacker): Promise<PackageFacts> {
  const manifests = await readManifests(await tarFiles(file), unpacker);
  const trees: { arch: Arch; entries: readonly FactEntry[] }[] = [];
  for (const manifest of manifests) {
    const { entries } = await applyLayers(manifest.layers, unpacker, `${file.name}: ${manifest.architecture}`);
    trees.push({ arch: archOf(manifest, file.name), entries });
  }
  const first = manifests[0];
  if (!first) throw new PackwrightError(file.name, 'it holds no image', 'give an image');
  const { name, version } = identify(first, file.name);
  return {
    format: 'oci',
    name,
    version,
    trees,
    metadata: metadataOf(manifests),
    scripts: {},
  };
}

/** Name and version: what a digest vouches for first, then the names in the layout's index, which nothing protects. */
function identify(manifest: ReadManifest, where: string): { name: string; version: string } {
  const labels = objectAt(objectAt(manifest.config, 'config', where), 'Labels', where);
  const reference = splitReference(manifest.reference);
  return {
    name: stringAt(labels, 'io.packwright.package', where) || reference.name || where,
    version: stringAt(labels, 'org.opencontainers.image.version', where) || reference.tag,
  };
}

/**
 * One architecture's image out of a layout or docker-archive, to stand on.
 * @param files of a tar (`tarFiles`) or a folder.
 * @throws PackwrightError when there is no image for `arch`, or it is damaged.
 */
export async function readImageBase(files: ImageFiles, arch: Arch, unpacker: Unpacker): Promise<ImageBase> {
  const manifests = await readManifests(files, unpacker, ARCHITECTURES[arch]);
  const manifest = manifests.find((one) => ARCHES[one.architecture] === arch);
  if (!manifest) {
    const found = manifests.map((one) => one.architecture).join(', ') || 'others';
    throw new PackwrightError(files.name, `it has no image for ${arch}, only for ${found}`, 'give one that has');
  }
  const paths = ['/etc/passwd', '/etc/group'] as const;
  const { entries, kept } = await applyLayers(manifest.layers, unpacker, files.name, paths);
  return {
    name: manifest.reference || files.name,
    digest: manifest.digest,
    layers: manifest.layers.map(({ slice, sha256, mediaType, diffId }) => ({
      size: slice.size,
      sha256,
      mediaType,
      diffId,
      open: () => readSlice(slice),
    })),
    history: listAt(manifest.config, 'history', files.name),
    env: stringsAt(objectAt(manifest.config, 'config', files.name), 'Env', files.name),
    entries,
    passwd: kept.get(paths[0])?.toString('utf8') ?? '',
    group: kept.get(paths[1])?.toString('utf8') ?? '',
  };
}

/** Configuration and layers in the specification's words; what differs between architectures is said for each. */
function metadataOf(manifests: readonly ReadManifest[]): Record<string, string> {
  const fields = manifests.map(fieldsOf);
  const metadata: Record<string, string> = {};
  for (const name of new Set(fields.flatMap((own) => Object.keys(own)))) {
    const values = fields.map((own) => own[name]);
    if (values.every((value) => value === values[0])) metadata[name] = values[0] ?? '';
    else {
      for (const [i, value] of values.entries()) {
        if (value !== undefined) metadata[`${manifests[i]!.architecture}: ${name}`] = value;
      }
    }
  }
  return metadata;
}

function fieldsOf(manifest: ReadManifest): Record<string, string> {
  const fields: Record<string, string> = {};
  const config = manifest.config.config;
  for (const [name, value] of Object.entries(isObject(config) ? config : {})) {
    if (name === 'Labels' && isObject(value)) addAll(fields, 'Labels', value);
    else fields[name] = show(value);
  }
  fields.created = show(manifest.config.created ?? '');
  fields.digest = manifest.digest;
  fields.layers = manifest.layers
    .map((layer) => `sha256:${layer.sha256} ${layer.slice.size} ${layer.mediaType}`)
    .join(', ');
  addAll(fields, 'annotations', manifest.annotations);
  return fields;
}

function addAll(fields: Record<string, string>, prefix: string, members: Members): void {
  for (const [name, value] of Object.entries(members)) fields[`${prefix}.${name}`] = show(value);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `localhost/thing:1.0` → `thing` and `1.0`. */
function splitReference(reference: string): { name: string; tag: string } {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0 ? { name: last, tag: '' } : { name: last.slice(0, colon), tag: last.slice(colon + 1) };
}

function archOf(manifest: ReadManifest, where: string): Arch {
  const arch = ARCHES[manifest.architecture];
  if (arch) return arch;
  throw new PackwrightError(where, `it has an image for "${manifest.architecture}", which is not known here`);
}
