import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import { encodeHeader } from '../../../installers/rpm/header.ts';
import { readHeader } from '../../../installers/rpm/read-header.ts';
import { HEADER_IMMUTABLE, TAGS, type TagTable } from '../../../installers/rpm/tags.ts';
import { memorySource } from '../../suites/blobs.ts';

const encode = <T extends TagTable>(table: T, fields: Parameters<typeof encodeHeader<T>>[2]) =>
  encodeHeader(HEADER_IMMUTABLE, table, fields, 'thing');
const read = (bytes: Uint8Array, start = 0) => readHeader(memorySource('x.rpm', bytes), start, 'main');
const SMALL = { NAME: 'x', EPOCH: [7], FILEMODES: [1, 2, 3], LONGSIZE: [2 ** 40], BASENAMES: ['a', '', 'ü'] };

test('values of every type are read back, aligned and in the order of their tags', async (t) => {
  const bytes = encode({ ...TAGS, BLOB: [6000, 'bin'] }, { BLOB: Buffer.from([0, 1, 255]), ...SMALL });
  const header = await read(Buffer.concat([Buffer.alloc(24), bytes, Buffer.alloc(9)]), 24);
  t.deepEqual(header.tags, [1000, 1003, 1030, 1117, 5009, 6000]);
  t.deepEqual(header.texts(1000), ['x']);
  t.deepEqual(header.numbers(1003), [7]);
  t.deepEqual(header.numbers(1030), [1, 2, 3]);
  t.deepEqual(header.texts(1117), ['a', '', 'ü']);
  t.deepEqual(header.numbers(5009), [2 ** 40]);
  t.deepEqual([...header.binary(6000)!], [0, 1, 255]);
  t.deepEqual([header.texts(1), header.numbers(1), header.binary(1)], [[], [], undefined]);
  t.deepEqual([header.start, header.end], [24, 24 + bytes.length]);
  t.true(header.bytes.equals(bytes));
});

test('what a header cannot say is refused when it is written', (t) => {
  const refuse = (fields: Parameters<typeof encodeHeader<typeof TAGS>>[2], message: RegExp) =>
    t.throws(() => encode(TAGS, fields), { instanceOf: PackwrightError, message });
  refuse({ NAME: 'a\0b' }, /thing: NAME: .* has a NUL/);
  refuse({ BASENAMES: ['a', '\0'] }, /BASENAMES/);
  refuse({ SIZE: [2 ** 32] }, /4294967296 does not fit 4 bytes/);
  refuse({ FILEMODES: [65536] }, /does not fit 2 bytes/);
  refuse({ SIZE: [-1] }, /-1/);
  refuse({ SIZE: [1.5] }, /1.5/);
});

/** Changes a 32-bit number of a small header and gives the error of reading it. */
async function breakAt(offset: number, value: number): Promise<string> {
  const bytes = encode(TAGS, SMALL);
  bytes.writeInt32BE(value, offset < 0 ? bytes.length + offset : offset);
  try {
    await read(bytes);
  } catch (error) {
    if (error instanceof PackwrightError) return error.message;
    throw error;
  }
  return 'accepted';
}

test('every count and offset that leaves its bounds is named with its place', async (t) => {
  t.regex(await breakAt(0, 0), /its magic is missing \(byte 0\)/);
  t.regex(await breakAt(8, 0), /0 index entries/);
  t.regex(await breakAt(8, 0x10000), /65536 index entries/);
  t.regex(await breakAt(8, 7), /needs .* bytes and the file ends before/);
  t.regex(await breakAt(12, 0x10000000), /268435456 bytes of data/);
  t.regex(await breakAt(12, 0x0fffffff), /the file ends before/);
  t.regex(await breakAt(16, 62), /begins with tag 62 instead of the region 63/);
  t.regex(await breakAt(24, 0), /the region does not end with the data/);
  t.regex(await breakAt(-8, -16), /trailer of the region/);
  t.regex(await breakAt(32, 99), /entry 1, tag 99: not in ascending order/);
  t.regex(await breakAt(48, 1000), /entry 2, tag 1000: not in ascending order after tag 1000/);
  t.regex(await breakAt(36, 0), /type 0 is unknown/);
  t.regex(await breakAt(36, 10), /type 10 is unknown/);
  t.regex(await breakAt(40, -1), /its data begins at -1/);
  t.regex(await breakAt(40, 1 << 20), /its data begins at 1048576/);
  t.regex(await breakAt(44, 0), /its count is 0/);
  t.regex(await breakAt(44, 2), /a STRING has 2 values/);
  t.regex(await breakAt(56, 0), /tag 1003: its data begins at 0/);
  t.regex(await breakAt(56, 6), /tag 1003: its data at 6 is not aligned/);
  t.regex(await breakAt(60, 60), /tag 1003: its count is 60/);
  t.regex(await breakAt(76, 30), /tag 1030: its data leaves the header/);
  t.regex(await breakAt(92, 30), /tag 1117: its data leaves the header/);
});

test('a tag of another type than its meaning is refused', async (t) => {
  const bytes = encode({ NAME: [1000, 'int32'], BLOB: [1003, 'string'] }, { NAME: [1], BLOB: 'x' });
  const header = await read(bytes);
  t.throws(() => header.texts(1000), { message: /tag 1000 has the type 4/ });
  t.throws(() => header.numbers(1003), { message: /tag 1003 has the type 6/ });
  t.throws(() => header.binary(1003), { message: /tag 1003 has the type 6/ });
});
