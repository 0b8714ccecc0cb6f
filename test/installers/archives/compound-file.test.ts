import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import {
  type CompoundStream,
  compoundFile,
  readCompoundFile,
} from '../../../installers/archives/compound-file/compound-file.ts';
import { memorySource, readArtifact, seededNumbers } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { writeScratch } from './compound-file-tools.ts';

const CLSID = '{000C1084-0000-0000-C000-000000000046}';

function stream(name: string, size: number): CompoundStream {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) + name.length) & 0xff;
  return { name, ...bytesContent(bytes) };
}

/** Every size around a border: nothing, mini sectors, the cut-off, sectors. */
const SIZES = [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 4608, 4609, 100_000];
const STREAMS = SIZES.map((size) => stream(`s${size}`, size));

async function write(streams: readonly CompoundStream[]): Promise<Buffer> {
  const file = compoundFile(streams, CLSID, 'x.msi');
  const bytes = await readArtifact({ name: 'x.msi', ...file });
  if (bytes.length !== file.size) throw new Error(`${bytes.length} bytes, but ${file.size} were announced`);
  return bytes;
}

async function readAll(bytes: Uint8Array): Promise<Record<string, Buffer>> {
  const { streams } = await readCompoundFile(memorySource('x.msi', bytes));
  const found: Record<string, Buffer> = {};
  for (const { name, size, open } of streams) found[name] = await readArtifact({ name, size, open });
  return found;
}

/** Left and right of each entry, its name and colour, straight from the bytes. */
function tree(bytes: Buffer) {
  const directory = (bytes.readUInt32LE(48) + 1) * 512;
  const entry = (index: number) => {
    const at = directory + index * 128;
    return {
      name: bytes.toString('utf16le', at, at + bytes.readUInt16LE(at + 64) - 2),
      black: bytes[at + 67] === 1,
      left: bytes.readUInt32LE(at + 68),
      right: bytes.readUInt32LE(at + 72),
      child: bytes.readUInt32LE(at + 76),
    };
  };
  return entry;
}

test('streams of every size around a border are read back', async (t) => {
  const bytes = await write(STREAMS);
  t.is(bytes.length % 512, 0);
  const { clsid, storages } = await readCompoundFile(memorySource('x.msi', bytes));
  t.is(clsid, CLSID);
  t.deepEqual(storages, []);
  const found = await readAll(bytes);
  t.deepEqual(Object.keys(found).sort(), STREAMS.map(({ name }) => name).sort());
  for (const each of STREAMS) t.deepEqual(found[each.name], await readArtifact(each), each.name);
});

test('a file without streams is read back', async (t) => {
  t.deepEqual(await readAll(await write([])), {});
});

test('the order of the streams does not show', async (t) => {
  const number = seededNumbers(1);
  const shuffled = STREAMS.map((each) => [number(1 << 30), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
  t.deepEqual(await write(shuffled), await write(STREAMS));
});

test('names lie in a red-black search tree: shorter first, then by upper case', async (t) => {
  for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 30, 31, 32, 33, 100]) {
    const names = Array.from({ length: count }, (_, i) => `${i % 2 ? 'n' : 'N'}${(i * 7) % 101}ß`);
    const entry = tree(await write(names.map((name) => stream(name, 1))));
    const inOrder: string[] = [];
    /** Black entries on the way down to nothing, the same on every way. */
    const walk = (index: number, redAbove: boolean): number => {
      if (index === 0xffffffff) return 0;
      const { name, black, left, right } = entry(index);
      t.false(redAbove && !black, `two red entries at ${name} of ${count}`);
      const onLeft = walk(left, !black);
      inOrder.push(name);
      t.is(walk(right, !black), onLeft, `black levels below ${name} of ${count}`);
      return onLeft + (black ? 1 : 0);
    };
    t.true(entry(0).black);
    t.true(entry(entry(0).child).black);
    walk(entry(0).child, false);
    const key = (name: string) => `${name.length}${name.replace('n', 'N')}`;
    t.deepEqual(
      inOrder,
      [...names].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    );
  }
});

test('a letter whose upper case is two letters stays where it is', async (t) => {
  const entry = tree(await write(['ß', 'T', 'y'].map((name) => stream(name, 1))));
  t.is(entry(1).name, 'T');
  t.is(entry(2).name, 'y');
  t.is(entry(3).name, 'ß');
});

test('a stream of 15 MB, whose FAT just needs a second DIFAT sector, is not held and is read back', async (t) => {
  const piece = Buffer.alloc(65_521, 'piece of it ');
  // Of 237 FAT sectors the header names 109, and a DIFAT sector 127.
  const size = (237 * 128 - 237 - 2 - 3) * 512 - 100;
  const big: CompoundStream = {
    name: 'big',
    size,
    async *open() {
      for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, left);
    },
  };
  const bytes = await write([big, stream('little', 3)]);
  t.is(bytes.readUInt32LE(44), 237, 'sectors of the FAT');
  t.is(bytes.readUInt32LE(72), 2, 'sectors of the DIFAT');
  const found = await readAll(bytes);
  t.true(found.big!.equals(Buffer.concat(Array.from({ length: 236 }, () => piece)).subarray(0, size)));
  t.is(found.little!.length, 3);
});

