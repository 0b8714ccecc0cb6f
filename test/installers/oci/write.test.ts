import test from 'ava';
import type { Artifact, Compression } from '../../../build/model/format.ts';
import type { Package } from '../../../build/model/package.ts';
import { readTar, type TarEntry } from '../../../installers/archives/tar.ts';
import { oci, writeDockerArchive, writeLayoutFolder } from '../../../installers/oci/oci.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact } from '../../suites/blobs.ts';
import { file, samplePackage } from '../../suites/sample-package.ts';

const GZIP: Compression = { method: 'gzip', level: 6 };
const BASE = [
  file('/usr/lib/x86_64-linux-gnu/libc.so.6', 'libc', { layer: 'base' }),
  { path: '/tmp', role: 'data', kind: 'dir', mode: 0o1777, layer: 'base' } as const,
];

function sample(version = '1.2.3', more: Parameters<typeof samplePackage>[0]['entries'] = []): Package {
  return samplePackage({ format: 'oci', arches: ['x64', 'arm64'], version, entries: [...BASE, ...more] });
}

async function filesOf(artifact: Artifact): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const source = memorySource('out', await readArtifact(artifact));
  for await (const entry of readTar(memoryUnpacker.unpack(source, 0, source.size, 'none'), 'out')) {
    if (entry.kind !== 'file') continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.data) chunks.push(Buffer.from(chunk));
    files.set(entry.path.slice(1), Buffer.concat(chunks));
  }
  return files;
}

async function writeTar(pkg: Package, compression = GZIP): Promise<Map<string, Buffer>> {
  const [artifact] = await oci.write(pkg, memoryBlobs, compression);
  return filesOf(artifact!);
}

// Documents of our own making: their members are what the writer put there, which the assertions look at.
function json(files: ReadonlyMap<string, Buffer>, path: string) {
  return JSON.parse(files.get(path)!.toString());
}

function blob(files: ReadonlyMap<string, Buffer>, digest: string) {
  return json(files, `blobs/sha256/${digest.slice('sha256:'.length)}`);
}

function manifestsOf(files: ReadonlyMap<string, Buffer>) {
  const index = blob(files, json(files, 'index.json').manifests[0].digest);
  return index.manifests.map((one: { digest: string }) => blob(files, one.digest));
}

async function layersOf(pkg: Package): Promise<{ digest: string; entries: TarEntry[] }[]> {
  const files = await writeTar(pkg);
  const layers: { digest: string; entries: TarEntry[] }[] = [];
  for (const { digest } of manifestsOf(files)[0].layers) {
    const source = memorySource(digest, files.get(`blobs/sha256/${digest.slice(7)}`)!);
    const entries: TarEntry[] = [];
    for await (const entry of readTar(memoryUnpacker.unpack(source, 0, source.size, 'gzip'), digest))
      entries.push(entry);
    layers.push({ digest, entries });
  }
  return layers;
}

test('a layout says how to read it first, then holds each blob once, under its own digest', async (t) => {
  const paths = [...(await writeTar(sample())).keys()];
  t.deepEqual(paths.slice(0, 3), ['oci-layout', 'index.json', 'manifest.json']);
  t.is(new Set(paths).size, paths.length);
  for (const path of paths.slice(3)) t.regex(path, /^blobs\/sha256\/[0-9a-f]{64}$/);
});

