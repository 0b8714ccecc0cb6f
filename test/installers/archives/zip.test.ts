import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { openUnpacker } from '../../../build/host/compress/unpack/unpack.ts';
import { hashData } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { readZip, type ZipFile, zipArchive } from '../../../installers/archives/zip/zip.ts';
import { memorySource, seededBytes } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const EPOCH = 1_700_000_000; // 2023-11-14 22:13:20 UTC
const NAMES = ['top/a.txt', 'top/empty', 'top/Grüße/日本語 🎈.txt', 'top/with space/b', 'top/zeros'];
const bytesOf: Readonly<Record<string, Buffer>> = {
  'top/a.txt': Buffer.from('a text, a text, a text'),
  'top/empty': Buffer.alloc(0),
  'top/Grüße/日本語 🎈.txt': seededBytes(1, 5000),
  'top/with space/b': seededBytes(2, 70_000),
  'top/zeros': Buffer.alloc(300_000),
};

function zipFile(name: string, raw: Uint8Array, more: Partial<ZipFile> = {}): ZipFile {
  const packed = deflateRawSync(raw);
  const method = packed.length < raw.byteLength ? 'deflate' : 'none';
  const bytes = method === 'deflate' ? packed : raw;
  const data = {
    size: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
  return { name, method, crc32: crc32(raw).toString(16).padStart(8, '0'), rawSize: raw.byteLength, data, ...more };
}

async function bytesOfArchive(files: readonly ZipFile[]): Promise<Buffer> {
  const made = zipArchive(files, { epoch: EPOCH });
  const chunks: Uint8Array[] = [];
  for await (const chunk of made.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sample = () => bytesOfArchive(NAMES.map((name) => zipFile(name, bytesOf[name]!)));

/** Names and CRC-32, after a comparison of each. */
async function readAll(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const member of readZip(memorySource('x.zip', bytes), openUnpacker())) {
    const [digest] = await hashData(member.data, ['crc32']);
    if (digest !== member.crc32) throw new PackwrightError('x.zip', 'CRC-32');
    found.push(`${member.name} ${member.size} ${digest}`);
  }
  return found;
}

async function refuse(t: ExecutionContext, bytes: Uint8Array, message: RegExp): Promise<void> {
  await t.throwsAsync(readAll(bytes), { instanceOf: PackwrightError, message });
}

test('what was put in comes out, and twice the same bytes', async (t) => {
  const bytes = await sample();
  t.is(
    bytes.length,
    zipArchive(
      NAMES.map((name) => zipFile(name, bytesOf[name]!)),
      { epoch: EPOCH },
    ).size,
  );
  t.deepEqual(
    (await readAll(bytes)).map((line) => line.replace(/ \d+ [0-9a-f]{8}$/, '')),
    NAMES,
  );
  t.true(bytes.equals(await sample()));
});

for (const [tool, command] of [
  ['unzip', (file: string, folder: string) => ['-q', file, '-d', folder]],
  ['7z', (file: string, folder: string) => ['x', '-y', `-o${folder}`, file]],
  ['python3', (file: string, folder: string) => ['-m', 'zipfile', '-e', file, folder]],
] as const) {
  test(`${tool} takes the same out`, async (t) => {
    if (!haveTool(t, tool)) return;
    const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'x.zip');
    await writeFile(file, await sample());
    runTool(tool, command(file, path.join(folder, 'out')));
    for (const [name, bytes] of Object.entries(bytesOf))
      t.true((await readFile(path.join(folder, 'out', name))).equals(bytes), name);
  });
}

test('Python finds names, times, sizes and attributes as they were meant', async (t) => {
  if (!haveTool(t, 'python3')) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'x.zip');
  await writeFile(file, await sample());
  const script =
    'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
    'for i in z.infolist(): print(i.filename, i.file_size, i.compress_type, i.date_time, i.create_system, i.external_attr, i.flag_bits, len(i.extra))';
  const lines = runTool('python3', ['-c', script, file]).trim().split('\n');
  t.deepEqual(lines, [
    'top/a.txt 22 8 (2023, 11, 14, 22, 13, 20) 3 2175008800 0 0',
    'top/empty 0 0 (2023, 11, 14, 22, 13, 20) 3 2175008800 0 0',
    'top/Grüße/日本語 🎈.txt 5000 0 (2023, 11, 14, 22, 13, 20) 3 2175008800 2048 0',
    'top/with space/b 70000 0 (2023, 11, 14, 22, 13, 20) 3 2175008800 0 0',
    'top/zeros 300000 8 (2023, 11, 14, 22, 13, 20) 3 2175008800 0 0',
  ]);
});

