import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Unpacker } from '../../../build/model/format.ts';
import { type TarItem, tarParts } from '../../../installers/archives/tar.ts';
import { oci, readImageBase, tarFiles } from '../../../installers/oci/oci.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact } from '../../suites/blobs.ts';
import { samplePackage } from '../../suites/sample-package.ts';

/** Made by hand, so that nothing of the writer is in it. */
interface Given {
  layers: Buffer[];
  layerType: string;
  config: Record<string, unknown>;
  manifest: Record<string, unknown>;
  index: Record<string, unknown>;
  descriptor: Record<string, unknown>;
  layout: unknown;
  leaveOut: (path: string) => boolean;
  replace: Record<string, string>;
}

type Item = Partial<TarItem> & { name: string; data?: string };

async function makeTar(items: readonly Item[]): Promise<Buffer> {
  const whole = items.map(
    ({ data, ...item }): TarItem => ({
      kind: 'file',
      mode: item.kind === 'dir' ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      user: '',
      group: '',
      ...item,
      ...(data === undefined ? {} : { content: bytesContent(data) }),
    }),
  );
  const chunks: Uint8Array[] = [];
  for (const part of tarParts(whole, { style: 'pax', mtime: 0, where: 'given' })) {
    if (part instanceof Uint8Array) chunks.push(part);
    else for await (const chunk of part.open()) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const TYPE = 'application/vnd.oci.image';

async function makeImage(given: Partial<Given> = {}): Promise<Buffer> {
  const layers = given.layers ?? [
    await makeTar([
      { name: 'etc', kind: 'dir' },
      { name: 'etc/x', data: 'x' },
    ]),
  ];
  const files = new Map<string, Buffer>();
  const put = (bytes: Buffer, mediaType: string) => {
    files.set(`blobs/sha256/${sha256(bytes)}`, bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const document = (value: unknown) => Buffer.from(JSON.stringify(value));
  const config = {
    os: 'linux',
    architecture: 'amd64',
    config: { Labels: { 'org.opencontainers.image.version': '7' } },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    ...given.config,
  };
  const type = given.layerType ?? `${TYPE}.layer.v1.tar+gzip`;
  const manifest = {
    schemaVersion: 2,
    mediaType: `${TYPE}.manifest.v1+json`,
    config: put(document(config), `${TYPE}.config.v1+json`),
    layers: layers.map((layer) => put(type.endsWith('gzip') ? gzipSync(layer) : layer, type)),
    ...given.manifest,
  };
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        ...put(document(manifest), `${TYPE}.manifest.v1+json`),
        annotations: { 'org.opencontainers.image.ref.name': 'example.com/some/thing:7' },
        ...given.descriptor,
      },
    ],
    ...given.index,
  };
  files.set('index.json', document(index));
  if (given.layout !== null) files.set('oci-layout', document(given.layout ?? { imageLayoutVersion: '1.0.0' }));
  const items = [...files]
    .filter(([path]) => !given.leaveOut?.(path))
    .map(([name, bytes]) => ({ name, data: given.replace?.[name] ?? bytes.toString('latin1') }));
  // As latin1 text and back, so that binary data fits the same list.
  return makeTar(items.map(({ name, data }) => ({ name, content: bytesContent(Buffer.from(data, 'latin1')) })));
}

const read = (bytes: Buffer) => oci.read(memorySource('given', bytes), memoryUnpacker);

async function refuses(t: ExecutionContext, image: Promise<Buffer>, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(read(await image), { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', message);
}

test('an image of another tool is read, with its name and version', async (t) => {
  const facts = await read(await makeImage());
  t.is(facts.name, 'thing');
  t.is(facts.version, '7');
  t.deepEqual(
    facts.trees[0]!.entries.map((entry) => entry.path),
    ['/etc', '/etc/x'],
  );
});

test('an image of another tool with a nested index, attestations and Docker media types is read', async (t) => {
  const plain = await makeImage({ layerType: 'application/vnd.docker.image.rootfs.diff.tar' });
  t.is((await read(plain)).trees.length, 1);
  await refuses(
    t,
    makeImage({ descriptor: { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } } }),
    /lists no image/,
  );
});

test('whiteouts hide what is below, and only that', async (t) => {
  const layers = [
    await makeTar([
      { name: 'a', kind: 'dir' },
      { name: 'a/one', data: '1' },
      { name: 'a/two', data: '2' },
      { name: 'b', kind: 'dir' },
      { name: 'b/sub', kind: 'dir' },
      { name: 'b/sub/deep', data: '3' },
      { name: 'c', data: '4' },
    ]),
    await makeTar([
      { name: 'a/.wh.one', data: '' },
      { name: 'a/three', data: '5' },
      { name: 'b/new', data: '6' },
      { name: 'b/.wh..wh..opq', data: '' },
      { name: '.wh.c', data: '' },
      { name: 'c', kind: 'dir' },
    ]),
  ];
  const [tree] = (await read(await makeImage({ layers }))).trees;
  t.deepEqual(
    tree!.entries.map((entry) => `${entry.kind} ${entry.path}`),
    ['dir /a', 'file /a/three', 'file /a/two', 'dir /b', 'file /b/new', 'dir /c'],
  );
});

test('a file in the place of a folder takes all of it, a folder over a folder leaves what is in it', async (t) => {
  const layers = [
    await makeTar([
      { name: 'a', kind: 'dir' },
      { name: 'a/x', data: '1' },
      { name: 'b', kind: 'dir' },
      { name: 'b/x', data: '1' },
    ]),
    await makeTar([
      { name: 'a', data: 'now a file' },
      { name: 'b', kind: 'dir', mode: 0o700 },
    ]),
  ];
  const [tree] = (await read(await makeImage({ layers }))).trees;
  t.deepEqual(
    tree!.entries.map((entry) => `${entry.kind} ${entry.path} ${entry.mode.toString(8)}`),
    ['file /a 644', 'dir /b 700', 'file /b/x 644'],
  );
});

test('what goes through a link of a lower layer lands where the link leads, never outside', async (t) => {
  const layers = [
    await makeTar([
      { name: 'usr', kind: 'dir' },
      { name: 'usr/bin', kind: 'dir' },
      { name: 'bin', kind: 'link', to: 'usr/bin' },
      { name: 'out', kind: 'link', to: '../../../usr/../usr' },
      { name: 'abs', kind: 'link', to: '/usr/bin' },
    ]),
    await makeTar([
      { name: 'bin/one', data: '1' },
      { name: 'out/two', data: '2' },
      { name: 'abs/three', data: '3' },
      { name: 'abs/four', kind: 'hardlink', to: 'bin/one' },
    ]),
  ];
  const [tree] = (await read(await makeImage({ layers }))).trees;
  t.deepEqual(
    tree!.entries.filter((entry) => entry.kind === 'file').map((entry) => entry.path),
    ['/usr/bin/four', '/usr/bin/one', '/usr/bin/three', '/usr/two'],
  );
});

test('names that leave the root, loops of links and senseless whiteouts are refused', async (t) => {
  const image = async (items: Item[]) => makeImage({ layers: [await makeTar(items)] });
  await refuses(t, image([{ name: '../etc/passwd', data: 'x' }]), /leaves the archive's root/);
  await refuses(t, image([{ name: 'a/.wh...', data: '' }]), /hides nothing/);
  await refuses(t, image([{ name: 'a/.wh.', data: '' }]), /hides nothing/);
  await refuses(
    t,
    image([
      { name: 'x', kind: 'link', to: 'y' },
      { name: 'y', kind: 'link', to: 'x' },
      { name: 'x/f', data: '1' },
    ]),
    /loop of links/,
  );
  await refuses(t, image([{ name: 'h', kind: 'hardlink', to: 'nothing' }]), /which is not there/);
});

test('a blob that is damaged, missing or of another size is named', async (t) => {
  const [layer] = [await makeTar([{ name: 'x', data: 'x' }])];
  const blob = `blobs/sha256/${sha256(layer!)}`;
  const given = { layers: [layer!], layerType: `${TYPE}.layer.v1.tar` };
  const other = (await makeTar([{ name: 'x', data: 'y' }])).toString('latin1');
  await refuses(t, makeImage({ ...given, replace: { [blob]: other } }), /is damaged/);
  await refuses(t, makeImage({ ...given, leaveOut: (path) => path === blob }), /is missing/);
  await refuses(t, makeImage({ ...given, replace: { [blob]: 'short' } }), /has 5 bytes, its descriptor says/);
  await refuses(t, makeImage({ leaveOut: (path) => path === 'index.json' }), /index\.json is missing/);
});

test('a layer that is not the one its configuration names is refused', async (t) => {
  const diffIds = { rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } };
  await refuses(t, makeImage({ config: diffIds }), /not those that the configuration names/);
  await refuses(t, makeImage({ config: { rootfs: { diff_ids: [] } } }), /1 layers and 0 diff_ids/);
});

test('what is no image of ours to read gives one clear error', async (t) => {
  await refuses(t, makeImage({ config: { os: 'windows' } }), /not an image for Linux/);
  await refuses(t, makeImage({ config: { architecture: 's390x' } }), /"s390x", which is not known/);
  await refuses(t, makeImage({ layout: { imageLayoutVersion: '2.0.0' } }), /version "2\.0\.0"/);
  await refuses(t, makeImage({ layout: null }), /neither an OCI image layout nor a docker-archive/);
  await refuses(t, makeImage({ layerType: 'application/x-ostree' }), /cannot be read/);
  await refuses(t, makeImage({ manifest: { schemaVersion: 1 } }), /schemaVersion/);
  await refuses(t, makeImage({ index: { manifests: 'none' } }), /is not a list/);
  await refuses(t, makeImage({ index: { manifests: [] } }), /lists no image/);
  await refuses(t, makeImage({ index: { manifests: [7] } }), /no JSON object/);
  await refuses(t, makeImage({ descriptor: { digest: '../../etc/passwd' } }), /no SHA-256 digest/);
  await refuses(t, makeImage({ descriptor: { mediaType: 'text/plain' } }), /another media type|no media type/);
  await refuses(t, makeImage({ descriptor: { platform: { architecture: 'arm64' } } }), /the index says arm64/);
  await refuses(t, makeImage({ replace: { 'index.json': '{"manifests":' } }), /is not JSON/);
  await refuses(t, makeImage({ replace: { 'index.json': ' '.repeat((4 << 20) + 1) } }), /too long for a document/);
});

test('a layer that was read before is not unpacked again, unless its digest or its diff_id is another', async (t) => {
  const kept = new Map<string, string>();
  let unpacked = 0;
  const unpacker: Unpacker = {
    ...memoryUnpacker,
    unpack(...stretch) {
      unpacked += 1;
      return memoryUnpacker.unpack(...stretch);
    },
    notes: {
      read: async (key) => kept.get(key),
      write: async (key, text) => void kept.set(key, text),
    },
  };
  const readNoting = (bytes: Buffer) => oci.read(memorySource('given', bytes), unpacker);
  const image = await makeImage();
  const first = await readNoting(image);
  t.deepEqual(await readNoting(image), first);
  t.is(unpacked, 1);
  const wrong = { rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } };
  await t.throwsAsync(readNoting(await makeImage({ config: wrong })), {
    message: /not those that the configuration names/,
  });
  await readNoting(await makeImage({ layers: [await makeTar([{ name: 'other', data: 'y' }])] }));
  t.is(unpacked, 3);
  t.is(kept.size, 2, 'what was refused is not noted');
});

test('an image is found in a layout to build on, with its accounts, and others in the index may be missing', async (t) => {
  const layer = await makeTar([
    { name: 'etc', kind: 'dir' },
    { name: 'etc/passwd', data: 'root:x:0:0::/:/bin/sh\n' },
  ]);
  const image = await makeImage({
    layers: [layer],
    config: { config: { Env: ['A=b'] }, history: [{ created_by: 'them' }] },
  });
  const base = await readImageBase(await tarFiles(memorySource('given', image)), 'x64', memoryUnpacker);
  t.is(base.passwd, 'root:x:0:0::/:/bin/sh\n');
  t.deepEqual(base.env, ['A=b']);
  t.deepEqual(base.history, [{ created_by: 'them' }]);
  t.is(base.layers[0]!.diffId, `sha256:${sha256(layer)}`);
  await t.throwsAsync(readImageBase(await tarFiles(memorySource('given', image)), 'arm64', memoryUnpacker), {
    message: /no image for arm64, only for amd64/,
  });
});

test('an image on a given base has its layers, history and variables below ours', async (t) => {
  const layer = await makeTar([
    { name: 'etc', kind: 'dir', mode: 0o700 },
    { name: 'etc/theirs', data: 'x' },
  ]);
  const image = await makeImage({
    layers: [layer],
    config: { config: { Env: ['A=b', 'PATH=/theirs'] }, history: [{ created_by: 'them' }] },
  });
  const imageBase = await readImageBase(await tarFiles(memorySource('given', image)), 'x64', memoryUnpacker);
  const pkg = samplePackage({ format: 'oci', placement: { imageBase } });
  const [artifact] = await oci.write(pkg, memoryBlobs, { method: 'gzip', level: 6 });
  const facts = await read(await readArtifact(artifact!));
  const entries = new Map(facts.trees[0]!.entries.map((entry) => [entry.path, entry]));
  t.true(entries.has('/etc/theirs'));
  t.true(entries.has('/usr/bin/thing'));
  t.is(entries.get('/etc')!.mode, 0o700, 'a folder of theirs stays as it is');
  t.is(facts.metadata.Env, '["A=b","PATH=/usr/bin"]');
  t.is(facts.metadata['Labels.org.opencontainers.image.base.name'], 'example.com/some/thing:7');
  t.is(facts.metadata['Labels.org.opencontainers.image.base.digest'], imageBase.digest);
  t.is(facts.metadata.layers!.split(', ').length, 3);
});
