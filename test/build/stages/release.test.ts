import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hashFile } from '../../../build/host/file-content.ts';
import type { Manifest } from '../../../build/manifest/load.ts';
import { writeRelease } from '../../../build/stages/release.ts';
import type { Written } from '../../../build/stages/write.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const row = (id: string, text: string): Written => ({ id, file: `${id}.bin`, size: text.length, sha256: hash(text) });

/** A folder in which `one` and `two` were released as 1.0.0, and a function that releases more. */
async function openRelease(t: ExecutionContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'release-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const release = async (written: readonly Written[], asked = written.map(({ id }) => id), version = '1.0.0') => {
    // Only the product's name and version are read of the manifest.
    const manifest = { product: { name: 'thing', version } } as Manifest;
    const common = { manifest, epoch: 0, node: '26.0.0', folder, hashFile: (file: string) => hashFile(file) };
    await writeRelease({ ...common, written, asked: new Set(asked) });
    const sums = await readFile(path.join(folder, 'SHA256SUMS'), 'utf8');
    return sums
      .split('\n')
      .map((line) => line.split('  ')[1])
      .filter(Boolean);
  };
  for (const name of ['one', 'two']) await writeFile(path.join(folder, `${name}.bin`), name);
  t.deepEqual(await release([row('one', 'one'), row('two', 'two')]), ['one.bin', 'two.bin']);
  return { folder, release };
}

test('what an earlier run made of the same version stays listed', async (t) => {
  const { folder, release } = await openRelease(t);
  t.deepEqual(await release([row('three', 'three')]), ['one.bin', 'three.bin', 'two.bin']);
  const { artifacts } = JSON.parse(await readFile(path.join(folder, 'release.json'), 'utf8'));
  t.deepEqual(artifacts[0], row('one', 'one'));
});

test('what was asked for again and failed is listed no longer', async (t) => {
  const { release } = await openRelease(t);
  t.deepEqual(await release([row('three', 'three')], ['three', 'one']), ['three.bin', 'two.bin']);
});

test('what changed, went or became a link since is listed no longer', async (t) => {
  const { folder, release } = await openRelease(t);
  await writeFile(path.join(folder, 'one.bin'), 'eno');
  t.deepEqual(await release([row('three', 'three')]), ['three.bin', 'two.bin']);
  await rm(path.join(folder, 'two.bin'));
  await symlink('one.bin', path.join(folder, 'two.bin'));
  t.deepEqual(await release([row('three', 'three')]), ['three.bin']);
});

test('another version starts a list of its own', async (t) => {
  const { release } = await openRelease(t);
  t.deepEqual(await release([row('three', 'three')], ['three'], '1.0.1'), ['three.bin']);
});

test('a release.json that we did not write is not believed', async (t) => {
  const { folder, release } = await openRelease(t);
  const rows = [null, 7, {}, { ...row('one', 'one'), file: '../one.bin' }, { ...row('one', 'one'), sha256: 'x' }];
  for (const text of ['', '[', 'null', '[]', '{"artifacts": 3}']) {
    await writeFile(path.join(folder, 'release.json'), text);
    t.deepEqual(await release([row('three', 'three')]), ['three.bin']);
  }
  const foreign = { name: 'thing', version: '1.0.0', artifacts: [...rows, row('two', 'two')] };
  await writeFile(path.join(folder, 'release.json'), JSON.stringify(foreign));
  t.deepEqual(await release([row('three', 'three')]), ['three.bin', 'two.bin']);
});
