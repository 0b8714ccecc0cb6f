import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import type { Payload } from '../../../build/model/platform.ts';
import type { FormatName } from '../../../build/model/target.ts';
import { linux } from '../../../platforms/linux/linux.ts';
import { editionNamed, fileText, lantern, payloadOf, placeEdition } from './lantern.ts';

const FORMATS: FormatName[] = ['deb', 'rpm'];
const PLACEMENTS = FORMATS.flatMap((format) => lantern.editions.map(({ name }) => placeEdition(name, format)));

test('every file belongs to root and is writable by nobody else, and none changes the account it runs as', (t) => {
  for (const { tree } of PLACEMENTS) {
    for (const entry of tree) {
      t.is(entry.owner, undefined, entry.path);
      if (entry.kind === 'file') t.true(entry.mode === 0o644 || entry.mode === 0o755, entry.path);
      if (entry.kind === 'dir') t.is(entry.mode, entry.role === 'state' ? 0o700 : 0o755, entry.path);
    }
  }
});

test('a command is a relative link into the folder of its edition', (t) => {
  const link = placeEdition('core').tree.find(({ path }) => path === '/usr/bin/lantern-server');
  t.like(link, { kind: 'link', to: '../lib/lantern/bin/lantern-server' });
});

test('a command that other editions provide too is an alternative and not a file', (t) => {
  const { tree, lifecycle } = placeEdition('beacon');
  t.false(tree.some(({ path }) => path === '/usr/bin/lantern-cli'));
  t.like(lifecycle.alternatives[0], {
    name: 'lantern-cli',
    link: '/usr/bin/lantern-cli',
    path: '/usr/lib/lantern-agent/bin/lantern-cli',
    priority: 40,
  });
});

test('what follows an alternative lies beside its link, whose folder may be missing otherwise', (t) => {
  for (const { tree, lifecycle } of PLACEMENTS) {
    for (const { followers } of lifecycle.alternatives) {
      t.is(followers.length, 4);
      for (const { link, path } of followers) {
        t.is(link.slice(0, link.lastIndexOf('/')), path.slice(0, path.lastIndexOf('/')));
        t.true(tree.some((entry) => entry.path === path));
        t.false(tree.some((entry) => entry.path === link));
      }
    }
  }
});

test('editions that can be installed side by side share no path', (t) => {
  for (const format of FORMATS) {
    const paths = new Set(placeEdition('core', format).tree.map(({ path }) => path));
    const both = placeEdition('beacon', format).tree.filter(({ path, kind }) => kind !== 'dir' && paths.has(path));
    t.deepEqual(both, []);
  }
});

test('a package owns every folder of its own and none of the system', (t) => {
  for (const { tree } of PLACEMENTS) {
    const folders = tree.filter(({ kind }) => kind === 'dir').map(({ path }) => path);
    t.true(folders.includes('/usr/lib/lantern/bin') || folders.includes('/usr/lib/lantern-agent/bin'));
    for (const system of [
      '/usr',
      '/usr/lib',
      '/usr/bin',
      '/etc',
      '/etc/default',
      '/usr/share',
      '/usr/lib/systemd/system',
    ]) {
      t.false(folders.includes(system), system);
    }
  }
  t.true(placeEdition('desk').tree.some(({ path, kind }) => path === '/etc/lantern' && kind === 'dir'));
});

test('a package owns the folders of files placed elsewhere, up to the first that is not its own', (t) => {
  const foldersFor = (path: string, format: FormatName) => {
    const edition = editionNamed('core');
    const payload = payloadOf(edition);
    const content = bytesContent('x');
    const file = { path, kind: 'file', executable: false, layer: 'app', content } as const;
    const place = (files: Payload['files']) =>
      linux.place(lantern, edition, 'x64', { ...payload, files }, format).tree.filter(({ kind }) => kind === 'dir');
    const before = new Set(place(payload.files).map((entry) => entry.path));
    return place([...payload.files, file]).flatMap((entry) => (before.has(entry.path) ? [] : [entry.path]));
  };
  const wanted: Record<string, string[]> = {
    '/opt/tiny/a/b.txt': ['/opt/tiny', '/opt/tiny/a'],
    '/opt/tiny/conf.d/b': ['/opt/tiny', '/opt/tiny/conf.d'],
    '/opt/b': [],
    '/tiny/b': ['/tiny'],
    '/b': [],
    '/etc/opt/tiny/b': ['/etc/opt/tiny'],
    '/usr/share/tiny/b': ['/usr/share/tiny'],
    '/usr/local/lib/tiny/b': ['/usr/local/lib/tiny'],
    '/usr/local/bin/b': [],
    '/var/spool/tiny/b': ['/var/spool/tiny'],
    '/usr/lib/systemd/system/b.service': [],
    '/usr/lib/sysctl.d/b.conf': [],
    '/usr/lib/x86_64-linux-gnu/tiny/b': ['/usr/lib/x86_64-linux-gnu/tiny'],
    '/usr/share/applications/b.desktop': [],
    '/usr/share/icons/hicolor/48x48/apps/tiny-b.png': [],
    '/etc/b': [],
    '/etc/cron.d/b': [],
    '/etc/sudoers.d/b': [],
    '/etc/other/conf.d/b': [],
    '/home/tiny/b': [],
  };
  for (const [path, folders] of Object.entries(wanted)) {
    t.deepEqual(foldersFor(path, 'deb'), folders, path);
    if (!path.startsWith('/usr/share/icons')) t.deepEqual(foldersFor(path, 'rpm'), folders, path); // rpm: shared folders
  }
});

test('the edition that takes the place of another knows it by its marker', async (t) => {
  const desk = placeEdition('desk');
  t.deepEqual(placeEdition('core').lifecycle.siblings, ['/usr/lib/lantern/edition-desk']);
  t.is(await fileText(desk, '/usr/lib/lantern/edition-desk'), 'lantern 2.1.0-beta.3\n');
  t.deepEqual(desk.relations, {
    libraries: [{ soname: 'libc.so.6', versions: ['GLIBC_2.28'] }],
    replaces: ['lantern-core'],
    conflicts: ['old-lantern'],
    depends: ['ca-certificates'],
  });
});

test('an edition with an unknown program, service or replaced edition is refused by name', (t) => {
  const broken = (part: object) => ({ ...lantern, editions: [{ ...lantern.editions[0]!, ...part }] });
  t.throws(() => placeEdition('desk', 'deb', broken({ programs: ['lamp'] })), {
    message: /edition desk: programs: there is no "lamp"/,
  });
  t.throws(() => placeEdition('desk', 'deb', broken({ services: ['lamp'] })), {
    message: /services: there is no "lamp"/,
  });
  t.throws(() => placeEdition('desk', 'deb', broken({ replaces: ['lamp'] })), {
    message: /replaces: there is no "lamp"/,
  });
  t.throws(() => placeEdition('desk', 'deb', broken({ programs: ['lantern'], replaces: [] })), {
    message: /runs "lantern-server"/,
  });
  t.throws(() => placeEdition('desk', 'oci'), { message: /no package of a Linux distribution/ });
});
