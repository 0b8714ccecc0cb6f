import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { wixOf } from './wix-source.ts';
import { manifestFirst, run, type Workspace } from './workspace.ts';

/** What the peers pack: the very trees of our own packages, taken out by the formats' own tools. */
export interface Payloads {
  /** A tree with DEBIAN/ in it. */
  deb(arch: string): Promise<string>;
  /** A tree and the spec that packs it. */
  rpm(arch: string): Promise<{ tree: string; spec: string }>;
  /** A source for wixl, and beside it the files that it names; x64. */
  msi(): Promise<string>;
  /** A root file system, and an OCI layout of it with one layer that is not compressed. */
  image(arch: string): Promise<{ root: string; layout: string }>;
}

export function openPayloads(space: Workspace): Payloads {
  const made = new Map<string, Promise<unknown>>();
  /** The key names the type: each is asked for by one method alone. */
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const found = made.get(key) ?? make();
    made.set(key, found);
    return found as Promise<T>; // `make` of this key always gives a T
  };

  /** Our package of a target, in quick compression: only its files matter here. */
  async function build(target: string, args: readonly string[] = []): Promise<string> {
    const out = await space.fresh(`payload-${target}`);
    const cache = path.join(space.scratch, 'payload-cache');
    const { argv, env } = space.ours(
      manifestFirst([target, '--fast', ...args, '--out', out, '--cache', cache], 'build'),
    );
    run(argv, space.scratch, env);
    const file = (await readdir(out)).find((name) => /\.(deb|rpm|msi|oci\.tar)$/.test(name));
    if (!file) throw new Error(`no package of ${target} in ${out}`);
    return path.join(out, file);
  }

  return {
    deb: (arch) =>
      once(`deb ${arch}`, async () => {
        const tree = path.join(space.scratch, `deb-${arch}`);
        run(['dpkg-deb', '-R', await build(`linux-${arch}-cli.deb`), tree]);
        return tree;
      }),
    rpm: (arch) =>
      once(`rpm ${arch}`, async () => {
        const file = await build(`linux-${arch}-cli.rpm`);
        const tree = await space.fresh(`rpm-${arch}`);
        run(['sh', '-c', `rpm2cpio '${file}' | cpio --quiet -idm`], tree);
        const paths = run(['find', '.', '(', '-type', 'f', '-o', '-type', 'l', ')', '-printf', '/%P\n'], tree);
        const spec = `${tree}.spec`;
        await writeFile(spec, specOf(paths));
        return { tree, spec };
      }),
    msi: () =>
      once('msi', async () => {
        const tree = await space.fresh('msi-x64');
        run(['msiextract', '-C', tree, await build('windows-x64-cli.msi')]);
        const source = `${tree}.wxs`;
        await writeFile(source, await wixOf(tree));
        return source;
      }),
    image: (arch) =>
      once(`image ${arch}`, async () => {
        const file = await build('docker-all-cli.oci', ['--manifest', `test/bench/product-${arch}.ts`]);
        const root = await space.fresh(`root-${arch}`);
        const layout = await space.fresh(`layout-${arch}`);
        const packed = await space.fresh(`packed-${arch}`);
        run(['tar', '-xf', file], packed);
        for (const layer of layersOf(packed)) run(['tar', '-xpf', layer, '-C', root]);
        await makeLayout(root, layout, arch);
        return { root, layout };
      }),
  };
}

/** Files alone: nothing is built, stripped, looked into or generated. */
function specOf(paths: string): string {
  return [
    '%global __os_install_post %{nil}',
    '%global debug_package %{nil}',
    '%global _build_id_links none',
    '%global _missing_build_ids_terminate_build 0',
    '%global _unpackaged_files_terminate_build 0',
    'Name: bench',
    'Version: 1',
    'Release: 1',
    'Summary: Same files',
    'License: MIT',
    'AutoReqProv: no',
    '%description',
    'Same files.',
    '%install',
    'mkdir -p %{buildroot}',
    'cp -al %{tree}/. %{buildroot}/',
    '%files',
    paths,
  ].join('\n');
}

/** Blobs of the first manifest's layers (OCI image layout 1.1). */
function layersOf(folder: string): string[] {
  const blob = (digest: string) => path.join(folder, 'blobs', digest.replace(':', '/'));
  const json = (file: string): { manifests?: { digest: string }[]; layers?: { digest: string }[] } =>
    JSON.parse(run(['cat', file]));
  let found = json(path.join(folder, 'index.json'));
  while (found.manifests) found = json(blob(found.manifests[0]!.digest));
  return (found.layers ?? []).map((layer) => blob(layer.digest));
}

async function makeLayout(root: string, layout: string, arch: string): Promise<void> {
  const blobs = path.join(layout, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const put = async (file: string, mediaType: string) => {
    const digest = run(['sha256sum', file]).slice(0, 64);
    const size = Number(run(['stat', '-c', '%s', file]));
    run(['mv', file, path.join(blobs, digest)]);
    return { mediaType, digest: `sha256:${digest}`, size };
  };
  const putJson = async (value: unknown, mediaType: string) => {
    const file = path.join(layout, 'value.json');
    await writeFile(file, JSON.stringify(value));
    return put(file, mediaType);
  };
  const kind = 'application/vnd.oci.image';
  const tar = path.join(layout, 'layer.tar');
  run(['tar', '--sort=name', '-cf', tar, '-C', root, '.']);
  const layer = await put(tar, `${kind}.layer.v1.tar`);
  const image = {
    architecture: arch === 'x64' ? 'amd64' : arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const config = await putJson(image, `${kind}.config.v1+json`);
  const mediaType = `${kind}.manifest.v1+json`;
  const manifest = await putJson({ schemaVersion: 2, mediaType, config, layers: [layer] }, mediaType);
  const named = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'bench' } };
  await writeFile(path.join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(path.join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}
