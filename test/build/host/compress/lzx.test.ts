import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ava from 'ava';
import { assertLzxDecodes } from '../../../../build/host/compress/lzx-check.ts';
import { buildLengths } from '../../../../build/host/compress/lzx-huffman.ts';
import { encodeLzxRecords } from '../../../../build/host/compress/lzx-records.ts';
import { openLzxDecoder } from '../../../../build/host/compress/unpack/lzx-decoder.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { seededBytes, seededNumbers } from '../../../suites/blobs.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

// Each opens threads of its own: side by side they would only wait for each other.
const test = ava.serial;
const LZX = { method: 'lzx', level: 21 } as const;
const truthful = openUnpacker();
const text = Buffer.alloc(90_000, 'some text that repeats, and some that repeats elsewhere\n');

/** Looks like machine code: calls of a few functions from many places. */
function calls(size: number, seed: number): Buffer {
  const number = seededNumbers(seed);
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 5 <= size; at += 5 + number(9)) {
    bytes[at] = 0xe8;
    bytes.writeInt32LE(number(8) * 1000 - at, at + 1);
  }
  return bytes;
}

/** Nothing but bytes that make calls, near targets and far ones. */
function thicket(size: number): Buffer {
  const number = seededNumbers(21);
  return Buffer.from(Uint8Array.from({ length: size }, () => [0xe8, 0, 0xff, 1, 0xe8][number(5)]!));
}

const SAMPLES: readonly (readonly [string, Buffer])[] = [
  ['one byte', Buffer.from('x')],
  ['one byte again and again', Buffer.alloc(100_000)],
  ['text', text],
  ['noise', seededBytes(1, 100_000)],
  ['calls', calls(100_000, 2)],
  ['calls within calls', thicket(100_000)],
  ['noise and text, in turns', Buffer.concat([sampleBytes(70_000, 3), sampleBytes(50_000, 4), sampleBytes(30_001, 5)])],
  ['whole frames', sampleBytes(65_536, 6)],
  ['a last frame too short for calls', Buffer.concat([calls(32_768, 7), calls(9, 8)])],
  ['more than two windows, with matches from afar', Buffer.alloc(4_400_000, seededBytes(9, 400_000))],
];

for (const [sentence, bytes] of SAMPLES) {
  test(`${sentence}: it comes back`, async (t) => {
    const { records } = encodeLzxRecords(bytes, { history: 0, position: 0, total: bytes.length, calls: true });
    const back = await unpackBytes(truthful, records, 'lzx');
    t.true(back.equals(bytes));
    t.true(records.length < bytes.length + (bytes.length >> 4) + 1000, `${records.length} bytes`);
  });
}

test('calls of the same function from many places are said in fewer bytes', (t) => {
  const bytes = calls(200_000, 10);
  const place = { history: 0, position: 0, total: bytes.length };
  const plain = encodeLzxRecords(bytes, { ...place, calls: false }).records.length;
  t.true(encodeLzxRecords(bytes, { ...place, calls: true }).records.length < plain * 0.8);
});

test('pieces of a large content are one stream, the same for any number of threads', async (t) => {
  const bytes = Buffer.concat([calls(100_000, 11), sampleBytes(60_000, 12), text]);
  const digests: string[] = [];
  for (const jobs of [1, 3]) {
    const { blobs, reports } = await openTestBlobs(t, { jobs });
    const made = await blobs.compress([bytesContent(bytes)], LZX);
    const stream = await streamOf(made);
    t.is(made.size, stream.length);
    t.is(made.rawSize, bytes.length);
    t.is(reports[0]?.rawSize, bytes.length);
    t.true((await unpackBytes(truthful, stream, 'lzx')).equals(bytes));
    digests.push(made.sha256);
  }
  t.is(digests[0], digests[1]);
});

test('small parts go together, and nothing at all is no record', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress([Buffer.from('head'), bytesContent(text), sampleBytes(60_000, 13)], LZX);
  const whole = Buffer.concat([Buffer.from('head'), text, sampleBytes(60_000, 13)]);
  t.true((await unpackBytes(truthful, await streamOf(made), 'lzx')).equals(whole));
  t.is((await blobs.compress([], LZX)).size, 0);
});

test("a build's own unpacker takes a folder that is one known content from the original file, and only that", async (t) => {
  const { folder, cache, blobs, reports } = await openTestBlobs(t);
  const bytes = sampleBytes(150_000, 14);
  const file = join(folder, 'original');
  const time = new Date(1_700_000_000_000);
  const write = async (data: Uint8Array) => {
    await writeFile(file, data);
    await utimes(file, time, time);
  };
  await write(bytes);
  const content: Content = { ...bytesContent(bytes), file };
  const stream = await streamOf(await blobs.compress([content], LZX));
  await blobs.compress([content], LZX);
  t.deepEqual(
    reports.map(({ kind }) => kind),
    ['made', 'reused'],
  );
  const knowing = openUnpacker({ cache });
  // Other bytes under the same size and time show where they come from.
  await write(Buffer.alloc(bytes.length, 'x'));
  t.true((await unpackBytes(knowing, stream, 'lzx')).equals(Buffer.alloc(bytes.length, 'x')));
  t.true((await unpackBytes(truthful, stream, 'lzx')).equals(bytes));
  const broken = Buffer.from(stream);
  broken[stream.length - 1]! ^= 1;
  await t.throwsAsync(unpackBytes(knowing, broken, 'lzx'), { instanceOf: PackwrightError });
});

