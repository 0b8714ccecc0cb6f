import test from 'ava';
import { memoryRange, readAhead } from '../../../../runtime/engine/volumes/byte-range.ts';
import { VolumeError } from '../../../../runtime/engine/volumes/volume-error.ts';
import { seedRandom } from '../random.ts';

test('what is read ahead is what is there, wherever it is asked for', (t) => {
  const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, n) => (n * 2654435761) >>> 24));
  const random = seedRandom(4711);
  let calls = 0;
  const counted = {
    ...memoryRange(bytes),
    read: (at: number, length: number) => {
      calls++;
      return memoryRange(bytes).read(at, length);
    },
  };
  const range = readAhead(counted);
  let at = 0;
  for (let n = 0; n < 5000; n++) {
    if (random(50) === 0) at = random(bytes.length);
    const length = Math.min(random(random(100) === 0 ? 900_000 : 5000), bytes.length - at);
    t.true(range.read(at, length).equals(bytes.subarray(at, at + length)));
    at += length + random(100);
    if (at > bytes.length) at = 0;
  }
  t.true(calls < 1000, `${calls}`);
  for (const [from, length] of [
    [-1, 1],
    [0, bytes.length + 1],
    [bytes.length, 1],
    [bytes.length - 5, 6],
  ] as const)
    t.throws(() => range.read(from, length), { instanceOf: VolumeError });
});
