import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import ava from 'ava';
import { assertDecodes } from '../../../../build/host/compress/assert-decodes.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import type { Method } from '../../../../build/model/format.ts';
import { memorySource, seededNumbers } from '../../../suites/blobs.ts';
import { haveTool, runTool } from '../../../suites/tool.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

const test = ava.serial;
const METHODS = [
  { method: 'xz', level: 1 },
  { method: 'zstd', level: 3 },
  { method: 'gzip', level: 6 },
] as const;
const raw = sampleBytes(200_000, 7);
const truthful = openUnpacker();

/** What a real tool makes of `raw`. */
async function packWithTool(command: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'unpack-'));
  try {
    await writeFile(join(folder, 'raw'), raw);
    return Buffer.from(runTool('sh', ['-c', `${command} < ${join(folder, 'raw')} | base64`]), 'base64');
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const command of [
  'xz -9',
  'xz -0 --check=crc32',
  'xz --check=sha256',
  'xz -T2 --block-size=30000',
  'xz --x86 --lzma2',
]) {
  test(`what "${command}" writes is read back`, async (t) => {
    if (!haveTool(t, 'xz')) return;
    t.true((await unpackBytes(truthful, await packWithTool(command), 'xz')).equals(raw));
  });
}

for (const command of ['zstd -1', 'zstd --no-check -19', 'zstd --no-content-size']) {
  test(`what "${command}" writes is read back`, async (t) => {
    if (!haveTool(t, 'zstd')) return;
    t.true((await unpackBytes(truthful, await packWithTool(command), 'zstd')).equals(raw));
  });
}

test('zstd frames and skippable frames one after another are one content', async (t) => {
  const skippable = Buffer.from('5a2a4d1803000000616263', 'hex');
  const frames = [raw.subarray(0, 70_000), Buffer.alloc(0), raw.subarray(70_000)].map((part) => zstdCompressSync(part));
  const stream = Buffer.concat([frames[0]!, skippable, frames[1]!, frames[2]!]);
  t.true((await unpackBytes(truthful, stream, 'zstd')).equals(raw));
});

test('gzip members with names, extra fields and comments are one content', async (t) => {
  const [first, second] = [raw.subarray(0, 90_000), raw.subarray(90_000)];
  const plain = gzipSync(first);
  const trailer = gzipSync(second).subarray(-8);
  // FHCRC, FEXTRA, FNAME and FCOMMENT: RFC 1952, section 2.3.1.
  const header = Buffer.from('1f8b081e0000000000ff0200aabb', 'hex');
  const named = Buffer.concat([
    header,
    Buffer.from('name\0comment\0'),
    Buffer.alloc(2),
    deflateRawSync(second),
    trailer,
  ]);
  t.true((await unpackBytes(truthful, Buffer.concat([plain, named]), 'gzip')).equals(raw));
});

