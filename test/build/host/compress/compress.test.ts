import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ava from 'ava';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import type { Compression } from '../../../../build/model/format.ts';
import { haveTool, runTool } from '../../../suites/tool.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

// Each opens threads of its own: side by side they would only wait for each other.
const test = ava.serial;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const METHODS: readonly (Compression & { method: 'xz' | 'zstd' | 'gzip' })[] = [
  { method: 'xz', level: 1 },
  { method: 'zstd', level: 3 },
  { method: 'gzip', level: 6 },
];

const large = sampleBytes(150_000, 1);
const run = sampleBytes(90_000, 2);
const parts = [Buffer.from('head'), bytesContent('small'), bytesContent(large), run];
const raw = Buffer.concat([Buffer.from('headsmall'), large, run]);

for (const compression of METHODS) {
  const { method } = compression;

  test(`large and small parts become one ${method} stream that the real tool reads`, async (t) => {
    if (!haveTool(t, method)) return;
    const { folder, blobs } = await openTestBlobs(t);
    const made = await blobs.compress(parts, compression);
    const stream = await streamOf(made);
    t.is(made.size, stream.length);
    t.is(made.sha256, sha256(stream));
    t.is(made.rawSize, raw.length);
    t.is(made.rawSha256, sha256(raw));
    const file = join(folder, 'stream');
    await writeFile(file, stream);
    t.notThrows(() => runTool('sh', ['-c', `${method} -t < ${file}`]));
    t.is(runTool('sh', ['-c', `${method} -dc < ${file} | sha256sum`]).slice(0, 64), made.rawSha256);
    t.true((await unpackBytes(openUnpacker(), stream, method)).equals(raw));
  });

  test(`a later process reuses what an earlier one compressed with ${method}, for the same bytes`, async (t) => {
    const first = await openTestBlobs(t);
    const made = await first.blobs.compress(parts, compression);
    t.deepEqual(
      first.reports.map(({ kind }) => kind),
      ['made'],
    );
    const second = await openTestBlobs(t, { folder: first.folder });
    const again = await second.blobs.compress(parts, compression);
    t.deepEqual(
      second.reports.map(({ kind }) => kind),
      ['reused'],
    );
    t.is(again.sha256, made.sha256);
    t.true((await streamOf(again)).equals(await streamOf(made)));
  });

  test(`the bytes of ${method} do not depend on how many threads there are`, async (t) => {
    const one = await openTestBlobs(t, { jobs: 1 });
    const three = await openTestBlobs(t, { jobs: 3 });
    const made = await Promise.all([one, three].map(({ blobs }) => blobs.compress(parts, compression)));
    t.is(made[0]!.sha256, made[1]!.sha256);
  });

  test(`nothing at all is a sound ${method} stream`, async (t) => {
    const { blobs } = await openTestBlobs(t);
    const made = await blobs.compress([], compression);
    t.is(made.rawSize, 0);
    t.is(made.rawSha256, sha256(Buffer.alloc(0)));
    const stream = await streamOf(made);
    if (haveTool(t, method)) t.notThrows(() => runTool(method, ['-t'], stream));
    t.is((await unpackBytes(openUnpacker(), stream, method)).length, 0);
  });
}

test('digests that nobody needs are not made', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress(parts, { method: 'zstd', level: 3 }, { digests: 'none' });
  t.is(made.sha256, '');
  t.is(made.rawSha256, '');
  t.is(made.size, (await streamOf(made)).length);
  const packed = await blobs.compress(parts, { method: 'zstd', level: 3 }, { digests: 'packed' });
  t.is(packed.sha256, sha256(await streamOf(packed)));
  t.is(packed.rawSha256, '');
});

test('the digests of a stream that was made before are the same', async (t) => {
  const first = await openTestBlobs(t);
  const long = [Buffer.from('head'), bytesContent(sampleBytes(2 << 20, 6)), Buffer.from('tail')];
  const made = await first.blobs.compress(long, { method: 'zstd', level: 1 });
  const second = await openTestBlobs(t, { folder: first.folder });
  const again = await second.blobs.compress(long, { method: 'zstd', level: 1 });
  t.is(again.rawSha256, made.rawSha256);
  t.is(again.sha256, sha256(await streamOf(again)));
  t.is(again.rawSha256, sha256(Buffer.concat([Buffer.from('head'), sampleBytes(2 << 20, 6), Buffer.from('tail')])));
});

