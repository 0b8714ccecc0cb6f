import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openUnpacker } from '../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { cabinet, readCabinet } from '../../../installers/archives/cab/cab.ts';
import { openTestBlobs, sampleBytes } from '../../build/host/compress/open-blobs.ts';
import { memorySource, seededNumbers } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const EPOCH = 1_700_000_000;
/** Sizes on both sides of a block, and a content that is cut into several pieces. */
const SMALL = { empty: 0, one: 1, 'block-1': 32767, block: 32768, 'block+1': 32769, 'Grüße.txt': 1234 };
const LARGE = { first: 200_000, second: 131_072 };

type CabinetMethod = 'mszip' | 'lzx';
const LEVELS = { mszip: 6, lzx: 21 } as const;

async function makeCabinet(t: ExecutionContext, method: CabinetMethod = 'mszip') {
  const { blobs, cache } = await openTestBlobs(t);
  const files = new Map<string, Content>();
  for (const [name, size] of Object.entries({ ...SMALL, ...LARGE }))
    files.set(name, bytesContent(sampleBytes(size, size)));
  const folders = await Promise.all(
    [Object.keys(SMALL), ['first'], ['second']].map(async (names) => ({
      method,
      data: await blobs.compress(
        names.map((name) => files.get(name)!),
        { method, level: LEVELS[method] },
        { digests: 'none' },
      ),
      files: names.map((name) => ({ name, size: files.get(name)!.size })),
    })),
  );
  const made = cabinet(folders, { epoch: EPOCH });
  const chunks: Uint8Array[] = [];
  for await (const chunk of made.open()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  t.is(bytes.length, made.size);
  return { bytes, files, cache };
}

/** Says in every record that can be found that no checksum was taken. */
function forgetChecksums(bytes: Buffer): void {
  if (bytes.length < 44) return;
  const folders = Math.min(bytes.readUInt16LE(26), Math.floor((bytes.length - 36) / 8));
  for (let folder = 0; folder < folders; folder++) {
    for (let at = bytes.readUInt32LE(36 + 8 * folder); at + 8 <= bytes.length; at += 8 + bytes.readUInt16LE(at + 4)) {
      bytes.writeUInt32LE(0, at);
    }
  }
}

async function readAll(bytes: Uint8Array, unpacker = openUnpacker()) {
  const found = new Map<string, Buffer>();
  for await (const { name, data } of readCabinet(memorySource('x.cab', bytes), unpacker)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of data) chunks.push(chunk);
    found.set(name, Buffer.concat(chunks));
  }
  return found;
}

for (const method of ['mszip', 'lzx'] as const)
  test(`what was put in with ${method} comes out, whether the pieces are known or not`, async (t) => {
    const { bytes, files, cache } = await makeCabinet(t, method);
    for (const unpacker of [openUnpacker(), openUnpacker({ cache })]) {
      const found = await readAll(bytes, unpacker);
      t.deepEqual([...found.keys()], [...files.keys()]);
      for (const [name, data] of found) t.is(bytesContent(data).sha256, files.get(name)!.sha256, name);
    }
  });