test('seventy thousand files are ZIP64, for us, unzip and Python', async (t) => {
  const empty = zipFile('x', Buffer.alloc(0));
  const files = Array.from({ length: 70_000 }, (_, index) => ({ ...empty, name: `top/${index % 100}/${index}` }));
  const bytes = await bytesOfArchive(files);
  t.is((await readAll(bytes)).length, 70_000);
  if (!haveTool(t, 'unzip') || !haveTool(t, 'python3')) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'x.zip');
  await writeFile(file, bytes);
  t.regex(runTool('unzip', ['-Zt', file]), /^70000 files/);
  const script = 'import sys,zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))';
  t.is(runTool('python3', ['-c', script, file]).trim(), '70000');
});

test('files and places beyond 4 GiB are ZIP64, for us and for Python', async (t) => {
  const huge = 5_000_000_000;
  const zeros = Buffer.alloc(1 << 20);
  const big = { ...zipFile('top/big', Buffer.alloc(0)), rawSize: huge, data: { size: huge, async *open() {} } };
  const files = [zipFile('top/a', Buffer.from('first')), big, zipFile('top/z', Buffer.from('last'))];
  const made = zipArchive(files, { epoch: EPOCH });
  const chunks: Uint8Array[] = [];
  for await (const chunk of made.open()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  t.is(made.size, bytes.length + huge);
  // The bytes of the big one are nowhere; whoever asks for them gets zeros.
  const begin = bytes.indexOf('top/big') + 'top/big'.length + 20;
  const source = {
    name: 'x.zip',
    size: made.size,
    async read(offset: number, length: number) {
      if (offset >= begin && offset + length <= begin + huge) return zeros.subarray(0, length);
      const at = offset < begin ? offset : offset - huge;
      return bytes.subarray(at, at + length);
    },
  };
  const found: [string, number][] = [];
  for await (const { name, size, data } of readZip(source, openUnpacker())) {
    found.push([name, size]);
    if (size < huge) await hashData(data, ['crc32']);
  }
  t.deepEqual(found, [
    ['top/a', 5],
    ['top/big', huge],
    ['top/z', 4],
  ]);
  if (!haveTool(t, 'python3')) return;
  const script = `
import sys,zipfile,io
data=sys.stdin.buffer.read(); begin=${begin}; huge=${huge}
class F(io.RawIOBase):
    p=0
    def seekable(self): return True
    def readable(self): return True
    def tell(self): return self.p
    def seek(self,o,w=0):
        self.p = o if w==0 else self.p+o if w==1 else len(data)+huge+o
        return self.p
    def read(self,n=-1):
        a = self.p if self.p<=begin else self.p-huge
        b = data[a:] if n<0 else data[a:a+n]
        self.p+=len(b); return b
z=zipfile.ZipFile(F())
print([(i.filename,i.file_size,i.header_offset) for i in z.infolist()], z.read('top/z'))`;
  t.is(
    runTool('python3', ['-c', script], bytes).trim(),
    `[('top/a', 5, 0), ('top/big', ${huge}, 40), ('top/z', 4, ${begin + huge})] b'last'`,
  );
});

for (const [name, message] of [
  ['../up', /leads elsewhere/],
  ['top/../../up', /leads elsewhere/],
  ['top//x', /leads elsewhere/],
  ['top/./x', /leads elsewhere/],
  ['top/folder/', /leads elsewhere/],
  ['C:/windows/x', /no file may have/],
  ['top/a:stream', /no file may have/],
  ['top/a\u0000b', /no file may have/],
  ['top/con.txt', /device/],
  ['LPT1', /device/],
  ['top/dot.', /dot or space/],
  ['top/space /x', /dot or space/],
] as const) {
  test(`the name ${JSON.stringify(name)} is refused`, async (t) => {
    await refuse(t, await bytesOfArchive([zipFile(name, Buffer.from('x'))]), message);
  });
}

test('absolute names, backslashes and names that are not UTF-8 are refused', async (t) => {
  const bytes = await bytesOfArchive([zipFile('top/abc', Buffer.from('x'))]);
  const rename = (to: string) => Buffer.from(bytes.toString('latin1').replaceAll('top/abc', to), 'latin1');
  await refuse(t, rename('/op/abc'), /absolute/);
  await refuse(t, rename('top\\abc'), /no file may have/);
  await refuse(t, rename('top/ab\xff'), /not UTF-8/);
  await refuse(t, rename('top/\xc3\xbcc'), /not UTF-8/); // it is, but nothing says so
  t.throws(() => zipArchive([zipFile('/abs', Buffer.alloc(0))], { epoch: EPOCH }), { instanceOf: PackwrightError });
  t.throws(() => zipArchive([zipFile('a\\b', Buffer.alloc(0))], { epoch: EPOCH }), { instanceOf: PackwrightError });
});

test('two names that are one file on Windows are refused, and a file that is a folder too', async (t) => {
  const pack = (...names: string[]) => bytesOfArchive(names.map((name) => zipFile(name, Buffer.from('x'))));
  await refuse(t, await pack('top/a', 'top/a'), /comes twice/);
  await refuse(t, await pack('top/Grüße', 'TOP/GRÜßE'), /comes twice/);
  await refuse(t, await pack('top/cafe\u0301', 'top/caf\u00e9'), /comes twice/);
  await refuse(t, await pack('top/a', 'top/A/b'), /lies in a file/);
  await refuse(t, await pack('top/a/b', 'top/a'), /of a folder/);
});

/** Where the directory begins. */
const directoryAt = (bytes: Buffer) => bytes.readUInt32LE(bytes.length - 6);

test('files that overlap, leave gaps or come before the beginning are refused', async (t) => {
  const bytes = await bytesOfArchive(['top/a', 'top/b'].map((name) => zipFile(name, Buffer.from('the same'))));
  const second = directoryAt(bytes) + 46 + 'top/a'.length;
  const overlap = Buffer.from(bytes);
  overlap.writeUInt32LE(0, second + 42);
  await refuse(t, overlap, /begins at byte 0, not at/);
  const gap = Buffer.concat([
    bytes.subarray(0, directoryAt(bytes)),
    Buffer.from('gap'),
    bytes.subarray(directoryAt(bytes)),
  ]);
  gap.writeUInt32LE(directoryAt(bytes) + 3, gap.length - 6);
  await refuse(t, gap, /3 bytes before its directory belong to no file/);
  const before = Buffer.concat([Buffer.from('MZ'), bytes]);
  await refuse(t, before, /directory is not where/);
});

test('a file that is more, or less, than its directory says is refused, however much it would be', async (t) => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20));
  const data = {
    size: bomb.length,
    async *open() {
      yield bomb;
    },
  };
  const pack = (rawSize: number) =>
    bytesOfArchive([zipFile('top/bomb', Buffer.alloc(0), { method: 'deflate', rawSize, data })]);
  await refuse(t, await pack(1000), /said to be 1000 bytes, and is more/);
  await refuse(t, await pack((64 << 20) + 1), /said to be 67108865 bytes, and is 67108864/);
  await refuse(t, await pack(4e9), /cannot hold/);
  await refuse(t, await pack(2 ** 52), /cannot hold/);
});

