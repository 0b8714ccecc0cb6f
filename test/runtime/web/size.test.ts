import { gzipSync } from 'node:zlib';
import test from 'ava';
import { bundleFromSource } from '../../../runtime/web/from-source.ts';

/** Bytes of the whole interface, compressed: what a slow line has to carry once. */
const MOST = 150 * 1024;

test('the interface is small and names no other address', async (t) => {
  const { names, read } = await bundleFromSource();
  let size = 0;
  for (const name of names) {
    const bytes = await read(name);
    size += gzipSync(bytes, { level: 9 }).length;
    const addresses = bytes.toString('latin1').match(/https?:\/\/[^"'`\s)]+/g) ?? [];
    t.deepEqual(
      addresses.filter((one) => !one.startsWith('http://www.w3.org/')),
      [],
      name,
    );
  }
  t.true(names.has('index.html'));
  t.true(size < MOST, `${size} bytes`);
});