const cabextract = ['cabextract', (file: string, folder: string) => ['-q', '-d', folder, file]] as const;
const sevenZip = ['7z', (file: string, folder: string) => ['x', '-y', `-o${folder}`, file]] as const;
for (const [method, [tool, command]] of [
  ['mszip', cabextract],
  ['mszip', sevenZip],
  ['lzx', cabextract],
  ['lzx', sevenZip],
] as const) {
  test(`${tool} takes the same out of ${method}`, async (t) => {
    if (!haveTool(t, tool)) return;
    const { bytes, files } = await makeCabinet(t, method);
    const folder = await mkdtemp(path.join(tmpdir(), 'cab-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'x.cab');
    await writeFile(file, bytes);
    runTool(tool, command(file, path.join(folder, 'out')));
    for (const [name, { sha256 }] of files) {
      t.is(bytesContent(await readFile(path.join(folder, 'out', name))).sha256, sha256, name);
    }
  });
}

test('a record whose data were changed is refused by its checksum, and a cabinet that is cut short by its length', async (t) => {
  const { bytes } = await makeCabinet(t);
  const changed = Buffer.from(bytes);
  changed[bytes.length - 5]! ^= 0x10;
  await t.throwsAsync(readAll(changed), {
    instanceOf: PackwrightError,
    message: /x\.cab.*(checksum differs|damaged)/s,
  });
  await t.throwsAsync(readAll(bytes.subarray(0, -1)), { instanceOf: PackwrightError, message: /bytes/ });
});

test('files that do not fill their folder are refused when it is written', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const data = await blobs.compress([bytesContent('abc')], { method: 'mszip', level: 6 });
  t.throws(() => cabinet([{ method: 'mszip', data, files: [{ name: 'a', size: 2 }] }], { epoch: EPOCH }), {
    instanceOf: PackwrightError,
    message: /a folder has 3 bytes, its files 2/,
  });
});

test('a name of no bytes or of 256 is refused', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const data = await blobs.compress([bytesContent('abc')], { method: 'mszip', level: 6 });
  for (const name of ['', 'a'.repeat(256), 'a\0b'])
    t.throws(() => cabinet([{ method: 'mszip', data, files: [{ name, size: 3 }] }], { epoch: EPOCH }), {
      message: /no name/,
    });
});

for (const method of ['mszip', 'lzx'] as const)
  test(`whatever is changed in a cabinet of ${method}, the reader reads it or says what is wrong`, async (t) => {
    const { bytes } = await makeCabinet(t, method);
    const random = seededNumbers(11);
    const rounds = Number(process.env.FUZZ_ROUNDS ?? 300);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const mutated = Buffer.from(bytes.subarray(0, random(3) === 0 ? random(bytes.length) : bytes.length));
      for (let times = 1 + random(4); times > 0 && mutated.length > 0; times--)
        mutated[random(random(2) === 0 ? Math.min(400, mutated.length) : mutated.length)] = random(256);
      // Else no decoder would see what was changed.
      if (round % 2 === 0) forgetChecksums(mutated);
      try {
        await readAll(mutated);
      } catch (error) {
        refused++;
        if (!(error instanceof PackwrightError)) t.fail(String(error));
      }
    }
    t.true(refused > rounds / 2);
  });

test('a file has the time it is given, in even seconds, and the place where its bytes are', async (t) => {
  const { bytes } = await makeCabinet(t);
  const rows: unknown[] = [];
  for await (const { name, mtime, attributes, folder, offset } of readCabinet(memorySource('x', bytes), openUnpacker()))
    rows.push([name, mtime, attributes, folder, offset]);
  t.deepEqual(rows.slice(0, 3), [
    ['empty', EPOCH, 32, 0, 0],
    ['one', EPOCH, 32, 0, 0],
    ['block-1', EPOCH, 32, 0, 1],
  ]);
  t.deepEqual(rows.at(-1), ['second', EPOCH, 32, 2, 0]);
});

test('a cabinet in the middle of other bytes is read like one by itself', async (t) => {
  const { bytes, files } = await makeCabinet(t);
  const source = memorySource('x', Buffer.concat([Buffer.alloc(100), bytes, Buffer.alloc(50)]));
  const names: string[] = [];
  for await (const { name } of readCabinet(source, openUnpacker(), { offset: 100, length: bytes.length }))
    names.push(name);
  t.deepEqual(names, [...files.keys()]);
});