for (const { method, level } of METHODS) {
  const compressed = () =>
    ({
      xz: () => packWithTool('xz -1 --block-size=60000'),
      zstd: async () =>
        Buffer.concat(
          [raw.subarray(0, 100_000), raw.subarray(100_000)].map((part) =>
            zstdCompressSync(part, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
          ),
        ),
      gzip: async () => Buffer.concat([gzipSync(raw.subarray(0, 100_000)), gzipSync(raw.subarray(100_000))]),
    })[method]();

  test(`${method} data cut off anywhere is an error that names the file`, async (t) => {
    if (!haveTool(t, method)) return;
    const stream = await compressed();
    const number = seededNumbers(11);
    const cuts = [0, 1, 5, 9, 11, 12, 17, 18, stream.length - 1, stream.length - 4, stream.length - 13];
    for (let i = 0; i < 30; i++) cuts.push(number(stream.length));
    for (const cut of cuts) {
      const error = await t.throwsAsync(
        unpackBytes(truthful, stream.subarray(0, cut), method),
        undefined,
        `cut at ${cut}`,
      );
      t.true(error instanceof PackwrightError && error.where === 'stream', `cut at ${cut}: ${error}`);
    }
  });

  test(`a bit flipped anywhere in ${method} data is an error, or harmless`, async (t) => {
    if (!haveTool(t, method)) return;
    const stream = await compressed();
    const number = seededNumbers(12);
    let caught = 0;
    for (let i = 0; i < 60; i++) {
      const broken = Buffer.from(stream);
      const at = i < 30 ? i : number(stream.length);
      broken[at]! ^= 1 << number(8);
      try {
        t.true((await unpackBytes(truthful, broken, method)).equals(raw), `other bytes after a flip in byte ${at}`);
      } catch (cause) {
        caught++;
        t.true(cause instanceof PackwrightError, `byte ${at}: ${cause}`);
      }
    }
    t.true(caught > 30, `${caught} of 60`);
  });

  test(`bytes behind a ${method} stream are an error`, async (t) => {
    if (!haveTool(t, method)) return;
    const stream = await compressed();
    for (const tail of [Buffer.alloc(1), Buffer.alloc(12), Buffer.from('garbage that is longer than any header')]) {
      await t.throwsAsync(unpackBytes(truthful, Buffer.concat([stream, tail]), method), {
        instanceOf: PackwrightError,
      });
    }
  });

  test(`a build's own unpacker takes known ${method} pieces from the original file, and only those`, async (t) => {
    const { folder, cache, blobs } = await openTestBlobs(t);
    const file = join(folder, 'original');
    const time = new Date(1_700_000_000_000);
    await writeFile(file, raw);
    await utimes(file, time, time);
    const content: Content = { ...bytesContent(raw), file };
    const other = sampleBytes(100_000, 8);
    const made = await blobs.compress([Buffer.from('head'), content, other], { method, level });
    const stream = await streamOf(made);
    const wanted = Buffer.concat([Buffer.from('head'), raw, other]);
    const knowing = openUnpacker({ cache });
    t.true((await unpackBytes(knowing, stream, method)).equals(wanted));
    // Other bytes under the same size and time show where they come from.
    await writeFile(file, Buffer.alloc(raw.length, 'x'));
    await utimes(file, time, time);
    const shown = await unpackBytes(knowing, stream, method);
    t.true(shown.equals(Buffer.concat([Buffer.from('head'), Buffer.alloc(raw.length, 'x'), other])));
    t.true((await unpackBytes(truthful, stream, method)).equals(wanted));

    // A damaged piece is not the known one, and what stands around known pieces is checked as ever.
    const places = [Math.floor(stream.length / 2), stream.length - 1];
    if (method === 'xz') for (let back = 2; back <= 24; back++) places.push(stream.length - back);
    for (const at of places) {
      const broken = Buffer.from(stream);
      broken[at]! ^= 1;
      await t.throwsAsync(unpackBytes(knowing, broken, method), { instanceOf: PackwrightError }, `byte ${at}`);
    }
    // The original is not what it was: everything is decompressed.
    await writeFile(file, 'changed');
    t.true((await unpackBytes(knowing, stream, method)).equals(wanted));
  });

  test(`a reader may stop early in ${method} data as often as it likes`, async (t) => {
    if (!haveTool(t, method)) return;
    const stream = await compressed();
    for (let i = 0; i < 100; i++) {
      for await (const chunk of truthful.unpack(memorySource('stream', stream), 0, stream.length, method)) {
        t.true(chunk.length > 0);
        break;
      }
    }
  });
}

test('what was read of xz data gives its memory back', async (t) => {
  if (!haveTool(t, 'xz')) return;
  const stream = Buffer.from(runTool('sh', ['-c', 'printf text | xz -0 | base64']), 'base64');
  // Each holds half a megabyte, and the heap ends at 256.
  for (let i = 0; i < 600; i++) t.is((await unpackBytes(truthful, stream, 'xz')).toString(), 'text');
});

test('a compressor that errs is found out before its bytes leave', async (t) => {
  const wrong = Buffer.from(raw);
  wrong[raw.length - 1]! ^= 1;
  for (const [method, encoded] of [
    ['gzip', gzipSync(wrong)],
    ['zstd', zstdCompressSync(wrong)],
  ] as const) {
    await t.notThrowsAsync(assertDecodes(encoded, wrong, method));
    await t.throwsAsync(assertDecodes(encoded, raw, method), { instanceOf: PackwrightError });
    await t.throwsAsync(assertDecodes(encoded.subarray(0, -20), raw, method), { instanceOf: PackwrightError });
    await t.throwsAsync(assertDecodes(encoded, raw.subarray(1), method), { instanceOf: PackwrightError });
  }
});

test('stored bytes are given as they are', async (t) => {
  t.true((await unpackBytes(truthful, raw, 'none')).equals(raw));
});

test('a stretch beyond the end of the file is an error that says so', (t) => {
  const source = memorySource('short', Buffer.alloc(10));
  const error = t.throws(() => truthful.unpack(source, 5, 6, 'gzip'), { instanceOf: PackwrightError });
  t.regex(error.message, /^short: bytes 5 to 11 were asked for, but it has only 10/);
});

test('an index that promises a million blocks in a small file is refused at once', async (t) => {
  const footer = Buffer.from('00000000ffffff0f0001595a', 'hex');
  const stream = Buffer.concat([Buffer.from('fd377a585a0000016922de36', 'hex'), Buffer.alloc(64), footer]);
  await t.throwsAsync(unpackBytes(truthful, stream, 'xz' satisfies Method), { instanceOf: PackwrightError });
});
