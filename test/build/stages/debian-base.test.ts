import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openCache } from '../../../build/host/cache.ts';
import { getUrl } from '../../../build/host/debian/http-get.ts';
import { lockDebian } from '../../../build/host/debian/lock-debian.ts';
import { readContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Entry, FileTree } from '../../../build/model/file-tree.ts';
import type { Lock } from '../../../build/model/lock.ts';
import { APPLETS } from '../../../build/stages/base-picks.ts';
import { type BaseOptions, basePackages, baseTree } from '../../../build/stages/debian-base.ts';
import type { DebMember, DebReader } from '../../../build/stages/pick-package.ts';
import { memoryUnpacker } from '../../suites/blobs.ts';
import { startMirror } from '../host/debian/mirror.ts';

type Member = Partial<Omit<DebMember, 'data'>> & { path: string; data?: string };

const LIB = '/usr/lib/x86_64-linux-gnu';
const copyright = (name: string): Member => ({ path: `/usr/share/doc/${name}/copyright`, data: `${name} is free\n` });

/** The packages' wanted files, and what must not be taken of them. */
const MEMBERS: Readonly<Record<string, readonly Member[]>> = {
  'base-files': [
    { path: '/bin', kind: 'link', to: 'usr/bin' },
    { path: '/etc/os-release', kind: 'link', to: '../usr/lib/os-release' },
    { path: '/usr/lib/os-release', data: 'ID=debian\n' },
    { path: '/usr/share/common-licenses/GPL-3', data: 'GPL' },
    { path: '/etc/motd', data: 'no' },
    copyright('base-files'),
  ],
  'ca-certificates': [
    { path: '/usr/share/ca-certificates/mozilla/B.crt', data: 'B' },
    { path: '/usr/share/ca-certificates/mozilla/A.crt', data: 'A\n' },
    { path: '/usr/sbin/update-ca-certificates', data: 'no', mode: 0o755 },
    copyright('ca-certificates'),
  ],
  'gcc-14-base': [copyright('gcc-14-base')],
  libatomic1: [
    { path: `${LIB}/libatomic.so.1`, kind: 'link', to: 'libatomic.so.1.2.0' },
    { path: `${LIB}/libatomic.so.1.2.0`, data: 'atomic' },
    { path: '/usr/share/doc/libatomic1', kind: 'link', to: 'gcc-14-base' },
  ],
  libc6: [
    { path: `${LIB}`, kind: 'dir' },
    { path: `${LIB}/libc.so.6`, data: 'libc', mode: 0o4777 },
    { path: `${LIB}/libnsl.so.1`, data: 'no' },
    { path: `${LIB}/gconv/UTF-7.so`, data: 'no' },
    { path: `${LIB}/ld-linux-x86-64.so.2`, data: 'ld', mode: 0o755 },
    { path: '/usr/lib64/ld-linux-x86-64.so.2', kind: 'link', to: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
    copyright('libc6'),
  ],
  'libgcc-s1': [
    { path: `${LIB}/libgcc_s.so.1`, data: 'gcc' },
    { path: '/usr/share/doc/libgcc-s1', kind: 'link', to: 'gcc-14-base' },
  ],
  'libstdc++6': [
    { path: `${LIB}/libstdc++.so.6.0.33`, data: 'c++' },
    { path: '/usr/share/doc/libstdc++6', kind: 'link', to: 'gcc-14-base' },
  ],
  tzdata: [
    { path: '/usr/share/zoneinfo/Europe/Berlin', data: 'tz' },
    { path: '/usr/share/zoneinfo/Berlin', kind: 'hardlink', to: '/usr/share/zoneinfo/Europe/Berlin' },
    { path: '/usr/share/zoneinfo/localtime', kind: 'link', to: '/etc/localtime' },
    copyright('tzdata'),
  ],
  busybox: [{ path: '/usr/bin/busybox', data: 'sh', mode: 0o755 }, copyright('busybox')],
};

/** Stands in for the reader of debs, whose bytes are here the members as JSON. */
function fakeReader(): DebReader & { calls: number } {
  const read: DebReader = async (source) => {
    reader.calls += 1;
    // What MEMBERS holds, written below.
    const [name, members] = JSON.parse(Buffer.from(await source.read(0, source.size)).toString()) as [string, Member[]];
    const sums = members.filter((one) => one.data !== undefined).map((one) => `0123  ${one.path.slice(1)}\n`);
    return {
      control: `Package: ${name}\n`,
      controlFiles: new Map([['md5sums', Buffer.from(sums.join(''))]]),
      async *data() {
        for (const { data = '', ...member } of members) {
          const bytes = Buffer.from(data);
          const chunks = (async function* () {
            yield bytes;
          })();
          yield { kind: 'file', mode: 0o644, to: '', size: bytes.length, ...member, data: chunks };
        }
      },
    };
  };
  const reader = Object.assign(read, { calls: 0 });
  return reader;
}

async function prepare(t: ExecutionContext, members: Readonly<Record<string, readonly Member[]>> = MEMBERS) {
  const packages = Object.entries(members).map(([name, own]) => ({
    name,
    version: '1',
    bytes: Buffer.from(JSON.stringify([name, own])),
  }));
  const mirror = await startMirror(packages);
  const folder = await mkdtemp(join(tmpdir(), 'packwright-test-'));
  t.teardown(async () => {
    mirror.close();
    await rm(folder, { recursive: true, force: true });
  });
  const debian = await lockDebian({
    suite: 'trixie',
    packages: Object.keys(members),
    mirrors: [
      { archive: 'debian', root: mirror.root },
      { archive: 'debian-security', root: `${mirror.root}-security` },
    ],
    keyring: mirror.keyring,
    now: Date.parse('2026-11-22T00:00:00Z'),
    unpacker: memoryUnpacker,
    get: (url, maxBytes) => getUrl(url, { maxBytes, env: {} }),
  });
  const lock: Lock = { node: {}, debian };
  const readDeb = fakeReader();
  const options: BaseOptions = {
    variant: 'scratch',
    cache: await openCache(folder),
    unpacker: memoryUnpacker,
    readDeb,
    mirror: mirror.root,
  };
  return { mirror, lock, options, readDeb };
}

const at = (tree: FileTree, path: string): Entry | undefined => tree.find((entry) => entry.path === path);
async function textAt(tree: FileTree, path: string): Promise<string> {
  const entry = at(tree, path);
  return entry?.kind === 'file' ? (await readContent(entry.content)).toString() : '';
}

test('the base is the libraries, names, certificates, zones and licences, all in its own layer', async (t) => {
  const { lock, options } = await prepare(t);
  const tree = await baseTree(lock, 'x64', options);
  t.deepEqual([...new Set(tree.map((entry) => entry.layer))], ['base']);
  for (const path of [
    `${LIB}/libc.so.6`,
    '/usr/lib64/ld-linux-x86-64.so.2',
    '/etc/nsswitch.conf',
    '/usr/lib/os-release',
  ])
    t.truthy(at(tree, path), path);
  t.like(at(tree, '/bin'), { kind: 'link', to: 'usr/bin' });
  t.like(at(tree, '/tmp'), { kind: 'dir', mode: 0o1777 });
  t.is(await textAt(tree, '/usr/share/zoneinfo/Berlin'), 'tz', 'a hard link is a file of its own');
});

test('what nobody needs stays out: other libraries, tools, a link to the host’s time zone, a shell', async (t) => {
  const { lock, options } = await prepare(t);
  const paths = (await baseTree(lock, 'x64', options)).map((entry) => entry.path);
  for (const path of ['libnsl', 'gconv', 'motd', 'update-ca', 'zoneinfo/localtime', 'busybox', '/usr/bin/sh'])
    t.false(
      paths.some((one) => one.includes(path)),
      path,
    );
});

test('set-user-ID bits and writing by others are taken from whatever a package holds', async (t) => {
  const { lock, options } = await prepare(t);
  t.like(at(await baseTree(lock, 'x64', options), `${LIB}/libc.so.6`), { mode: 0o755 });
});

test('certificates are one bundle in the order of their names', async (t) => {
  const { lock, options } = await prepare(t);
  const tree = await baseTree(lock, 'x64', options);
  t.is(await textAt(tree, '/etc/ssl/certs/ca-certificates.crt'), 'A\nB\n');
  t.false(tree.some((entry) => entry.path.startsWith('/usr/share/ca-certificates')));
});

test('scanners find each package with the sums of what is here of it', async (t) => {
  const { lock, options } = await prepare(t);
  const tree = await baseTree(lock, 'x64', options);
  t.is(await textAt(tree, '/var/lib/dpkg/status.d/libc6'), 'Package: libc6\n');
  t.is(
    await textAt(tree, '/var/lib/dpkg/status.d/libc6.md5sums'),
    [`${LIB}/libc.so.6`, `${LIB}/ld-linux-x86-64.so.2`, '/usr/share/doc/libc6/copyright']
      .map((path) => `0123  ${path.slice(1)}\n`)
      .join(''),
  );
});

test('the variant with a shell has busybox and its names, none of which is a file of another package', async (t) => {
  const { lock, options } = await prepare(t);
  const tree = await baseTree(lock, 'x64', { ...options, variant: 'debian-shell' });
  t.like(at(tree, '/usr/bin/sh'), { kind: 'link', to: 'busybox' });
  t.is(new Set(APPLETS).size, APPLETS.length);
});

test('a second time nothing is fetched or unpacked, and the tree is the same', async (t) => {
  const { lock, options, readDeb, mirror } = await prepare(t);
  const digests = (tree: FileTree) =>
    tree.map((entry) => [entry.path, entry.kind === 'file' ? `${entry.content.sha256} ${entry.mode}` : '']);
  const first = await baseTree(lock, 'x64', options);
  const [asked, calls] = [mirror.asked.length, readDeb.calls];
  t.deepEqual(digests(await baseTree(lock, 'x64', { ...options, offline: true })), digests(first));
  t.deepEqual([mirror.asked.length, readDeb.calls], [asked, calls]);
});

test('a package that lost a file we need is named, with the rule', async (t) => {
  const { lock, options } = await prepare(t, { ...MEMBERS, 'libgcc-s1': MEMBERS['libgcc-s1']!.slice(1) });
  const error = await t.throwsAsync(baseTree(lock, 'x64', options), { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', /libgcc-s1 1 \(amd64\): it has no file like .*libgcc_s/);
});

test('a lock without pins, without one of them or with a strange one says to pin anew', async (t) => {
  const { lock, options } = await prepare(t);
  const pins = lock.debian!.packages.x64!;
  const withPins = (x64: typeof pins): Lock => ({ ...lock, debian: { ...lock.debian!, packages: { x64 } } });
  const refuses = (given: Lock, message: RegExp) => t.throwsAsync(baseTree(given, 'x64', options), { message });
  await refuses({ node: {} }, /no Debian packages are pinned; run "packwright lock"/);
  await refuses(withPins(pins.slice(1)), /base-files is not pinned; run "packwright lock"/);
  await refuses(withPins([{ ...pins[0]!, file: 'pool/../../etc/x.deb' }]), /its "file" is not of the right form/);
  await refuses(withPins([{ ...pins[0]!, size: -1 }]), /its "size" is not of the right form/);
});

test('every package of the table is pinned by the lock that travels along', async (t) => {
  const { readLock } = await import('../../../build/host/lock-file.ts');
  const lock = await readLock(join(import.meta.dirname, '../../..'));
  for (const arch of ['x64', 'arm64'] as const) {
    t.deepEqual(
      lock.debian?.packages[arch]?.map((pin) => pin.package),
      basePackages().sort(),
      arch,
    );
  }
});
