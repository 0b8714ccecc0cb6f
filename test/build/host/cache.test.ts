import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type CacheOptions, defaultCacheFolder, openCache } from '../../../build/host/cache.ts';
import { PackwrightError } from '../../../build/model/errors.ts';

async function openFresh(t: ExecutionContext, options: CacheOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cache-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const warnings: string[] = [];
  const warn = (line: string) => warnings.push(line);
  return { folder, warnings, cache: await openCache(folder, { warn, ...options }) };
}

async function filesIn(folder: string): Promise<string[]> {
  const items = await readdir(folder, { recursive: true, withFileTypes: true });
  return items.filter((item) => item.isFile()).map((item) => join(item.parentPath, item.name));
}

test('an entry is found by a later process with its bytes and what was kept beside them', async (t) => {
  const { folder, cache } = await openFresh(t);
  await cache.write('a key', [Buffer.from('some '), Buffer.from('bytes')], { cut: [1, 2] });
  const found = await (await openCache(folder)).read('a key');
  t.deepEqual(found?.meta, { cut: [1, 2] });
  t.is(found?.size, 10);
  t.is(await readFile(found!.file, 'utf8'), 'some bytes');
  t.is(await cache.read('another key'), undefined);
});

test('an entry may be only what is kept beside the bytes', async (t) => {
  const { cache } = await openFresh(t);
  await cache.write('digest', [], 'd41d8cd9');
  t.is((await cache.read('digest'))?.meta, 'd41d8cd9');
});

test('a byte changed in an entry makes it disappear with one line of warning', async (t) => {
  const { folder, cache, warnings } = await openFresh(t);
  const { file } = await cache.write('key', [Buffer.from('right')]);
  await writeFile(file, 'wrong');
  t.is(await cache.read('key'), undefined);
  t.deepEqual(warnings, ['cache: the bytes of "key" are damaged and will be made anew']);
  t.deepEqual(await filesIn(folder), []);
  await cache.write('key', [Buffer.from('right')]);
  t.is(await readFile((await cache.read('key'))!.file, 'utf8'), 'right');
});

test('what is kept beside the bytes is guarded too', async (t) => {
  const { folder, cache, warnings } = await openFresh(t);
  await cache.write('key', [], { level: 6 });
  const [file] = await filesIn(join(folder, 'keys'));
  await writeFile(file!, (await readFile(file!, 'utf8')).replace('6', '9'));
  t.is(await cache.read('key'), undefined);
  t.deepEqual(warnings, ['cache: the entry "key" is damaged and will be made anew']);
});

test('an entry whose bytes were evicted is simply not there', async (t) => {
  const { cache, warnings } = await openFresh(t);
  await rm((await cache.write('key', [Buffer.from('bytes')])).file);
  t.is(await cache.read('key'), undefined);
  t.deepEqual(warnings, []);
});

test('a source that fails half way leaves nothing behind', async (t) => {
  const { folder, cache } = await openFresh(t);
  async function* failing() {
    yield Buffer.from('half');
    throw new Error('no more');
  }
  await t.throwsAsync(cache.write('key', failing()), { message: 'no more' });
  t.deepEqual(await filesIn(folder), []);
});

test('several processes that write the same key at once all end with the same sound entry', async (t) => {
  const { folder, warnings } = await openFresh(t);
  const caches = await Promise.all(Array.from({ length: 6 }, () => openCache(folder)));
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => caches[index % 6]!.write('key', [Buffer.alloc(50_000, 7)], 'meta')),
  );
  for (const cache of caches) t.is((await cache.read('key'))?.size, 50_000);
  t.deepEqual(warnings, []);
  t.is((await filesIn(folder)).length, 2);
});

test('the least recently used entries go first when the folder grows beyond its bound', async (t) => {
  const { cache } = await openFresh(t, { maxBytes: 2500, graceSeconds: 0 });
  for (const [index, key] of ['old', 'used', 'new'].entries()) {
    const { file } = await cache.write(key, [Buffer.alloc(1000, index)]);
    const time = new Date(Date.UTC(2020, 0, key === 'old' ? 1 : 2));
    if (key !== 'new') await utimes(file, time, time);
  }
  await cache.trim();
  t.is(await cache.read('old'), undefined);
  t.is((await cache.read('used'))?.size, 1000);
  t.is((await cache.read('new'))?.size, 1000);
});

test('reading an entry makes it recently used', async (t) => {
  const { folder, cache } = await openFresh(t);
  const { file } = await cache.write('key', [Buffer.from('bytes')]);
  await utimes(file, new Date(0), new Date(0));
  await (await openCache(folder)).read('key');
  const { atimeMs, mtimeMs } = await stat(file);
  t.true(atimeMs > 1e12);
  t.is(mtimeMs, 0);
});

test('an entry in recent use is not evicted, however full the folder is', async (t) => {
  const { cache } = await openFresh(t, { maxBytes: 10 });
  await cache.write('key', [Buffer.alloc(1000)]);
  t.is((await cache.read('key'))?.size, 1000);
});

test('a folder that cannot be made is one clear error', async (t) => {
  const { folder } = await openFresh(t);
  await writeFile(join(folder, 'file'), '');
  const error = await t.throwsAsync(openCache(join(folder, 'file', 'cache')), { instanceOf: PackwrightError });
  t.regex(error.message, /the cache folder cannot be made; set PACKWRIGHT_CACHE to a writable folder$/);
});

test('the default folder follows the host and its variables', (t) => {
  t.is(defaultCacheFolder({ PACKWRIGHT_CACHE: '/c', XDG_CACHE_HOME: '/x' }, 'linux', '/home/a'), '/c');
  t.is(defaultCacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', '/home/a'), join('/x', 'packwright'));
  t.is(defaultCacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/a'), join('/home/a', '.cache', 'packwright'));
  t.is(defaultCacheFolder({ LOCALAPPDATA: 'C:/L' }, 'win32', 'C:/U'), join('C:/L', 'packwright'));
});