for (const [sentence, options] of [
  ['compressed', ['-z']],
  ['stored', []],
] as const) {
  test(`a ${sentence} cabinet of gcab is read`, async (t) => {
    if (!haveTool(t, 'gcab')) return;
    const folder = await mkdtemp(path.join(tmpdir(), 'cab-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const files = { 'a.txt': Buffer.alloc(100_000, 'some text '), 'Grüße.bin': sampleBytes(70_000, 1) };
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
    const made = path.join(folder, 'made.cab');
    runTool('gcab', [...options, '-n', '-c', made, ...Object.keys(files).map((name) => path.join(folder, name))]);
    const bytes = await readFile(made);
    const found = await readAll(bytes);
    for (const [name, wanted] of Object.entries(files)) t.true(found.get(name)?.equals(wanted), name);
    bytes[bytes.length - 1]! ^= 1;
    await t.throwsAsync(readAll(bytes), { name: 'PackwrightError', message: /the checksum.* differs/ });
  });
}

// Offsets: CFHEADER 0, three CFFOLDER 36, 44 and 52, CFFILE of `empty` 60, its name 76; the CFFILE of `one` 82.
for (const [sentence, spoil, message] of [
  ['another signature', (bytes: Buffer) => bytes.write('MSCX', 0), /is not a cabinet/],
  ['another version', (bytes: Buffer) => bytes.writeUInt8(2, 25), /of version 2/],
  ['a next cabinet', (bytes: Buffer) => bytes.writeUInt16LE(2, 30), /one of a set/],
  ['reserved space that is not there', (bytes: Buffer) => bytes.writeUInt16LE(4, 30), /^x.cab/],
  ['another size', (bytes: Buffer) => bytes.writeUInt32LE(1000, 8), /says that it has 1000 bytes/],
  ['files beyond the end', (bytes: Buffer) => bytes.writeUInt32LE(0x7fffffff, 16), /its tables lie outside/],
  ['more folders than there is room for', (bytes: Buffer) => bytes.writeUInt16LE(9, 26), /its tables lie outside/],
  ['more files than are listed', (bytes: Buffer) => bytes.writeUInt16LE(9, 28), /file 8: its entry is cut off/],
  ['folders in disorder', (bytes: Buffer) => bytes.writeUInt32LE(1, 44), /records do not fit between byte/],
  ['Quantum', (bytes: Buffer) => bytes.writeUInt16LE(0x1472, 42), /is compressed with method 5234/],
  ['a window that is none', (bytes: Buffer) => bytes.writeUInt16LE(0x1603, 42), /is compressed with method 5635/],
  ['a record too many', (bytes: Buffer) => bytes.writeUInt16LE(5, 40), /files end at 99539, but it has 5 records/],
  ['a file of no folder', (bytes: Buffer) => bytes.writeUInt16LE(3, 68), /is in folder 3, which is not there/],
  ['a day that is none', (bytes: Buffer) => bytes.writeUInt16LE(0, 70), /its date 0 and time/],
  ['a gap before a file', (bytes: Buffer) => bytes.writeUInt32LE(2, 86), /block-1 begins at 1, not at 0/],
  ['a name that leads out', (bytes: Buffer) => bytes.write('..\\x', 76), /is not a name below the folder/],
  ['a name on a drive', (bytes: Buffer) => bytes.write('C:x', 76), /is not a name below the folder/],
  ['a name in no known code page', (bytes: Buffer) => bytes.writeUInt8(0xe4, 76), /a code page that is not told/],
  [
    'a name that is not UTF-8',
    (bytes: Buffer) => bytes.writeUInt8(0xa0, 74) + bytes.writeUInt8(0xff, 76),
    /is not UTF-8/,
  ],
] as const) {
  test(`a cabinet with ${sentence} is refused`, async (t) => {
    const { bytes } = await makeCabinet(t);
    spoil(bytes);
    await t.throwsAsync(readAll(bytes), { name: 'PackwrightError', message });
  });
}

test('as many folders as files, all of nothing, take no time', async (t) => {
  const nothing = { size: 0, rawSize: 0, async *open() {} };
  const folders = Array.from({ length: 65_535 }, (_, index) => ({
    method: 'mszip' as const,
    data: nothing,
    files: [{ name: `f${index}`, size: 0 }],
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of cabinet(folders, { epoch: EPOCH }).open()) chunks.push(chunk);
  t.is((await readAll(Buffer.concat(chunks))).size, 65_535);
  t.throws(() => cabinet([...folders, folders[0]!], { epoch: EPOCH }), { name: 'PackwrightError', message: /65536/ });
});
