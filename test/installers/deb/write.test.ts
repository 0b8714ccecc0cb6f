import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import type { Entry } from '../../../build/model/file-tree.ts';
import type { Blobs, CompressOptions, Part } from '../../../build/model/format.ts';
import { deb, readDebFiles } from '../../../installers/deb/deb.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact } from '../../suites/blobs.ts';
import { ODD_PATHS } from '../../suites/format.ts';
import { file, type Sample, samplePackage } from '../../suites/sample-package.ts';

const STORED = { method: 'none', level: 0 } as const;

async function open(sample: Partial<Sample>) {
  const [artifact] = await deb.write(samplePackage({ format: 'deb', ...sample }), memoryBlobs, STORED);
  return readDebFiles(memorySource('x.deb', await readArtifact(artifact!)), memoryUnpacker);
}

test('Installed-Size counts every file and link in whole KiB and every folder as one', async (t) => {
  const size = async (entries: readonly Entry[]) => Number((await open({ entries })).fields['Installed-Size']);
  const before = await size([]);
  const grown = await size([
    file('/usr/share/x/0', ''),
    file('/usr/share/x/1', '1'),
    file('/usr/share/x/1024', 'x'.repeat(1024)),
    file('/usr/share/x/1025', 'x'.repeat(1025)),
    { path: '/usr/share/x/link', kind: 'link', to: '1', role: 'data' },
  ]);
  t.is(grown - before, 1 + 0 + 1 + 1 + 2 + 1);
});

test('md5sums lists every file but the conffiles, in order', async (t) => {
  const { controlFiles } = await open({ entries: [file('/usr/share/a b', 'text')] });
  const lines = controlFiles.get('md5sums')!.toString().split('\n').slice(0, -1);
  const paths = lines.map((line) => line.slice(34));
  t.deepEqual(paths, paths.toSorted());
  t.true(lines.includes(`${createHash('md5').update('text').digest('hex')}  usr/share/a b`));
  t.false(paths.some((path) => path.startsWith('etc/')));
  t.is(controlFiles.get('conffiles')?.toString(), '/etc/default/thing\n/etc/thing/private.conf\n');
});

test('zstd streams are asked for as one frame, and a large file stays a part of its own', async (t) => {
  const asked: { parts: readonly Part[]; options: CompressOptions | undefined }[] = [];
  const blobs: Blobs = {
    ...memoryBlobs,
    compress(parts, compression, options) {
      asked.push({ parts, options });
      return memoryBlobs.compress(parts, compression, options);
    },
  };
  const content = bytesContent('x'.repeat(100_000));
  const entries: Entry[] = [{ path: '/usr/lib/x', kind: 'file', mode: 0o755, role: 'program', content }];
  await deb.write(samplePackage({ format: 'deb', entries }), blobs, { method: 'zstd', level: 3 });
  t.deepEqual(
    asked.map(({ options }) => options?.oneFrame),
    [true, true],
  );
  t.true(asked.some(({ parts }) => parts.includes(content)));
});

test('members are of GNU tar, the only dialect dpkg reads', async (t) => {
  const entries = ODD_PATHS.map((path) => file(path, ''));
  const [artifact] = await deb.write(samplePackage({ format: 'deb', entries }), memoryBlobs, STORED);
  const bytes = await readArtifact(artifact!);
  t.true(bytes.includes('ustar  \0'));
  t.false(bytes.includes('ustar\u000000'));
});

test('a change log of the tree takes the place of the rendered one', async (t) => {
  const path = '/usr/share/doc/thing/changelog.gz';
  const texts: string[] = [];
  for (const entries of [[], [file(path, 'mine', { role: 'doc' })]]) {
    for await (const entry of (await open({ entries })).data()) {
      if (entry.path !== path) continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.data) chunks.push(chunk);
      texts.push(Buffer.concat(chunks).toString('latin1'));
    }
  }
  t.regex(gunzipSync(Buffer.from(texts[0]!, 'latin1')).toString(), /^thing \(1\.2\.3\) unstable/);
  t.is(texts[1], 'mine');
});

test('maintainer scripts of the lifecycle are there and can run', async (t) => {
  const lifecycle = { alternatives: [], accounts: [], state: ['/var/lib/thing'], siblings: [], rivals: [] };
  const placement = { lifecycle: { ...lifecycle, units: [{ unit: 'thing.service', start: 'boot' }] } } as const;
  const { controlFiles } = await open({ placement });
  const postinst = controlFiles.get('postinst')!.toString();
  t.true(postinst.startsWith('#!/bin/sh\n') && postinst.includes('thing.service'));
  t.true(controlFiles.has('postrm'));
});

test('a name too long for dpkg to unpack is refused, since it adds a suffix while it works', async (t) => {
  const write = (length: number) => open({ entries: [file(`/usr/share/${'n'.repeat(length)}/x`, '')] });
  await t.notThrowsAsync(write(245));
  await t.throwsAsync(write(246), { name: 'PackwrightError', message: /longer than the 245 bytes/ });
});

test('a package of two architectures or none is refused', async (t) => {
  const pkg = samplePackage({ format: 'deb' });
  const two = { ...pkg, placements: [pkg.placements[0]!, pkg.placements[0]!] };
  await t.throwsAsync(deb.write(two, memoryBlobs, STORED), { message: /a deb holds exactly one architecture/ });
  const none = { ...pkg, placements: [] };
  await t.throwsAsync(deb.write(none, memoryBlobs, STORED), { message: /the package has no architecture/ });
});