test('names that cannot be are refused', (t) => {
  const attempt =
    (...names: string[]) =>
    () =>
      compoundFile(
        names.map((name) => stream(name, 1)),
        CLSID,
        'x.msi',
      );
  t.throws(attempt('a'.repeat(32)), { instanceOf: PackwrightError, message: /1 to 31 characters/ });
  t.throws(attempt(''), { instanceOf: PackwrightError, message: /1 to 31 characters/ });
  t.throws(attempt('a/b'), { instanceOf: PackwrightError, message: /"a\/b" has one of/ });
  t.throws(attempt('Name', 'nAME'), { instanceOf: PackwrightError, message: /have one name/ });
  t.notThrows(attempt('ß', 'SS'));
});

test('a file of more than 2 GiB is refused before anything is read', (t) => {
  const huge = { name: 'huge', size: 2 ** 31 - 4_000_000, open: () => bytesContent('').open() };
  t.throws(() => compoundFile([huge], CLSID, 'x.msi'), {
    instanceOf: PackwrightError,
    message: /x\.msi: \d+ bytes are more than the 2 GiB of a compound file/,
  });
});

test('a stream that is not as long as it said is refused while it is written', async (t) => {
  for (const [size, message] of [
    [5, /"s" was to have 5 bytes and has 4/],
    [3, /"s" was to have 3 bytes and has more/],
  ] as const) {
    await t.throwsAsync(write([{ ...bytesContent('four'), name: 's', size }]), {
      instanceOf: PackwrightError,
      message,
    });
  }
});

const SMALL = [stream('mini', 100), stream('other', 200), stream('large', 5000), stream('larger', 9000)];
/** Sectors: 0 FAT, 1 and 2 directory, 3 mini FAT, 4 mini stream, 5 to 14 `large`, 15 to 32 `larger`. */
const sector = (number: number) => (number + 1) * 512;
const FAT = (number: number) => sector(0) + number * 4;
/** Entries: 0 root, then mini, large, other, larger. */
const ENTRY = (index: number) => sector(1) + index * 128;

for (const [sentence, at, value, message] of [
  ['another signature', 0, 0, /its signature is missing/],
  ['another byte order', 28, 0x0009feff, /byte order mark/],
  ['another version', 24, 0x0007003e, /version 7 with sectors of 2\^9 bytes/],
  ['other mini sectors', 56, 64, /mini sectors are not of 64 bytes/],
  ['no FAT', 44, 0, /it has no FAT/],
  ['a FAT outside the file', 76, 1000, /list of FAT sectors leads to sector 1000/],
  ['more FAT sectors than there are', 44, 0x7fffffff, /list of FAT sectors leads to sector 4294967295/],
  ['a directory that runs in a circle', FAT(2), 1, /the directory leads to sector 1, which is in use already/],
  ['a stream that runs in a circle', FAT(10), 6, /"large" leads to sector 6, which is in use already/],
  ['a stream that runs into another', FAT(14), 15, /leads to sector 15, which is in use already/],
  ['a stream that ends early', FAT(7), 0xfffffffe, /"large" needs 10 sectors and has 3/],
  ['a stream that leaves the file', FAT(7), 0xfffffff0, /"large" leads to sector 4294967280/],
  ['a stream larger than the file', ENTRY(2) + 120, 0x7fffffff, /"large" is to have 2147483647 bytes/],
  ['a mini stream that runs in a circle', sector(3), 0, /"mini" leads to mini sector 0, which is in use already/],
  ['a mini FAT that is larger than any', 64, 0x7fffffff, /the mini FAT has 2147483647 sectors/],
  ['a mini stream without mini sectors', sector(3) + 4, 900, /"mini" leads to mini sector 900, and there are 6/],
  ['a tree that runs in a circle', ENTRY(2) + 72, 2, /the directory leads to entry 2 twice/],
  ['a tree that leaves the directory', ENTRY(2) + 72, 900, /the directory leads to entry 900, and has 8/],
  ['an entry of another type', ENTRY(3) + 66, 9, /has the type 9/],
  ['a name without an end', ENTRY(3) + 64, 0x01010002, /has a name of 2 bytes/],
  ['a root that is none', ENTRY(0) + 66, 0xffff0002, /does not begin with the root/],
] as const) {
  test(`a compound file with ${sentence} is refused`, async (t) => {
    const bytes = await write(SMALL);
    bytes.writeUInt32LE(value, at);
    await t.throwsAsync(readCompoundFile(memorySource('x.msi', bytes)), { instanceOf: PackwrightError, message });
  });
}

