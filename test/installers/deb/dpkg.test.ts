import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readContent } from '../../../build/model/content.ts';
import type { Entry } from '../../../build/model/file-tree.ts';
import { isConffile } from '../../../installers/deb/control.ts';
import { deb } from '../../../installers/deb/deb.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact, seededBytes } from '../../suites/blobs.ts';
import { ODD_PATHS } from '../../suites/format.ts';
import { file, samplePackage } from '../../suites/sample-package.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const CONTROL = 'Package: other\nVersion: 1:2.0-3\nArchitecture: amd64\nMaintainer: A <a@b>\nDescription: d\n long\n';

function scratchFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'deb-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Our own package with every odd name in it, in a file. */
async function writePackage(t: ExecutionContext, method: 'xz' | 'zstd' | 'gzip' | 'none') {
  const entries = ODD_PATHS.flatMap((path, index): Entry[] => [
    file(path, `${index}\n`),
    { path: `/usr/share/odd-links/${index}`, role: 'data', kind: 'link', to: path },
  ]);
  entries.push(file('/usr/share/big', seededBytes(1, 2_000_001)), file('/usr/share/empty', ''));
  const pkg = samplePackage({ format: 'deb', version: '1.2.3-beta.2', entries });
  const row = deb.compressions.find((compression) => compression.method === method);
  const [artifact] = await deb.write(pkg, memoryBlobs, row!);
  const bytes = await readArtifact(artifact!);
  const path = join(scratchFolder(t), artifact!.name);
  writeFileSync(path, bytes);
  return { pkg, path, bytes };
}

for (const method of ['xz', 'zstd', 'gzip', 'none'] as const) {
  test(`dpkg-deb reads fields, lists and unpacks a package of ${method}`, async (t) => {
    if (!haveTool(t, 'dpkg-deb')) return;
    const { pkg, path, bytes } = await writePackage(t, method);
    const facts = await deb.read(memorySource(path, bytes), memoryUnpacker);
    t.is(runTool('dpkg-deb', ['-f', path, 'Version']).trim(), '1.2.3~beta.2');
    t.regex(runTool('dpkg-deb', ['-I', path]), /\d+ bytes, +\d+ lines +conffiles/);

    const listed = runTool('dpkg-deb', ['-c', path]).trim().split('\n').slice(1);
    const modes = listed.map((line) => line.split(/ +/).slice(0, 2).join(' '));
    t.deepEqual(
      modes,
      facts.trees[0]!.entries.map((entry) => `${showMode(entry.kind, entry.mode)} ${entry.user}/${entry.group}`),
    );

    const folder = scratchFolder(t);
    runTool('dpkg-deb', ['-x', path, folder]);
    for (const entry of pkg.placements[0]!.tree) {
      if (entry.kind === 'file')
        t.true(readFileSync(join(folder, entry.path)).equals(await readContent(entry.content)));
      if (entry.kind === 'link') t.is(readlinkSync(join(folder, entry.path)), entry.to);
    }
  });
}

test('dpkg unpacks every odd name into an empty root, by its own tar reader', async (t) => {
  if (!haveTool(t, 'dpkg')) return;
  if (process.getuid?.() !== 0) {
    t.log('not run: only root may set owners');
    t.pass();
    return;
  }
  const { pkg, path } = await writePackage(t, 'gzip');
  const [root, admin] = [scratchFolder(t), scratchFolder(t)];
  for (const name of ['info', 'updates', 'triggers']) mkdirSync(join(admin, name));
  writeFileSync(join(admin, 'status'), '');
  const folders = [`--instdir=${root}`, `--admindir=${admin}`, `--log=${join(admin, 'log')}`];
  runTool('dpkg', [...folders, '--force-depends', '--unpack', path]);
  for (const entry of pkg.placements[0]!.tree) {
    const suffix = isConffile(entry) ? '.dpkg-new' : '';
    if (entry.kind === 'link') t.is(readlinkSync(join(root, entry.path)), entry.to);
    if (entry.kind !== 'file') continue;
    const bytes = readFileSync(join(root, entry.path + suffix));
    t.true(bytes.equals(await readContent(entry.content)), entry.path);
    t.is(statSync(join(root, entry.path + suffix)).mode & 0o7777, entry.mode, entry.path);
  }
  t.regex(runTool('dpkg-query', [`--admindir=${admin}`, '-W', 'thing']), /^thing\s+1\.2\.3~beta\.2$/m);
});

/** As `ls -l` does. */
function showMode(kind: 'file' | 'dir' | 'link', mode: number): string {
  let text = { file: '-', dir: 'd', link: 'l' }[kind];
  for (let bit = 8; bit >= 0; bit--) text += (mode >> bit) & 1 ? 'rwx'[(8 - bit) % 3] : '-';
  return text;
}

for (const [method, level] of [
  ['xz', '0'],
  ['xz', '6'],
  ['gzip', '1'],
  ['gzip', '9'],
  ['zstd', '1'],
  ['zstd', '19'],
  ['none', '0'],
] as const) {
  test(`a package that dpkg-deb wrote with ${method} ${level} is read`, async (t) => {
    if (!haveTool(t, 'dpkg-deb')) return;
    const folder = scratchFolder(t);
    const root = join(folder, 'root');
    mkdirSync(join(root, 'DEBIAN'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, ODD_PATHS.at(-1)!), { recursive: true });
    writeFileSync(join(root, 'DEBIAN/control'), CONTROL);
    writeFileSync(join(root, 'DEBIAN/conffiles'), '/etc/other\n');
    writeFileSync(join(root, 'DEBIAN/postinst'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(root, 'etc/other'), 'configured\n');
    writeFileSync(join(root, ODD_PATHS[7]!), 'long\n');
    symlinkSync(ODD_PATHS[7]!, join(root, 'usr/link'));
    const path = join(folder, 'other.deb');
    runTool('dpkg-deb', ['--root-owner-group', `-Z${method}`, `-z${level}`, '-b', root, path]);
    const facts = await deb.read(memorySource(path, readFileSync(path)), memoryUnpacker);
    t.like(facts, { name: 'other', version: '1:2.0-3', scripts: { postinst: '#!/bin/sh\n' } });
    const entries = new Map(facts.trees[0]!.entries.map((entry) => [entry.path, entry]));
    t.like(entries.get('/etc/other'), { flags: ['conffile'], size: 11, user: 'root' });
    t.like(entries.get(ODD_PATHS[7]!), { size: 5, flags: [] });
    t.is(entries.get('/usr/link')?.to, ODD_PATHS[7]);
    t.is(entries.get(ODD_PATHS.at(-1)!)?.kind, 'dir');
  });
}