test('records cut off, or with a bit flipped, are an error that names the file', async (t) => {
  const bytes = sampleBytes(100_000, 15);
  const { records } = encodeLzxRecords(bytes, { history: 0, position: 0, total: bytes.length, calls: true });
  const number = seededNumbers(16);
  for (let i = 0; i < 60; i++) {
    const broken =
      i % 2 === 0 ? Buffer.from(records) : Buffer.from(records.subarray(0, 1 + number(records.length - 1)));
    if (i % 2 === 0) broken[number(broken.length)]! ^= 1 << number(8);
    const error = await t.throwsAsync(unpackBytes(truthful, broken, 'lzx'), undefined, `round ${i}`);
    t.true(error instanceof PackwrightError && error.where === 'stream', `round ${i}: ${error}`);
  }
});

test('a frame of anything is refused or decoded, without its checksum too', (t) => {
  const bytes = sampleBytes(30_000, 17);
  const { records } = encodeLzxRecords(bytes, { history: 0, position: 0, total: bytes.length, calls: true });
  const frame = records.subarray(8);
  const number = seededNumbers(18);
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const broken = Buffer.from(frame);
    for (let flips = 1 + number(3); flips > 0; flips--) broken[number(i % 2 ? 400 : broken.length)]! ^= 1 << number(8);
    try {
      t.is(openLzxDecoder(15 + number(7)).decodeFrame(broken, bytes.length).length, bytes.length);
    } catch (cause) {
      refused++;
      t.true(cause instanceof Error && !(cause instanceof RangeError) && !(cause instanceof TypeError), String(cause));
    }
  }
  t.true(refused > 200, `${refused}`);
});

test('an encoder that errs is found out before its records leave', (t) => {
  const bytes = Buffer.concat([text, calls(40_000, 19)]);
  const place = { history: 32_768, position: 65_536, total: 65_536 + bytes.length, calls: true };
  const { records, translated, translation } = encodeLzxRecords(bytes, place);
  const assertSound = (packed: Uint8Array, raw: Uint8Array, seen: Uint8Array) =>
    assertLzxDecodes(packed, raw, seen, translation, place);
  t.notThrows(() => assertSound(records, bytes, translated));
  const differ = (buffer: Uint8Array, at: number) => {
    const other = Buffer.from(buffer);
    other[at]! ^= 1;
    return other;
  };
  for (const [packed, raw, seen] of [
    [records, differ(bytes, bytes.length - 1), translated],
    [records, bytes, differ(translated, bytes.length - 1)],
    [records, bytes, differ(translated, 32_760)],
    [records.subarray(0, -20), bytes, translated],
    [Buffer.concat([records, Buffer.alloc(8)]), bytes, translated],
  ] as const) {
    t.throws(() => assertSound(packed, raw, seen), { instanceOf: PackwrightError });
  }
});

test('blocks of bytes as they are are read, across frames and with their padding', (t) => {
  // 3 bits of type 3, 24 of size, after one that says that no calls are translated; then padding to a word.
  const size = 32_769;
  const head = Buffer.alloc(4);
  const bits = (0b0011 << 28) | (size << 4);
  head.writeUInt16LE(bits >>> 16, 0);
  head.writeUInt16LE(bits & 0xffff, 2);
  const recent = Buffer.from('010000000100000001000000', 'hex');
  const noise = seededBytes(20, size);
  const decoder = openLzxDecoder(21);
  const first = decoder.decodeFrame(Buffer.concat([head, recent, noise.subarray(0, 32_768)]), 32_768);
  t.true(first.equals(noise.subarray(0, 32_768)));
  // The block ends with the second frame's first byte, a byte of padding follows, then another block: its header has no first bit.
  const tail = Buffer.alloc(4);
  const more = (0b011 << 29) | (5 << 5);
  tail.writeUInt16LE(more >>> 16, 0);
  tail.writeUInt16LE(more & 0xffff, 2);
  const second = Buffer.concat([noise.subarray(32_768), Buffer.alloc(1), tail, recent, Buffer.from('hello')]);
  t.true(decoder.decodeFrame(second, 6).equals(Buffer.concat([noise.subarray(32_768), Buffer.from('hello')])));
});

test('codes of the steepest frequencies are no longer than allowed, and complete', (t) => {
  const frequencies = Uint32Array.from({ length: 40 }, (_, symbol) => Math.floor(1.6 ** symbol));
  const lengths = new Uint8Array(40);
  for (const limit of [7, 15, 16]) {
    buildLengths(frequencies, 40, limit, lengths);
    t.true(lengths.every((length) => length >= 1 && length <= limit));
    t.is(
      lengths.reduce((sum, length) => sum + 2 ** -length, 0),
      1,
    );
  }
});