test('index.json has one image index with the tag and the full name of the image', async (t) => {
  const files = await writeTar(sample('1.2.3+5'));
  t.deepEqual(json(files, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  const { manifests } = json(files, 'index.json');
  t.is(manifests.length, 1);
  t.is(manifests[0].mediaType, 'application/vnd.oci.image.index.v1+json');
  t.deepEqual(manifests[0].annotations, {
    'io.containerd.image.name': 'localhost/thing:1.2.3_5',
    'org.opencontainers.image.ref.name': '1.2.3_5',
  });
  const index = blob(files, manifests[0].digest);
  t.deepEqual(
    index.manifests.map((one: { platform: unknown }) => one.platform),
    [
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux' },
    ],
  );
  t.is(index.annotations['org.opencontainers.image.version'], '1.2.3+5');
});

test('the configuration is what config.md wants, golden', async (t) => {
  const files = await writeTar(sample());
  const [manifest] = manifestsOf(files);
  const config = blob(files, manifest.config.digest);
  t.is(config.rootfs.diff_ids.length, 3);
  t.deepEqual(
    { ...config, rootfs: { ...config.rootfs, diff_ids: [] } },
    {
      architecture: 'amd64',
      author: 'Ann Example <ann@example.com>',
      config: {
        Entrypoint: ['/usr/bin/thing'],
        Env: ['PATH=/usr/bin'],
        ExposedPorts: { '8200/tcp': {} },
        Labels: {
          'io.packwright.package': 'thing',
          'org.opencontainers.image.created': '2023-11-14T22:13:21Z',
          'org.opencontainers.image.title': 'Thing',
          'org.opencontainers.image.version': '1.2.3',
        },
        StopSignal: 'SIGTERM',
        User: '1000:0',
        Volumes: { '/data': {} },
        WorkingDir: '/',
      },
      created: '2023-11-14T22:13:21Z',
      history: [
        { created: '2023-11-14T22:13:21Z', created_by: 'packwright: base' },
        { created: '2023-11-14T22:13:21Z', created_by: 'packwright: runtime' },
        { created: '2023-11-14T22:13:21Z', created_by: 'packwright: app' },
      ],
      os: 'linux',
      rootfs: { diff_ids: [], type: 'layers' },
    },
  );
});

test('a health check is said in nanoseconds', async (t) => {
  const pkg = sample();
  const placements = pkg.placements.map((placement) => ({
    ...placement,
    image: {
      ...placement.image!,
      healthcheck: { test: ['CMD', '/x'], intervalSeconds: 30, timeoutSeconds: 10, startSeconds: 5, retries: 3 },
    },
  }));
  const files = await writeTar({ ...pkg, placements });
  t.deepEqual(blob(files, manifestsOf(files)[0].config.digest).config.Healthcheck, {
    Interval: 30e9,
    Retries: 3,
    StartPeriod: 5e9,
    Test: ['CMD', '/x'],
    Timeout: 10e9,
  });
});

test('a folder is in the lowest layer that has something in it, and in no other', async (t) => {
  const layers = await layersOf(sample());
  const where = new Map<string, number[]>();
  for (const [i, layer] of layers.entries()) {
    for (const { path, kind } of layer.entries) if (kind === 'dir') where.set(path, [...(where.get(path) ?? []), i]);
  }
  t.deepEqual(where.get('/usr/lib'), [0]);
  t.deepEqual(where.get('/usr/lib/thing'), [1], 'declared in the layer app, needed in the layer runtime');
  t.deepEqual(where.get('/usr/bin'), [2]);
  for (const [path, at] of where) t.is(at.length, 1, path);
});

test('a folder that is declared keeps its mode in whichever layer it ends up', async (t) => {
  const layers = await layersOf(sample());
  const modes = Object.fromEntries(layers.flatMap((layer) => layer.entries).map((entry) => [entry.path, entry.mode]));
  t.is(modes['/tmp'], 0o1777);
  t.is(modes['/etc/thing'], 0o750);
  t.is(modes['/usr'], 0o755);
});

test('a folder that only a higher layer declares has its mode already in the lower one that needs it', async (t) => {
  const folder = { path: '/usr/lib/thing', role: 'program', kind: 'dir', mode: 0o711 } as const;
  const [, runtime] = await layersOf(sample('1.2.3', [folder]));
  t.is(runtime!.entries.find((entry) => entry.path === '/usr/lib/thing')?.mode, 0o711);
});

test('layers below the application are the same in every version, and have no time', async (t) => {
  const [one, two] = [await layersOf(sample('1.2.3')), await layersOf({ ...sample('2.0.0'), epoch: 1_800_000_000 })];
  t.deepEqual(
    one.slice(0, 2).map((layer) => layer.digest),
    two.slice(0, 2).map((layer) => layer.digest),
  );
  t.not(one[2]!.digest, two[2]!.digest);
  t.deepEqual([...new Set(one[1]!.entries.map((entry) => entry.mtime))], [0]);
  t.deepEqual([...new Set(two[2]!.entries.map((entry) => entry.mtime))], [1_800_000_000]);
});

test('no layer is empty', async (t) => {
  const layers = await layersOf(samplePackage({ format: 'oci', arches: ['x64'] }));
  t.is(layers.length, 2);
});

test('layers carry the media type of their compression', async (t) => {
  for (const [method, suffix] of [
    ['gzip', '+gzip'],
    ['zstd', '+zstd'],
    ['none', ''],
  ] as const) {
    const files = await writeTar(sample(), { method, level: 3 });
    const types = manifestsOf(files)[0].layers.map((layer: { mediaType: string }) => layer.mediaType);
    t.deepEqual([...new Set(types)], [`application/vnd.oci.image.layer.v1.tar${suffix}`]);
  }
});

test('engines that know no index find each architecture in manifest.json, with its own tag', async (t) => {
  const files = await writeTar(sample());
  const loads = json(files, 'manifest.json');
  t.deepEqual(
    loads.map((one: { RepoTags: string[] }) => one.RepoTags[0]),
    ['localhost/thing:1.2.3-amd64', 'localhost/thing:1.2.3-arm64'],
  );
  for (const { Config, Layers } of loads) for (const path of [Config, ...Layers]) t.true(files.has(path), path);
});

test('the layout as a folder has the same files as the tar', async (t) => {
  const tar = await writeTar(sample());
  const folder = await writeLayoutFolder(sample(), memoryBlobs, GZIP);
  t.deepEqual(
    folder.map((one) => one.name),
    [...tar.keys()].map((path) => `thing-1.2.3.oci/${path}`),
  );
  for (const one of folder) {
    const bytes = await readArtifact(one);
    t.is(bytes.length, one.size);
    t.true(bytes.equals(tar.get(one.name.slice('thing-1.2.3.oci/'.length))!), one.name);
  }
});

test('a docker-archive is one architecture with the plain tag, and reads back', async (t) => {
  const archives = await writeDockerArchive(sample(), memoryBlobs, GZIP);
  t.deepEqual(
    archives.map((one) => one.name),
    ['thing-1.2.3-amd64.docker.tar', 'thing-1.2.3-arm64.docker.tar'],
  );
  const [load] = json(await filesOf(archives[1]!), 'manifest.json');
  t.deepEqual(load.RepoTags, ['thing:1.2.3']);
  t.is(load.Layers.length, 3);
  const facts = await oci.read(memorySource('d', await readArtifact(archives[1]!)), memoryUnpacker);
  t.is(facts.name, 'thing');
  t.is(facts.version, '1.2.3');
  t.deepEqual(
    facts.trees.map((tree) => tree.arch),
    ['arm64'],
  );
});

test('a docker-archive with zstd layers is refused: it is for engines that cannot read them', async (t) => {
  const error = t.throwsAsync(writeDockerArchive(sample(), memoryBlobs, { method: 'zstd', level: 3 }));
  t.regex((await error)?.message ?? '', /choose gzip/);
});

test('documents have their members in order and no white space', async (t) => {
  const files = await writeTar(sample());
  for (const [path, bytes] of files) {
    if (bytes[0] !== 0x7b) continue;
    const text = bytes.toString();
    t.is(text, JSON.stringify(sorted(JSON.parse(text))), path);
  }
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

test('a placement without a run configuration is refused', async (t) => {
  const pkg = sample();
  const placements = pkg.placements.map(({ image: _, ...placement }) => placement);
  await t.throwsAsync(oci.write({ ...pkg, placements }, memoryBlobs, GZIP), { message: /no run configuration/ });
});
