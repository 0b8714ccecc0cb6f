import test from 'ava';
import { bytesContent, readContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Entry } from '../../../build/model/file-tree.ts';
import type { ImageBase } from '../../../build/model/package.ts';
import type { Payload } from '../../../build/model/platform.ts';
import type { Edition, Product } from '../../../build/model/product.ts';
import { container } from '../../../platforms/container/container.ts';
import { file, SAMPLE_PRODUCT } from '../../suites/sample-package.ts';

const EDITION: Edition = {
  name: 'main',
  package: 'thing',
  title: 'Thing',
  summary: 'keeps things',
  programs: ['thingd', 'thing-cli'],
  services: ['other', 'thing'],
  imageService: 'thing',
};
const PRODUCT: Product = {
  ...SAMPLE_PRODUCT,
  editions: [EDITION],
  settings: [
    { env: 'THING_COLOUR', kind: 'string', default: 'red', help: 'colour' },
    { env: 'THING_KEY', kind: 'secret', default: 'never', help: 'key' },
    { env: 'THING_EMPTY', kind: 'string', default: '', help: 'nothing' },
    { env: 'THING_PLACE', kind: 'string', default: '{state}/place', help: 'place' },
    { env: 'THING_OTHER', kind: 'string', default: 'x', help: 'of another edition', editions: ['other'] },
  ],
  services: [
    { name: 'other', title: 'Other', program: 'otherd', start: 'boot' },
    {
      name: 'thing',
      title: 'Thing',
      program: 'thingd',
      args: ['run', '--quiet'],
      start: 'boot',
      port: 8200,
      healthPath: '/health',
      stateEnv: 'THING_HOME',
      env: { THING_LOG: '{state}/log' },
      containerEnv: { THING_LISTEN: 'any' },
      documentation: ['man:thingd(8)', 'https://example.com/docs'],
    },
  ],
};
const PAYLOAD: Payload = {
  arch: 'x64',
  files: [
    { path: 'bin/runtime', kind: 'file', executable: true, layer: 'runtime', content: bytesContent('loader') },
    { path: 'bin/thingd', kind: 'link', to: 'runtime', layer: 'runtime' },
    { path: 'app/thingd.mjs', kind: 'file', executable: false, layer: 'app', content: bytesContent('x') },
    { path: 'native/x.node', kind: 'file', executable: false, layer: 'runtime', content: bytesContent('n') },
    { path: '/opt/extra', kind: 'file', executable: false, layer: 'app', content: bytesContent('e') },
  ],
  licence: bytesContent('MIT'),
  notices: bytesContent('notices'),
  help: {},
  libraries: [{ soname: 'libc.so.6', versions: [] }],
  base: [file('/usr/lib/x86_64-linux-gnu/libc.so.6', 'libc', { layer: 'base', mode: 0o755 })],
};

function place(product: Partial<Product> = {}, edition: Partial<Edition> = {}, payload: Partial<Payload> = {}) {
  return container.place({ ...PRODUCT, ...product }, { ...EDITION, ...edition }, 'x64', { ...PAYLOAD, ...payload });
}

function at(tree: readonly Entry[], path: string): Entry | undefined {
  return tree.find((entry) => entry.path === path);
}

async function textAt(tree: readonly Entry[], path: string): Promise<string> {
  const entry = at(tree, path);
  return entry?.kind === 'file' ? (await readContent(entry.content)).toString() : '';
}

test('an image runs the service it is told to, with its arguments, as an unprivileged number', (t) => {
  const { image } = place();
  t.deepEqual(image?.entrypoint, ['/usr/lib/thing/bin/thingd', 'run', '--quiet']);
  t.deepEqual(image?.cmd, []);
  t.is(image?.user, '65532:65532');
  t.is(image?.workingDir, '/');
  t.is(image?.stopSignal, 'SIGTERM');
  t.deepEqual(image?.exposedPorts, ['8200/tcp']);
  t.deepEqual(image?.volumes, ['/data']);
});

test('the health check is the loader itself and needs no shell', (t) => {
  const { image, tree } = place();
  t.deepEqual(image?.healthcheck?.test, ['CMD', '/usr/lib/thing/bin/healthcheck', 'http://127.0.0.1:8200/health']);
  t.like(at(tree, '/usr/lib/thing/bin/healthcheck'), { kind: 'link', to: 'runtime' });
});

test('the health check follows the setting of the port', (t) => {
  const services = PRODUCT.services.map((service) => ({ ...service, portSetting: 'THING_PORT' }));
  const settings = [{ env: 'THING_PORT', kind: 'number' as const, default: '8200', help: 'port' }];
  t.deepEqual(place({ services, settings }).image?.healthcheck?.test, [
    'CMD',
    '/usr/lib/thing/bin/healthcheck',
    'http://127.0.0.1:8200/health',
    'THING_PORT',
  ]);
});

test('a service may bring a program of its own that checks its health', (t) => {
  const services = PRODUCT.services.map((service) => ({ ...service, healthCommand: ['thingd', 'health', '-q'] }));
  t.deepEqual(place({ services }).image?.healthcheck?.test, ['CMD', '/usr/lib/thing/bin/thingd', 'health', '-q']);
});