test('encryption, other methods, sizes behind the data, folders, links, comments and several disks are refused', async (t) => {
  const bytes = await bytesOfArchive([zipFile('top/a', Buffer.alloc(100))]);
  const at = directoryAt(bytes);
  const change = (offset: number, value: number) => {
    const changed = Buffer.from(bytes);
    changed[offset] = value;
    return changed;
  };
  await refuse(t, change(at + 8, 1), /encrypted/);
  await refuse(t, change(at + 8, 8), /sizes behind it/);
  await refuse(t, change(at + 10, 9), /method/);
  await refuse(t, change(at + 38, 0x30), /attributes/);
  await refuse(t, change(at + 5, 0), /attributes/);
  await refuse(t, change(at + 41, 0xa1), /attributes/);
  await refuse(t, change(at + 32, 1), /comments/);
  await refuse(t, change(at + 34, 1), /attributes/);
  await refuse(t, change(bytes.length - 18, 1), /a part of several/);
  await refuse(t, Buffer.concat([change(bytes.length - 2, 3), Buffer.from('hey')]), /has a comment/);
});

test('a header that says something else than the directory is refused', async (t) => {
  const bytes = await bytesOfArchive([zipFile('top/a', Buffer.alloc(100))]);
  for (const offset of [0, 6, 8, 10, 12, 14, 17, 18, 22, 26, 28, 30, 34]) {
    const changed = Buffer.from(bytes);
    changed[offset]! ^= 1;
    await refuse(t, changed, /says something else|reaches into/);
  }
});
