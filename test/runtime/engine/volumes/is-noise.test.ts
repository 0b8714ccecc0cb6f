import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { isNoise } from '../../../../runtime/engine/volumes/is-noise.ts';
import { packContent } from '../../../../runtime/engine/volumes/volume-writer.ts';

const MEGABYTE = 1 << 20;

test('what does not compress is stored without trying; what does is compressed', (t) => {
  const noise = randomBytes(MEGABYTE);
  t.true(isNoise(noise));
  t.is(packContent(noise, { method: 8, level: 4 }).method, 0);
  t.false(isNoise(Buffer.alloc(MEGABYTE)));
  const text = Buffer.from('a line of text like many others\n'.repeat(40_000));
  t.false(isNoise(text));
  t.is(packContent(text, { method: 8, level: 4 }).method, 8);
  t.false(isNoise(noise.subarray(0, 1000)), 'a small piece is simply tried');
});

test('what is noise in half of its places is compressed', (t) => {
  // Every second piece of 64 KiB is noise.
  const mixed = Buffer.alloc(MEGABYTE);
  for (let at = 0; at < MEGABYTE; at += 131_072) randomBytes(65_536).copy(mixed, at);
  t.false(isNoise(mixed));
  // Hexadecimal digits: half of each byte is known.
  const hex = Buffer.from(
    createHash('shake256', { outputLength: MEGABYTE / 2 })
      .update('x')
      .digest('hex'),
  );
  t.false(isNoise(hex));
});
