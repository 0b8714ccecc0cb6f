import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answerChallenge, readChallenge } from '../../../runtime/storage/http/digest.ts';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';
import { createDestination, testDestination } from '../../../runtime/storage/test-destination.ts';
import { readMultistatus } from '../../../runtime/storage/webdav/list.ts';
import { testStorage } from './contract.ts';
import { makeScratch, testWith } from './servers/servers.ts';
import { startWebdav } from './servers/webdav.ts';

const test = testWith('apache2');
const signal = new AbortController().signal;

for (const [name, how] of Object.entries({
  webdav: {},
  'webdav with TLS': { isEncrypted: true },
  'webdav with a digest': { auth: 'Digest' as const },
}))
  testStorage(
    name,
    async (t) => {
      const { url, options } = await startWebdav(t, how);
      const storage = await openStorage(`${url}/a%20${encodeURIComponent('ä')}`, options);
      t.teardown(() => storage.close());
      return storage;
    },
    { test },
  );

test('webdav: a folder that is missing is told, and made with its parents', async (t) => {
  const { url, options } = await startWebdav(t);
  t.is((await testDestination(`${url}/x/y`, options, { signal })).kind, 'missing-folder');
  t.is((await createDestination(`${url}/x/y`, options, { signal })).kind, 'ok');
  t.is((await createDestination(`${url}/x/y`, options, { signal })).kind, 'ok');
  t.like(await testDestination(`${url}/x/y`, options, { signal }), { kind: 'ok', anyFiles: false });
});

test('webdav: a certificate that nobody vouches for is told with its hash, by either form of the address', async (t) => {
  const { url, options, identity } = await startWebdav(t, { isEncrypted: true });
  const { 'accept-specified-ssl-hash': _, ...rest } = options;
  t.like(await testDestination(url, rest, { signal }), { kind: 'incorrect-cert', hash: identity.hash });
  const other = `${url.replace('webdavs', 'webdav')}?use-ssl=true&accept-specified-ssl-hash=${identity.hash}`;
  t.is((await testDestination(other, rest, { signal })).kind, 'ok');
});

test('webdav: what is wrong is told in words, and no secret with it', async (t) => {
  const { url, options, port } = await startWebdav(t);
  const cases: [string, Record<string, string>, StorageReason, RegExp][] = [
    [url, { 'auth-password': 'another-secret' }, 'denied', /does not let this account in/],
    [url, { 'auth-username': '' }, 'denied', /--auth-username/],
    [url, { 'force-digest-authentication': 'true' }, 'denied', /does not let this account in/],
    [`webdavs://127.0.0.1:${port}/backups`, {}, 'unreachable', /TLS/],
    [`webdav://127.0.0.1:1/backups`, {}, 'unreachable', /nothing answers/],
    [`${url}?debug-propfind-file=/etc/x`, {}, 'invalid', /not written to files/],
  ];
  for (const [address, given, reason, words] of cases) {
    const thrown = await t.throwsAsync<StorageError>(
      async () => {
        const storage = await openStorage(address, { ...options, ...given });
        t.teardown(() => storage.close());
        await Array.fromAsync(storage.list(signal));
      },
      { instanceOf: StorageError },
      address,
    );
    t.is(thrown?.reason, reason, thrown?.message);
    t.regex(thrown?.message ?? '', words);
    t.notRegex(thrown?.message ?? '', /another-secret/);
  }
});

test('webdav: an upload into a folder that went away leaves nothing, and says what is missing', async (t) => {
  const { url, options, folder } = await startWebdav(t);
  const storage = await openStorage(`${url}/gone`, options);
  t.teardown(() => storage.close());
  const file = path.join(makeScratch(t), 'file');
  writeFileSync(file, Buffer.alloc(3_000_000));
  const { reason } = await t.throwsAsync<StorageError>(storage.put('x', file, signal), { instanceOf: StorageError });
  t.is(reason, 'missing');
  t.deepEqual(readdirSync(folder), ['a ä']);
  t.is(await storage.quota(signal).catch(() => 'no quota'), 'no quota');
});

test('webdav: lists of servers of several kinds are read', async (t) => {
  const read = (responses: string) =>
    readMultistatus(
      (async function* () {
        yield Buffer.from(`<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${responses}</d:multistatus>`);
      })(),
      '/dav/a b/',
      'here',
    );
  const response = (href: string, properties: string) =>
    `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop></d:propstat></d:response>`;
  const file = '<d:getcontentlength>7</d:getcontentlength><d:resourcetype/>';
  const folder = '<d:resourcetype><d:collection/></d:resourcetype>';
  t.deepEqual(await read(response('/dav/a%20b/', folder) + response('/dav/a%20b/x%26y', file)), [
    { name: 'x&y', size: 7 },
  ]);
  t.deepEqual(await read(response('http://host:81/dav/a%20b/x', file)), [{ name: 'x', size: 7 }]);
  t.deepEqual(await read(response('/dav/a%20b/sub/', folder)), [{ name: 'sub', size: 0, isFolder: true }]);
  t.deepEqual(await read(response('/inner/dav/a%20b/x', file)), [{ name: 'x', size: 7 }]);
  t.deepEqual(await read(response('/other/x', file)), []);
});

test('a digest challenge is answered as in the examples of RFC 7616, 3.9.1', (t) => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ' +
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const challenge = readChallenge(header)!;
  t.is(challenge.algorithm, 'SHA-256');
  const asked = { user: 'Mufasa', password: 'Circle of Life', method: 'GET', path: '/dir/index.html', count: 1 };
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  t.regex(
    answerChallenge(challenge, asked, cnonce),
    /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/,
  );
  t.regex(
    answerChallenge({ ...challenge, algorithm: 'MD5' }, asked, cnonce),
    /response="8ca523f5e9506fed4657c9700eebdbec"/,
  );
  t.is(readChallenge('Basic realm="x"'), undefined);
});
