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

async function makeCabinet(t: ExecutionContext) {
  const { blobs, cache } = await openTestBlobs(t);
  const files = new Map<string, Content>();
  for (const [name, size] of Object.entries({ ...SMALL, ...LARGE }))
    files.set(name, bytesContent(sampleBytes(size, size)));
  const folders = await Promise.all(
    [Object.keys(SMALL), ['first'], ['second']].map(async (names) => ({
      method: 'mszip' as const,
      data: await blobs.compress(
        names.map((name) => files.get(name)!),
        { method: 'mszip', level: 6 },
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

async function readAll(bytes: Uint8Array, unpacker = openUnpacker()) {
  const found = new Map<string, Buffer>();
  for await (const { name, data } of readCabinet(memorySource('x.cab', bytes), unpacker)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of data) chunks.push(chunk);
    found.set(name, Buffer.concat(chunks));
  }
  return found;
}

test('what was put in comes out, whether the pieces are known or not', async (t) => {
  const { bytes, files, cache } = await makeCabinet(t);
  for (const unpacker of [openUnpacker(), openUnpacker({ cache })]) {
    const found = await readAll(bytes, unpacker);
    t.deepEqual([...found.keys()], [...files.keys()]);
    for (const [name, data] of found) t.is(bytesContent(data).sha256, files.get(name)!.sha256, name);
  }
});

for (const [tool, command] of [
  ['cabextract', (file: string, folder: string) => ['-q', '-d', folder, file]],
  ['7z', (file: string, folder: string) => ['x', '-y', `-o${folder}`, file]],
] as const) {
  test(`${tool} takes out the same`, async (t) => {
    if (!haveTool(t, tool)) return;
    const { bytes, files } = await makeCabinet(t);
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

test('whatever is changed in a cabinet, the reader reads it or says what is wrong', async (t) => {
  const { bytes } = await makeCabinet(t);
  const random = seededNumbers(11);
  const rounds = Number(process.env.FUZZ_ROUNDS ?? 300);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const mutated = Buffer.from(bytes.subarray(0, random(3) === 0 ? random(bytes.length) : bytes.length));
    for (let times = 1 + random(4); times > 0 && mutated.length > 0; times--)
      mutated[random(random(2) === 0 ? Math.min(400, mutated.length) : mutated.length)] = random(256);
    try {
      await readAll(mutated);
    } catch (error) {
      refused++;
      if (!(error instanceof PackwrightError)) t.fail(String(error));
    }
  }
  t.true(refused > rounds / 2);
});
