import test from 'ava';
import { getUrl } from '../../../../build/host/debian/http-get.ts';
import { type LockRequest, lockDebian } from '../../../../build/host/debian/lock-debian.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import { memoryUnpacker } from '../../../suites/blobs.ts';
import { type FakeMirror, type FakePackage, startMirror } from './mirror.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const PACKAGES: readonly FakePackage[] = [
  { name: 'libc6', version: '2.41-12', bytes: Buffer.from('old libc') },
  { name: 'libc6', version: '2.41-12+deb13u1', bytes: Buffer.from('libc'), suite: 'security' },
  { name: 'tzdata', version: '2026b-0', bytes: Buffer.from('tz') },
  { name: 'tzdata', version: '2026c-0', bytes: Buffer.from('newer tz'), suite: 'updates' },
];

function request(mirror: FakeMirror, more: Partial<LockRequest> = {}): LockRequest {
  return {
    suite: 'trixie',
    packages: ['tzdata', 'libc6'],
    mirrors: [
      { archive: 'debian', root: mirror.root },
      { archive: 'debian-security', root: `${mirror.root}-security` },
    ],
    keyring: mirror.keyring,
    now: NOW,
    unpacker: memoryUnpacker,
    get: (url, maxBytes) => getUrl(url, { maxBytes, env: {} }),
    ...more,
  };
}

test('the newest of release, point updates and security is pinned, sorted, for both architectures', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const lock = await lockDebian(request(mirror));
  t.is(lock.suite, 'trixie');
  t.is(lock.date, '2026-11-21T02:10:46.000Z');
  t.deepEqual(
    lock.packages.x64?.map((pin) => `${pin.package} ${pin.version} ${pin.file} ${pin.size}`),
    [
      'libc6 2.41-12+deb13u1 pool/updates/main/x/libc6_2.41-12+deb13u1_amd64.deb 4',
      'tzdata 2026c-0 pool/main/x/tzdata_2026c-0_amd64.deb 8',
    ],
  );
  t.is(lock.packages.arm64?.[0]?.file, 'pool/updates/main/x/libc6_2.41-12+deb13u1_arm64.deb');
});

test('nothing of the mirror is in the pins but paths below its root', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  t.notRegex(JSON.stringify(await lockDebian(request(mirror))), /127\.0\.0\.1|http/);
});

test('pins that are the newest already stay byte for byte', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const previous = { ...(await lockDebian(request(mirror))), date: '2026-01-01T00:00:00.000Z' };
  t.is(await lockDebian(request(mirror, { previous })), previous);
});

test('a mirror without indexes by hash is read by their names', async (t) => {
  const mirror = await startMirror(PACKAGES, { byHash: false });
  t.teardown(mirror.close);
  t.is((await lockDebian(request(mirror))).packages.x64?.length, 2);
});

test('a release that no key of the ring signed is refused', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const error = await t.throwsAsync(lockDebian(request(mirror, { keyring: mirror.otherKeyring })), {
    instanceOf: PackwrightError,
  });
  t.regex(error?.message ?? '', /no key of the keyring has signed it/);
});

test('a release of which one byte was changed is refused, and text outside the signature is not read', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const path = '/debian/dists/trixie/InRelease';
  const text = mirror.files.get(path)!.toString();
  mirror.files.set(path, Buffer.from(text.replace('Codename: trixie', 'Codename: trixiE')));
  await t.throwsAsync(lockDebian(request(mirror)), { message: /no key of the keyring has signed it/ });
  mirror.files.set(path, Buffer.from(`Codename: evil\nDate: Sat, 21 Nov 2099 02:10:46 UTC\n\n${text}`));
  t.is((await lockDebian(request(mirror))).date, '2026-11-21T02:10:46.000Z');
});

test('an unsigned release and a keyring that is none are refused', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  await t.throwsAsync(lockDebian(request(mirror, { keyring: Buffer.from('no keys') })), {
    message: /keyring cannot be read/,
  });
  mirror.files.set('/debian/dists/trixie/InRelease', Buffer.from('Codename: trixie\n'));
  await t.throwsAsync(lockDebian(request(mirror)), { message: /no key of the keyring/ });
});

test('an index that is not the one the release names is refused', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const path = [...mirror.files.keys()].find((one) => one.includes('binary-arm64/by-hash'))!;
  const bytes = Buffer.from(mirror.files.get(path)!);
  bytes[20] = bytes[20]! ^ 1;
  mirror.files.set(path, bytes);
  await t.throwsAsync(lockDebian(request(mirror)), { message: /not the file that the signed release names/ });
});

test('a release that is out of date or of another suite is refused', async (t) => {
  const old = await startMirror(PACKAGES, { until: 'Sat, 21 Nov 2026 12:00:00 UTC' });
  t.teardown(old.close);
  await t.throwsAsync(lockDebian(request(old)), { message: /it was valid until 2026-11-21/ });
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  mirror.files.set('/debian/dists/trixie/InRelease', mirror.files.get('/debian/dists/trixie-updates/InRelease')!);
  await t.throwsAsync(lockDebian(request(mirror)), { message: /the release of "trixie-updates", not of trixie/ });
});

test('a package that is nowhere is named', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  await t.throwsAsync(lockDebian(request(mirror, { packages: ['libfoo'] })), { message: /no package libfoo/ });
});

test('the next mirror is asked when the first does not have it; without one for security nothing is pinned', async (t) => {
  const mirror = await startMirror(PACKAGES);
  t.teardown(mirror.close);
  const given = request(mirror);
  const mirrors = [{ archive: 'debian' as const, root: `${mirror.root}/wrong` }, ...given.mirrors];
  t.is((await lockDebian({ ...given, mirrors })).packages.x64?.length, 2);
  await t.throwsAsync(lockDebian({ ...given, mirrors: mirrors.slice(0, 2) }), {
    message: /no mirror of the archive "debian-security" is known; name a mirror with --mirror/,
  });
});