test('a compound file that was cut off anywhere gives one clear error, at the latest when its streams are read', async (t) => {
  const bytes = await write(SMALL);
  for (let cut = 0; cut < bytes.length - 512; cut += 97) {
    await t.throwsAsync(readAll(bytes.subarray(0, cut)), { instanceOf: PackwrightError }, `cut at ${cut}`);
  }
});

test('a last sector may end with its stream', async (t) => {
  const bytes = await write(SMALL);
  const found = await readAll(bytes.subarray(0, bytes.length - (512 - (9000 % 512))));
  t.deepEqual(found.larger, await readArtifact(SMALL[3]!));
});

test('7-Zip finds a file of ours sound, and the same streams', async (t) => {
  if (!haveTool(t, '7z')) return;
  const streams = [...STREAMS, stream('beyond the header', 8 << 20)];
  const path = await writeScratch(t, 'x.msi', await write(streams));
  t.regex(runTool('7z', ['t', '-tCompound', path]), /Everything is Ok/);
  const listed = runTool('7z', ['l', '-slt', '-tCompound', path]);
  const sizes = [...listed.matchAll(/^Path = (.*)\nSize = (\d+)$/gm)].map(([, name, size]) => `${name} ${size}`);
  t.deepEqual(sizes.sort(), streams.map(({ name, size }) => `${name} ${size}`).sort());
});

const LARGE = Buffer.alloc(5000, 'large ');

/**
 * A file put together by hand, as other writers do it: any sector size, a storage, a chain that runs backwards and is longer than its stream, the FAT last. Sectors: 0 the
 * directory, 1 mini FAT, 2 mini stream, 3 on the large stream, then the FAT.
 */
function handmade(major: 3 | 4): Buffer {
  const size = major === 3 ? 512 : 4096;
  const large = Math.ceil(5000 / size) + 1;
  const fatSector = 3 + large;
  const bytes = Buffer.alloc((fatSector + 2) * size);
  const at = (number: number) => (number + 1) * size;
  bytes.write('d0cf11e0a1b11ae1', 0, 'hex');
  bytes.writeUInt16LE(major, 26);
  bytes.writeUInt16LE(0xfffe, 28);
  bytes.writeUInt16LE(major === 3 ? 9 : 12, 30);
  bytes.writeUInt16LE(6, 32);
  for (const [offset, value] of [
    [44, 1],
    [48, 0],
    [56, 4096],
    [60, 1],
    [64, 1],
    [68, 0xfffffffe],
    [76, fatSector],
  ] as const) {
    bytes.writeUInt32LE(value, offset);
  }
  const entry = (index: number, name: string, type: number, links: number[], first: number, length: number) => {
    const start = at(0) + index * 128;
    bytes.write(name, start, 'utf16le');
    bytes.writeUInt16LE(name.length * 2 + 2, start + 64);
    bytes[start + 66] = type;
    for (const [i, link] of links.entries()) bytes.writeUInt32LE(link, start + 68 + i * 4);
    bytes.writeUInt32LE(first, start + 116);
    bytes.writeUInt32LE(length, start + 120);
  };
  const none = 0xffffffff;
  entry(0, 'Root Entry', 5, [none, none, 1], 2, 128);
  entry(1, 'b', 1, [2, none, 3], 0, 0);
  entry(2, 'a', 2, [none, none, none], 2 + large, 5000);
  entry(3, 'a', 2, [none, none, none], 1, 10);
  bytes.fill(0xff, at(1), at(2));
  bytes.writeUInt32LE(0xfffffffe, at(1) + 4);
  bytes.write('ten bytes.', at(2) + 64);
  bytes.fill(0xff, at(fatSector));
  const backwards = Array.from({ length: large }, (_, i) => 2 + large - i);
  for (const [i, number] of backwards.entries()) bytes.set(LARGE.subarray(i * size, (i + 1) * size), at(number));
  const chains = [[0], [1], [2], backwards];
  for (const chain of chains) {
    for (const [i, number] of chain.entries())
      bytes.writeUInt32LE(chain[i + 1] ?? 0xfffffffe, at(fatSector) + number * 4);
  }
  bytes.writeUInt32LE(0xfffffffd, at(fatSector) + fatSector * 4);
  return bytes;
}

for (const major of [3, 4] as const) {
  test(`a file of version ${major} that others made, with a storage, is read`, async (t) => {
    const bytes = handmade(major);
    t.deepEqual((await readCompoundFile(memorySource('x', bytes))).storages, ['b']);
    const found = await readAll(bytes);
    t.deepEqual(Object.keys(found), ['a', 'b/a']);
    t.is(found['b/a']?.toString(), 'ten bytes.');
    t.deepEqual(found.a, LARGE);
  });
}