test('a service that listens to nothing has neither port nor health check', (t) => {
  const services = PRODUCT.services.map((service) => ({ ...service, listens: 'nothing' as const }));
  const { image, tree } = place({ services });
  t.deepEqual(image?.exposedPorts, []);
  t.is(image?.healthcheck, undefined);
  t.is(at(tree, '/usr/lib/thing/bin/healthcheck'), undefined);
});

test('settings become variables, secrets and empty ones do not, and the state is in the volume', (t) => {
  t.deepEqual(place().image?.env, [
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'HOME=/data/thing',
    'STATE_DIRECTORY=/data/thing',
    'THING_COLOUR=red',
    'THING_PLACE=/data/thing/place',
    'THING_LOG=/data/thing/log',
    'THING_LISTEN=any',
    'THING_HOME=/data/thing',
  ]);
});

test('an edition with a home of its own keeps its state apart, and shares the folder of the runtime', (t) => {
  const { image, tree } = place({}, { home: 'thing-agent' });
  t.true(image?.env.includes('THING_HOME=/data/thing-agent'));
  t.like(at(tree, '/usr/lib/thing/bin/runtime'), { kind: 'file', mode: 0o755, layer: 'runtime' });
});

test('names of programs are never in the layer of the runtime', (t) => {
  for (const entry of place().tree) {
    if (entry.kind === 'link') t.is(entry.layer, 'app', entry.path);
  }
});

test('commands are linked into /usr/bin, and a file with a place of its own goes there', (t) => {
  const { tree } = place();
  t.like(at(tree, '/usr/bin/thing-cli'), { kind: 'link', to: '../lib/thing/bin/thing-cli' });
  t.like(at(tree, '/opt/extra'), { kind: 'file', mode: 0o644 });
  t.like(at(tree, '/usr/lib/thing/native/x.node'), { role: 'library', layer: 'runtime' });
});

test('the volume lets any account make a folder and touch no other', (t) => {
  t.like(at(place().tree, '/data'), { kind: 'dir', mode: 0o1777, owner: undefined });
});

test('accounts are root, nobody and the product, without shells', async (t) => {
  const { tree } = place();
  t.is(
    await textAt(tree, '/etc/passwd'),
    'root:x:0:0:root:/root:/usr/sbin/nologin\n' +
      'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' +
      'thing:x:65532:65532:thing:/data/thing:/usr/sbin/nologin\n',
  );
  t.is(await textAt(tree, '/etc/group'), 'root:x:0:\nnogroup:x:65534:\nthing:x:65532:\n');
});

const BELOW: ImageBase = {
  name: 'given',
  digest: `sha256:${'0'.repeat(64)}`,
  layers: [],
  history: [],
  env: [],
  entries: [],
  passwd: 'root:x:0:0:root:/root:/bin/bash\nnonroot:x:65532:65532::/home/nonroot:/bin/sh\nthing:x:77:77::/:/bin/sh\n',
  group: 'root:x:0:\nstaff:x:50:\n',
};

test('the accounts of a given base stay, but ours has its name and number alone', async (t) => {
  const entries = [
    {
      path: '/lib/libc.so.6',
      kind: 'file' as const,
      mode: 0,
      user: '',
      group: '',
      size: 0,
      sha256: '',
      to: '',
      flags: [],
    },
  ];
  const { base: _, ...payload } = PAYLOAD;
  const placed = container.place(PRODUCT, EDITION, 'x64', { ...payload, imageBase: { ...BELOW, entries } });
  t.is(placed.imageBase?.name, 'given');
  t.is(
    await textAt(placed.tree, '/etc/passwd'),
    'root:x:0:0:root:/root:/bin/bash\nthing:x:65532:65532:thing:/data/thing:/usr/sbin/nologin\n',
  );
  t.is(await textAt(placed.tree, '/etc/group'), 'root:x:0:\nstaff:x:50:\nthing:x:65532:\n');
});

test('a library that no layer holds is named before anything is written', (t) => {
  const libraries = [...PAYLOAD.libraries, { soname: 'libatomic.so.1', versions: [] }];
  const error = t.throws(() => place({}, {}, { libraries }), { instanceOf: PackwrightError });
  t.regex(error.message, /libatomic\.so\.1/);
});

test('labels are the pre-defined keys of the image specification', (t) => {
  t.deepEqual(place().image?.labels, {
    'org.opencontainers.image.authors': 'Ann Example <ann@example.com>',
    'org.opencontainers.image.description': 'keeps things',
    'org.opencontainers.image.documentation': 'https://example.com/docs',
    'org.opencontainers.image.licenses': 'MIT',
    'org.opencontainers.image.title': 'Thing',
    'org.opencontainers.image.url': 'https://example.com/thing',
    'org.opencontainers.image.vendor': 'Things Ltd',
    'org.opencontainers.image.version': '1.2.3',
  });
});
