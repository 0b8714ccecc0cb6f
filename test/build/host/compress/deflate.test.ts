import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import ava from 'ava';
import { assertDecodes } from '../../../../build/host/compress/assert-decodes.ts';
import { encodeDeflatePiece } from '../../../../build/host/compress/deflate-piece.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { seededNumbers } from '../../../suites/blobs.ts';
import { haveTool, runTool } from '../../../suites/tool.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

// Each opens threads of its own: side by side they would only wait for each other.
const test = ava.serial;
const DEFLATE = { method: 'deflate', level: 6 } as const;
const large = sampleBytes(150_000, 1);
const parts = [Buffer.from('head'), bytesContent('small'), bytesContent(large), sampleBytes(90_000, 2)];
const raw = Buffer.concat([Buffer.from('headsmall'), large, sampleBytes(90_000, 2)]);
const truthful = openUnpacker();

test('large and small parts become one deflate stream that ends with its last byte', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress(parts, DEFLATE);
  const stream = await streamOf(made);
  t.deepEqual([made.size, made.rawSize], [stream.length, raw.length]);
  t.true(inflateRawSync(stream).equals(raw));
  t.true((await unpackBytes(truthful, stream, 'deflate')).equals(raw));
  if (!haveTool(t, 'python3')) return;
  const script =
    'import sys,zlib,hashlib; d=zlib.decompressobj(-15); r=d.decompress(sys.stdin.buffer.read()); ' +
    'print(hashlib.sha256(r).hexdigest(), d.eof, len(d.unused_data))';
  t.is(runTool('python3', ['-c', script], stream).trim(), `${bytesContent(raw).sha256} True 0`);
});

test('a large content is compressed once, and its pieces are the same in every stream and for any number of threads', async (t) => {
  const first = await openTestBlobs(t);
  const alone = await streamOf(await first.blobs.compress([bytesContent(large)], DEFLATE));
  const second = await openTestBlobs(t, { folder: first.folder, jobs: 3 });
  const among = await streamOf(await second.blobs.compress([bytesContent('other'), bytesContent(large)], DEFLATE));
  t.deepEqual(
    [...first.reports, ...second.reports].map(({ kind }) => kind),
    ['made', 'reused'],
  );
  t.true(among.subarray(-alone.length).equals(alone));
});

test('nothing at all is a sound deflate stream', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const stream = await streamOf(await blobs.compress([], DEFLATE));
  t.is((await unpackBytes(truthful, stream, 'deflate')).length, 0);
  t.is(inflateRawSync(stream).length, 0);
});

test('pieces that are known are not decompressed, and what refers back into them is read right', async (t) => {
  const { blobs, cache } = await openTestBlobs(t);
  const stream = await streamOf(await blobs.compress([bytesContent(large)], DEFLATE));
  const knowing = openUnpacker({ cache });
  t.true((await unpackBytes(knowing, stream, 'deflate')).equals(large));
  const more = Buffer.concat([large.subarray(-20_000), Buffer.from('and on')]);
  const rest = deflateRawSync(more, { dictionary: large.subarray(-32_768) });
  t.true(rest.length < 2_000);
  const foreign = Buffer.concat([stream.subarray(0, -2), rest]);
  t.true((await unpackBytes(knowing, foreign, 'deflate')).equals(Buffer.concat([large, more])));
});

test('a stream cut off anywhere, with a bit flipped or with bytes behind it is an error that names the file, or harmless', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const stream = await streamOf(await blobs.compress(parts, DEFLATE));
  const number = seededNumbers(11);
  const refuse = async (bytes: Buffer, what: string) => {
    const error = await t.throwsAsync(unpackBytes(truthful, bytes, 'deflate'), undefined, what);
    t.true(error instanceof PackwrightError && error.where === 'stream', `${what}: ${error}`);
  };
  const cuts = [0, 1, stream.length - 1, stream.length - 2];
  for (let i = 0; i < 40; i++) cuts.push(number(stream.length));
  for (const cut of cuts) await refuse(stream.subarray(0, cut), `cut at ${cut}`);
  for (const tail of ['\0', 'x'.repeat(300_000)]) await refuse(Buffer.concat([stream, Buffer.from(tail)]), 'a tail');
  for (let i = 0; i < 40; i++) {
    const broken = Buffer.from(stream);
    broken[number(stream.length)]! ^= 1 << number(8);
    const told = await unpackBytes(truthful, broken, 'deflate').catch((error: unknown) => error);
    t.true(Buffer.isBuffer(told) || told instanceof PackwrightError, String(told));
  }
});

test('a compressor that errs is found out before its blocks leave', async (t) => {
  const piece = encodeDeflatePiece(large, 6);
  await t.notThrowsAsync(assertDecodes(piece, large, 'deflate'));
  const wrong = Buffer.from(large);
  wrong[large.length - 1]! ^= 1;
  await t.throwsAsync(assertDecodes(piece, wrong, 'deflate'), { instanceOf: PackwrightError });
  await t.throwsAsync(assertDecodes(piece.subarray(0, -2000), large, 'deflate'), { instanceOf: PackwrightError });
});

test('a CRC-32 is made of small contents and of large ones, whose own is remembered', async (t) => {
  const { blobs, folder } = await openTestBlobs(t);
  const long = sampleBytes(1_200_000, 4);
  const hex = (bytes: Uint8Array) => crc32(bytes).toString(16).padStart(8, '0');
  for (const bytes of [Buffer.from('abc'), Buffer.alloc(0), long])
    t.is(await blobs.digest(bytesContent(bytes), 'crc32'), hex(bytes));
  const later = await openTestBlobs(t, { folder });
  t.is(await later.blobs.digest({ ...bytesContent(long), open: () => t.fail() as never }, 'crc32'), hex(long));
});
