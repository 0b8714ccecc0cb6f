import { createHash } from 'node:crypto';
import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { arArchive } from '../../../installers/archives/ar.ts';
import { type TarItem, tarParts } from '../../../installers/archives/tar.ts';
import { deb, readDebFiles } from '../../../installers/deb/deb.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact } from '../../suites/blobs.ts';

const ROOT = { uid: 0, gid: 0, user: 'root', group: 'root' };
const CONTROL = 'Package: pp\nVersion: 1\nArchitecture: amd64\nMaintainer: A <a@b>\nDescription: d\n';

const plain = (path: string, text: string): TarItem => ({
  name: `.${path}`,
  kind: 'file',
  mode: 0o644,
  ...ROOT,
  content: bytesContent(text),
});
const folder = (path: string): TarItem => ({ name: `.${path}`, kind: 'dir', mode: 0o755, ...ROOT });
const link = (path: string, to: string): TarItem => ({ name: `.${path}`, kind: 'link', mode: 0o777, ...ROOT, to });
const twin = (path: string, to: string): TarItem => ({ ...plain(path, ''), kind: 'hardlink', to: `.${to}` });
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

interface Made {
  control?: readonly TarItem[];
  data?: readonly TarItem[];
  /** Member names by their usual ones; `extra` is put behind. */
  names?: Record<string, string>;
  magic?: string;
  extra?: string;
}

/** A package whose parts may contradict each other. */
async function make(made: Made): Promise<Uint8Array> {
  const where = 'made.deb';
  const pack = async (items: readonly TarItem[]) =>
    memoryBlobs.compress(tarParts(items, { style: 'gnu', mtime: 0, where }), { method: 'gzip', level: 1 });
  const control = await pack(made.control ?? [plain('/control', CONTROL)]);
  const data = await pack(made.data ?? [folder('/')]);
  const name = (usual: string): string => made.names?.[usual] ?? usual;
  const files = [
    { name: name('debian-binary'), ...bytesContent(made.magic ?? '2.0\n') },
    { ...control, name: name('control.tar.gz') },
    { ...data, name: name('data.tar.gz') },
    ...(made.extra ? [{ name: made.extra, ...bytesContent('x') }] : []),
  ];
  return readArtifact({ name: where, ...arArchive(files, 0, where) });
}

const read = async (made: Made) => deb.read(memorySource('made.deb', await make(made)), memoryUnpacker);

