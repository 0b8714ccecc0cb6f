import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openCache } from '../../../../build/host/cache.ts';
import { fetchPin, type PinSource } from '../../../../build/host/debian/fetch-pin.ts';
import { getUrl } from '../../../../build/host/debian/http-get.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import type { DebianPin } from '../../../../build/model/lock.ts';
import { type FakeMirror, startMirror } from './mirror.ts';

const BYTES = Buffer.from('a package');
const FILE = 'pool/main/x/libc6_1_amd64.deb';
const PIN: DebianPin = {
  package: 'libc6',
  version: '1',
  file: FILE,
  size: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex'),
};

async function prepare(t: ExecutionContext): Promise<{ mirror: FakeMirror; from: PinSource }> {
  const mirror = await startMirror([{ name: 'libc6', version: '1', bytes: BYTES }]);
  const folder = await mkdtemp(join(tmpdir(), 'packwright-test-'));
  t.teardown(async () => {
    mirror.close();
    await rm(folder, { recursive: true, force: true });
  });
  const from: PinSource = {
    cache: await openCache(folder),
    mirrors: [{ archive: 'debian', root: mirror.root }],
    get: (url, maxBytes) => getUrl(url, { maxBytes, env: {}, idleSeconds: 5 }),
  };
  return { mirror, from };
}

async function refuses(t: ExecutionContext, pin: DebianPin, from: PinSource, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(fetchPin(pin, from), { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', message);
}

test('a pinned package is fetched once, then comes from the cache without a network', async (t) => {
  const { mirror, from } = await prepare(t);
  t.deepEqual(await readFile(await fetchPin(PIN, from)), BYTES);
  t.deepEqual(mirror.asked, [`/debian/${FILE}`]);
  const offline = { ...from, mirrors: [], offline: true };
  t.deepEqual(await readFile(await fetchPin(PIN, offline)), BYTES);
});

test('without a network and a cache the error says what to do', async (t) => {
  const { from } = await prepare(t);
  await refuses(
    t,
    PIN,
    { ...from, offline: true },
    /libc6 1 \(amd64\): it is not in the cache.*run it once with a network/,
  );
});

test('a pin that the mirror has dropped says so and how to renew it', async (t) => {
  const { from } = await prepare(t);
  const gone = { ...PIN, version: '0', file: 'pool/main/x/libc6_0_amd64.deb' };
  await refuses(
    t,
    gone,
    from,
    /the Debian mirror no longer has pool\/main\/x\/libc6_0_amd64\.deb.*run "packwright lock"/,
  );
});

test('other bytes than the pinned are refused and not kept', async (t) => {
  const { mirror, from } = await prepare(t);
  mirror.files.set(`/debian/${FILE}`, Buffer.from('A package'));
  await refuses(t, PIN, from, /SHA-256 .* pinned are 9 and/);
  mirror.files.set(`/debian/${FILE}`, Buffer.from('short'));
  await refuses(t, PIN, from, /has 5 bytes/);
  mirror.files.set(`/debian/${FILE}`, Buffer.from('much longer than it should be'));
  await refuses(t, PIN, from, /longer than 9 bytes/);
  await refuses(t, PIN, { ...from, offline: true }, /not in the cache/);
});

test('the next mirror is asked when one fails; what fails everywhere is told', async (t) => {
  const { mirror, from } = await prepare(t);
  const broken = { archive: 'debian' as const, root: mirror.root.replace('/debian', '/broken') };
  mirror.faults.set(`/broken/${FILE}`, 403);
  t.deepEqual(await readFile(await fetchPin(PIN, { ...from, mirrors: [broken, ...from.mirrors] })), BYTES);
  const other = { ...PIN, sha256: '0'.repeat(64) };
  await refuses(t, other, { ...from, mirrors: [broken] }, /the server answers 403/);
  await refuses(t, other, { ...from, mirrors: [] }, /no mirror of the archive "debian" is known/);
});

test('a connection that breaks off is tried again, and not without end', async (t) => {
  const { mirror, from } = await prepare(t);
  mirror.faults.set(`/debian/${FILE}`, 'break');
  await refuses(t, PIN, from, /cannot be fetched/);
  t.is(mirror.asked.length, 3);
});

test('redirects are followed, but not without end, and never to another kind of address', async (t) => {
  const { mirror, from } = await prepare(t);
  const moved = { archive: 'debian' as const, root: mirror.root.replace('/debian', '/moved') };
  mirror.faults.set(`/moved/${FILE}`, { redirect: `/debian/${FILE}` });
  t.deepEqual(await readFile(await fetchPin(PIN, { ...from, mirrors: [moved] })), BYTES);
  const other = { ...PIN, sha256: '0'.repeat(64) };
  mirror.faults.set(`/moved/${FILE}`, { redirect: `/moved/${FILE}` });
  await refuses(t, other, { ...from, mirrors: [moved] }, /redirects without end/);
  mirror.faults.set(`/moved/${FILE}`, { redirect: 'file:///etc/passwd' });
  await refuses(t, other, { ...from, mirrors: [moved] }, /redirects to file:/);
});

test('a user and password in a mirror are used and never shown', async (t) => {
  const { mirror, from } = await prepare(t);
  const root = mirror.root.replace('http://', 'http://ann:s3cret@');
  mirror.faults.set(`/debian/${FILE}`, 403);
  const error = await t.throwsAsync(fetchPin(PIN, { ...from, mirrors: [{ archive: 'debian', root }] }));
  t.notRegex(String(error), /s3cret|ann/);
});

test('a server behind a proxy is asked through it', async (t) => {
  const { mirror, from } = await prepare(t);
  const proxy = new URL(mirror.root).origin;
  const url = 'http://nowhere.invalid/debian/';
  mirror.files.set(`${url}${FILE}`, BYTES);
  const mirrors = [{ archive: 'debian' as const, root: url.slice(0, -1) }];
  const get: PinSource['get'] = (address, maxBytes) => getUrl(address, { maxBytes, env: {}, proxyOf: () => proxy });
  t.deepEqual(await readFile(await fetchPin(PIN, { ...from, mirrors, get })), BYTES);
});
