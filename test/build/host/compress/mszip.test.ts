import { deflateRawSync } from 'node:zlib';
import ava from 'ava';
import { assertDecodes } from '../../../../build/host/compress/assert-decodes.ts';
import { encodeMszipBlocks } from '../../../../build/host/compress/mszip-blocks.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { seededBytes, seededNumbers } from '../../../suites/blobs.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

const test = ava.serial;
const MSZIP = { method: 'mszip', level: 6 } as const;
const raw = sampleBytes(150_000, 1);
/** Noise, and the same again and again. */
const echo = Buffer.alloc(100_000, seededBytes(3, 20_000));
const truthful = openUnpacker();

/** cbUncomp of each record. */
function rawSizes(stream: Buffer): number[] {
  const sizes: number[] = [];
  for (let at = 0; at < stream.length; at += 8 + stream.readUInt16LE(at + 4)) sizes.push(stream.readUInt16LE(at + 6));
  return sizes;
}

test('large and small parts become the records of one folder, all but the last full', async (t) => {
  const { blobs } = await openTestBlobs(t);
  const made = await blobs.compress([Buffer.from('head'), bytesContent('small'), bytesContent(raw)], MSZIP);
  const stream = await streamOf(made);
  t.deepEqual([made.size, made.rawSize], [stream.length, 150_009]);
  t.deepEqual(rawSizes(stream), [...Array(4).fill(32_768), 150_009 - 4 * 32_768]);
  t.true((await unpackBytes(truthful, stream, 'mszip')).equals(Buffer.concat([Buffer.from('headsmall'), raw])));
});

test('a record points back into the one before', async (t) => {
  const records = encodeMszipBlocks(echo, 6);
  t.true(records.length < 23_000, `${records.length} bytes`);
  t.true((await unpackBytes(truthful, records, 'mszip')).equals(echo));
});

test('noise takes at most twelve bytes a record more than it has', async (t) => {
  const noise = seededBytes(4, 100_000);
  for (const level of [1, 6, 9]) {
    const records = encodeMszipBlocks(noise, level);
    t.true((await unpackBytes(truthful, records, 'mszip')).equals(noise));
    for (let at = 0; at < records.length; at += 8 + records.readUInt16LE(at + 4)) {
      t.true(records.readUInt16LE(at + 4) <= records.readUInt16LE(at + 6) + 12);
    }
  }
});

test('records cut off anywhere but between two, or with a bit flipped, are an error that names the file', async (t) => {
  const stream = encodeMszipBlocks(raw, 6);
  const number = seededNumbers(11);
  for (let i = 0; i < 80; i++) {
    const broken = i % 2 === 0 ? Buffer.from(stream) : stream.subarray(0, 1 + number(stream.length - 1));
    if (i % 2 === 0) broken[i < 40 ? i : number(stream.length)]! ^= 1 << number(8);
    const error = await t.throwsAsync(unpackBytes(truthful, broken, 'mszip'), undefined, `round ${i}`);
    t.true(error instanceof PackwrightError && error.where === 'stream', `round ${i}: ${error}`);
  }
});

test('a checksum of zero was never taken, and what lies under it is read all the same', async (t) => {
  const records = encodeMszipBlocks(Buffer.from('a text, a text'), 6);
  records.writeUInt32LE(0, 0);
  t.is((await unpackBytes(truthful, records, 'mszip')).toString(), 'a text, a text');
  records[8] = 0x58;
  await t.throwsAsync(unpackBytes(truthful, records, 'mszip'), { instanceOf: PackwrightError });
});

test('a record that stands for more than it says is refused', async (t) => {
  const deflated = deflateRawSync(Buffer.alloc(33_000));
  const header = Buffer.alloc(8);
  header.writeUInt16LE(deflated.length + 2, 4);
  header.writeUInt16LE(32_768, 6);
  const record = Buffer.concat([header, Buffer.from('CK'), deflated]);
  await t.throwsAsync(unpackBytes(truthful, record, 'mszip'), { instanceOf: PackwrightError });
});

test('a compressor that errs is found out before its records leave', async (t) => {
  const records = encodeMszipBlocks(echo, 6);
  await t.notThrowsAsync(assertDecodes(records, echo, 'mszip'));
  const wrong = Buffer.from(echo);
  wrong[echo.length - 1]! ^= 1;
  await t.throwsAsync(assertDecodes(records, wrong, 'mszip'), { instanceOf: PackwrightError });
  await t.throwsAsync(assertDecodes(records.subarray(0, -20), echo, 'mszip'), { instanceOf: PackwrightError });
  await t.throwsAsync(assertDecodes(records, echo.subarray(1), 'mszip'), { instanceOf: PackwrightError });
});