test('a package of a great many entries is refused before they fill the memory', async (t) => {
  const target = Array.from({ length: 15 }, () => 'a'.repeat(250)).join('/');
  const [bytes] = tarParts([link('/000000', target)], { style: 'gnu', mtime: 0, where: 'x' });
  const one = Buffer.from(bytes as Uint8Array); // as: only a file has a content among its parts
  const header = one.indexOf('./000000');
  const sum = Number.parseInt(one.toString('latin1', header + 148, header + 154), 8);
  let isControl = true; // it is unpacked first
  const many: typeof memoryUnpacker = {
    ...memoryUnpacker,
    async *unpack(source, offset, length, method) {
      if (isControl) {
        isControl = false;
        return yield* memoryUnpacker.unpack(source, offset, length, method);
      }
      for (let i = 0; i < 36_000; i++) {
        const digits = String(i).padStart(6, '0');
        const added = [...digits].reduce((all, digit) => all + Number(digit), 0);
        one.write(`./${digits}`, header, 'latin1');
        one.write((sum + added).toString(8).padStart(6, '0'), header + 148, 'latin1');
        yield Buffer.from(one.subarray(0, header + 512));
      }
    },
  };
  const whole = memorySource('made.deb', await make({}));
  const error = await t.throwsAsync(deb.read(whole, many), { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', /data\.tar: has more than 3\d+ entries/);
});

test('a sound package of other make is read, hard links and signature member included', async (t) => {
  const data = [folder('/a'), plain('/a/one', '1'), twin('/a/two', '/a/one'), link('/a/three', 'one')];
  const sums = plain('/md5sums', `${md5('1')}  a/one\n${md5('1')}  a/two\n`);
  const facts = await read({ data, control: [plain('/control', CONTROL), sums], extra: '_gpgorigin', magic: '2.1\n' });
  t.like(facts, { format: 'deb', name: 'pp', version: '1', scripts: {} });
  const entries = facts.trees[0]!.entries;
  t.deepEqual(
    entries.map(({ path, kind, size }) => [path, kind, size]),
    [
      ['/a', 'dir', 0],
      ['/a/one', 'file', 1],
      ['/a/two', 'file', 1],
      ['/a/three', 'link', 0],
    ],
  );
  t.is(entries[1]!.sha256, entries[2]!.sha256);
});

const CONFFILES = (text: string): TarItem[] => [plain('/control', CONTROL), plain('/conffiles', text)];
const MD5SUMS = (text: string): TarItem[] => [plain('/control', CONTROL), plain('/md5sums', text)];
const A = plain('/a', 'a');

for (const [sentence, made, message] of [
  ['another first member', { names: { 'debian-binary': 'hello' } }, /debian-binary is not first/],
  ['another format version', { magic: '3.0\n' }, /format version is not 2/],
  ['no control.tar', { names: { 'control.tar.gz': 'x' } }, /x stands where control\.tar is due/],
  ['an unknown compression', { names: { 'data.tar.gz': 'data.tar.lzma' } }, /data\.tar\.lzma is compressed in a way/],
  ['a wrong compression', { names: { 'data.tar.gz': 'data.tar.zst' } }, /is not sound zstd data/],
  ['a member behind the data', { extra: 'evil' }, /has a member evil after the data/],
  ['no control file', { control: [plain('/conffiles', '')] }, /control\.tar\.gz: control: is missing/],
  ['control files twice', { control: [plain('/control', CONTROL), plain('/control', CONTROL)] }, /control comes twice/],
  [
    'a folder of control files',
    { control: [folder('/x'), plain('/control', CONTROL)] },
    /x is not a plain control file/,
  ],
  [
    'a script that cannot run',
    { control: [plain('/control', CONTROL), plain('/preinst', '#!/bin/sh\n')] },
    /preinst is not exec/,
  ],
  ['another architecture', { control: [plain('/control', CONTROL.replace('amd64', 'i386'))] }, /architecture i386/],
  ['a conffile that is missing', { control: CONFFILES('/etc/x\n') }, /conffiles lists \/etc\/x/],
  ['a relative conffile', { control: CONFFILES('etc/x\n') }, /"etc\/x" is not absolute/],
  ['a conffile twice', { control: CONFFILES('/a\n/a\n'), data: [A] }, /conffiles: \/a comes twice/],
  ['a digest without a file', { control: MD5SUMS(`${md5('a')}  a\n`) }, /md5sums lists \/a/],
  [
    'a file without a digest',
    { control: MD5SUMS(`${md5('a')}  a\n`), data: [A, plain('/b', '')] },
    /\/b: is not listed/,
  ],
  ['a wrong digest', { control: MD5SUMS(`${md5('b')}  a\n`), data: [A] }, /data\.tar: \/a: has other bytes/],
  ['a digest twice', { control: MD5SUMS(`${md5('a')}  a\n${md5('a')}  a\n`), data: [A] }, /md5sums: \/a comes twice/],
  ['a digest that is none', { control: MD5SUMS('abc  a\n'), data: [A] }, /"abc {2}a" is no digest and path/],
  ['a path twice', { data: [A, A] }, /\/a: comes twice/],
  ['a file below a link', { data: [link('/l', '/tmp'), plain('/l/x', '')] }, /\/l is no directory before it/],
  ['a file without its folder', { data: [plain('/x/y', '')] }, /\/x is no directory before it/],
  ['a path that leaves the root', { data: [plain('/../x', '')] }, /leaves the archive's root/],
  ['a hard link to nothing', { data: [twin('/b', '/a')] }, /hard link to \/a, which is no file before it/],
] as const satisfies readonly (readonly [string, Made, RegExp])[]) {
  test(`a package with ${sentence} is refused`, async (t) => {
    await t.throwsAsync(read(made), { name: 'PackwrightError', message });
  });
}

test('a package of any architecture can be opened for its control file and data', async (t) => {
  const control = CONTROL.replace('amd64', 'all');
  const bytes = await make({ control: [plain('/control', control)], data: [folder('/a'), plain('/a/x', 'text')] });
  const opened = await readDebFiles(memorySource('made.deb', bytes), memoryUnpacker);
  t.is(opened.fields.Architecture, 'all');
  t.is(opened.control, control);
  for (let round = 0; round < 2; round++) {
    const paths = [];
    for await (const entry of opened.data()) paths.push(entry.path);
    t.deepEqual(paths, ['/a', '/a/x']);
  }
});