test('a content asked for by several streams at once is compressed once', async (t) => {
  const { blobs, reports } = await openTestBlobs(t);
  const content = bytesContent(large);
  const made = await Promise.all(
    ['a', 'b', 'c'].map((head) => blobs.compress([Buffer.from(head), content], { method: 'xz', level: 1 })),
  );
  t.is(reports.filter(({ kind }) => kind === 'made').length, 1);
  t.is(new Set(made.map((one) => one.sha256)).size, 3);
});

test('another level is another piece', async (t) => {
  const { blobs, reports } = await openTestBlobs(t);
  for (const level of [1, 2]) await blobs.compress([bytesContent(large)], { method: 'zstd', level });
  t.deepEqual(
    reports.map(({ kind, level }) => `${kind} ${level}`),
    ['made 1', 'made 2'],
  );
});

test('stored parts are the stream themselves', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress(parts, { method: 'none', level: 0 });
  t.true((await streamOf(made)).equals(raw));
  t.is(made.sha256, sha256(raw));
  t.is(made.rawSha256, made.sha256);
});

test('one frame holds everything where a reader asks for it', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress(parts, { method: 'zstd', level: 3 }, { oneFrame: true });
  const stream = await streamOf(made);
  t.is(made.rawSha256, sha256(raw));
  t.true((await unpackBytes(openUnpacker(), stream, 'zstd')).equals(raw));
  if (haveTool(t, 'zstd')) {
    t.notThrows(() => runTool('zstd', ['-t'], stream));
  }
  // Magic number of a frame: RFC 8878, section 3.1.1.
  t.is(stream.toString('latin1').split('\x28\xb5\x2f\xfd').length - 1, 1);
});

test('a file that is not what its SHA-256 says is one clear error', async (t) => {
  const { folder, blobs } = await openTestBlobs(t);
  const file = join(folder, 'content');
  await writeFile(file, sampleBytes(150_000, 3));
  const content: Content = { ...bytesContent(large), file };
  const error = await t.throwsAsync(blobs.compress([content], { method: 'gzip', level: 1 }), {
    instanceOf: PackwrightError,
  });
  t.true(error.message.startsWith(`${file}: the bytes are not those of SHA-256`));
});

test('a file that changes between two streams is noticed', async (t) => {
  const { folder, blobs } = await openTestBlobs(t);
  const file = join(folder, 'content');
  await writeFile(file, large);
  const content: Content = { ...bytesContent(large), file };
  await blobs.compress([content], { method: 'gzip', level: 1 });
  await writeFile(file, sampleBytes(150_000, 3));
  await t.throwsAsync(blobs.compress([content], { method: 'gzip', level: 1 }), { instanceOf: PackwrightError });
});

test('a level that the method does not have is one clear error', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const error = await t.throwsAsync(blobs.compress([], { method: 'xz', level: 10 }), { instanceOf: PackwrightError });
  t.is(error.message, 'compression xz: there is no level 10; use 0 to 9');
});

test('nothing but the cache is left in the scratch folder when a stream is done', async (t) => {
  const { folder, blobs } = await openTestBlobs(t);
  // More than is held in memory.
  await blobs.compress([Buffer.alloc(3 << 20, 'x')], { method: 'zstd', level: 1 });
  t.deepEqual(await readdir(join(folder, 'scratch')), []);
});

test('closing ends what is under way with an error rather than never', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const pending = blobs.compress([bytesContent(sampleBytes(3_000_000, 4))], { method: 'xz', level: 9 });
  await blobs.close();
  await t.throwsAsync(pending);
});

test('a digest is remembered under the SHA-256 of the content', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const bytes = sampleBytes(1 << 20, 5);
  const content = bytesContent(bytes);
  for (const algorithm of ['md5', 'sha512'] as const) {
    const wanted = createHash(algorithm).update(bytes).digest('hex');
    t.is(await blobs.digest(content, algorithm), wanted);
    const unreadable: Content = {
      ...content,
      open() {
        throw new Error('read twice');
      },
    };
    t.is(await blobs.digest(unreadable, algorithm), wanted);
  }
});
