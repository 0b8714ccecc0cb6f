import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ava from 'ava';
import { digestData } from '../../../../build/host/compress/unpack/digest-data.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content, hashData } from '../../../../build/model/content.ts';
import { memorySource, seededBytes } from '../../../suites/blobs.ts';
import { openTestBlobs, streamOf } from './open-blobs.ts';

const test = ava.serial;
const raw = seededBytes(11, 3 << 20);
const other = seededBytes(12, 1 << 20);
const LIE = 'f'.repeat(64);
/** Says something that hashing would never give, so that a test sees whether it was believed. */
const lie = async () => LIE;

/** A stream with the two contents between other bytes, given back by an unpacker that knows them. */
async function unpackKnown(t: Parameters<typeof openTestBlobs>[0]) {
  const { folder, cache, blobs } = await openTestBlobs(t);
  const contents: Content[] = [];
  for (const [name, bytes] of Object.entries({ one: raw, two: other })) {
    await writeFile(join(folder, name), bytes);
    contents.push({ ...bytesContent(bytes), file: join(folder, name) });
  }
  const parts = [Buffer.from('head'), contents[0]!, contents[1]!, Buffer.from('tail')];
  const stream = await streamOf(await blobs.compress(parts, { method: 'zstd', level: 1 }));
  const unpacker = openUnpacker({ cache });
  return { open: () => unpacker.unpack(memorySource('stream', stream), 0, stream.length, 'zstd'), unpacker };
}

/** Bytes `from` to `to` of a stream, in its own chunks. */
async function* cut(data: AsyncIterable<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of data) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length; // before the chunk is used up
    if (part.length > 0) yield part;
  }
}

test('data that are a whole known content have its digests', async (t) => {
  const { open } = await unpackKnown(t);
  t.deepEqual(await digestData(cut(open(), 4, 4 + raw.length), ['sha256', 'md5'], lie), [LIE, LIE]);
});

test('data that are less, more or something else than a known content are hashed', async (t) => {
  const { open } = await unpackKnown(t);
  const end = 4 + raw.length;
  const whole = Buffer.concat([Buffer.from('head'), raw, other, Buffer.from('tail')]);
  for (const [from, to] of [
    [0, end],
    [4, end - 1],
    [5, end],
    [4, end + 1],
    [4, end + other.length],
    [4 + (1 << 20), end],
    [3, 5],
    [0, 4],
    [end + 10, whole.length],
    [0, whole.length],
    [7, 7],
  ] as const) {
    const found = await digestData(cut(open(), from, to), ['sha256', 'md5'], lie);
    t.deepEqual(found, await hashData(cut(oneChunk(whole), from, to), ['sha256', 'md5']), `${from} to ${to}`);
  }
});

test('a digest that nobody kept is taken from the file', async (t) => {
  const { open, unpacker } = await unpackKnown(t);
  const data = () => cut(open(), 4, 4 + raw.length);
  const wanted = await hashData(oneChunk(raw), ['sha256', 'md5']);
  t.deepEqual(await unpacker.digest(data(), ['sha256', 'md5']), wanted);
  const unknown = async () => undefined;
  t.deepEqual(await digestData(data(), ['sha256', 'md5'], unknown), wanted);
});

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
