import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { readPage } from '../../../runtime/storage/s3/list.ts';
import { StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';
import { createDestination, testDestination } from '../../../runtime/storage/test-destination.ts';
import { testStorage } from './contract.ts';
import { startS3 } from './servers/s3.ts';
import { makeScratch } from './servers/servers.ts';

const signal = new AbortController().signal;

// The server of the tests writes these twice escaped into its lists.
const without = "&'";
testStorage('s3', async (t) => open(t, await startS3(t)), { without });
testStorage('s3 with TLS', async (t) => open(t, await startS3(t, { isEncrypted: true })), { without });

async function open(t: ExecutionContext, { options }: { options: Record<string, string> }, prefix = 'a folder/ä') {
  const storage = await openStorage(`s3://backups/${encodeURI(prefix)}`, options);
  t.teardown(() => storage.close());
  return storage;
}

test('s3: a list of more than a page is whole, and has only what is in the folder', async (t) => {
  const { options } = await startS3(t);
  const storage = await open(t, { options }, 'in');
  const file = path.join(makeScratch(t), 'file');
  writeFileSync(file, 'x');
  const names = Array.from({ length: 1010 }, (_, n) => `file ${n}+%.zip`);
  for (let n = 0; n < names.length; n += 50)
    await Promise.all(names.slice(n, n + 50).map((name) => storage.put(name, file, signal)));
  await (await open(t, { options }, 'in/deeper')).put('below', file, signal);
  await (await open(t, { options }, 'inside')).put('beside', file, signal);
  const entries = await Array.fromAsync(storage.list(signal));
  const files = entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  t.deepEqual(files.sort(), names.toSorted());
  t.deepEqual(
    entries.filter(({ isFolder }) => isFolder).map(({ name }) => name),
    ['deeper'],
  );
});

test('s3: pages are read in both versions, encoded or not', async (t) => {
  const page = (rest: string) =>
    readPage(
      (async function* () {
        yield Buffer.from(
          `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rest}`,
        );
        yield Buffer.from('<IsTruncated>true</IsTruncated></ListBucketResult>');
      })(),
      'in/',
      'here',
    );
  const contents = (key: string) => `<Contents><Key>${key}</Key><Size>7</Size><Owner><ID>x</ID></Owner></Contents>`;
  const folder = '<CommonPrefixes><Prefix>in/z/</Prefix></CommonPrefixes>';
  t.deepEqual(await page(`${contents('in/a+%2B')}<NextContinuationToken>a+b</NextContinuationToken>`), {
    entries: [{ name: 'a+%2B', size: 7 }],
    next: 'a+b',
  });
  t.deepEqual(await page(`<EncodingType>url</EncodingType>${contents('in/a+%2B%26')}${contents('in/')}`), {
    entries: [{ name: 'a +&', size: 7 }],
    next: 'in/a +&',
  });
  t.deepEqual(await page(`${contents('in/a&amp;b')}${folder}`), {
    entries: [
      { name: 'a&b', size: 7 },
      { name: 'z', size: 0, isFolder: true },
    ],
    next: 'in/z/',
  });
  for (const broken of ['<open>', '<a></b>', '&nonsense;', '<a>'.repeat(200), `<a>${'x'.repeat(70_000)}</a>`])
    await t.throwsAsync(
      page(broken),
      { instanceOf: StorageError, message: /^here: its answer is no XML/ },
      broken.slice(0, 50),
    );
});

test('s3: a bucket that is missing is told, and made', async (t) => {
  const { options } = await startS3(t);
  t.is((await testDestination('s3://another/x', options, { signal })).kind, 'missing-folder');
  t.is((await createDestination('s3://another/x', options, { signal })).kind, 'ok');
  t.is((await createDestination('s3://another/x', options, { signal })).kind, 'ok');
  t.like(await testDestination('s3://another/x', options, { signal }), { kind: 'ok', anyFiles: false });
});

test('s3: a certificate that nobody vouches for is told with its hash, and then taken by it', async (t) => {
  const { options, identity } = await startS3(t, { isEncrypted: true });
  const test = (hash: string) =>
    testDestination('s3://backups', { ...options, 'accept-specified-ssl-hash': hash }, { signal });
  t.like(await test(''), { kind: 'incorrect-cert', hash: identity.hash });
  t.like(await test('00'.repeat(20)), { kind: 'incorrect-cert', hash: identity.hash });
  t.is((await test(identity.hash.toLowerCase())).kind, 'ok');
  t.is((await test(`${'00'.repeat(20)},${identity.authorityHash}`)).kind, 'ok');
  const any = { ...options, 'accept-specified-ssl-hash': '', 'accept-any-ssl-certificate': 'true' };
  t.is((await testDestination('s3://backups', any, { signal })).kind, 'ok');
});

test('s3: what is wrong is told in words, and no secret with it', async (t) => {
  const { options, port } = await startS3(t);
  const cases: [Record<string, string>, StorageReason, RegExp][] = [
    [{ 'aws-secret-access-key': 'the-secret' }, 'denied', /secret key is wrong/],
    [{ 'aws-access-key-id': 'nobody' }, 'denied', /no such access key/],
    [{ 's3-server-name': '127.0.0.1:1' }, 'unreachable', /nothing answers there/],
    [{ 's3-server-name': 'no-such-host.invalid' }, 'unreachable', /cannot be looked up|no server of that name/],
    [{ 'use-ssl': 'true' }, 'unreachable', /TLS/],
    [{ 's3-server-name': `http://127.0.0.1:${port}/path` }, 'invalid', /no path/],
    [{ 's3-lock-mode': 'Compliance' }, 'invalid', /--s3-lock-mode cannot be used with s3:\/\/: volumes are not locked/],
    [{ 'aws-access-key-id': '' }, 'invalid', /no access key/],
    [{ nonsense: '1' }, 'invalid', /--nonsense is no option/],
  ];
  for (const [given, reason, words] of cases) {
    const thrown = await t.throwsAsync<StorageError>(
      async () => {
        const storage = await openStorage('s3://backups', { ...options, ...given });
        t.teardown(() => storage.close());
        await Array.fromAsync(storage.list(signal));
      },
      { instanceOf: StorageError, message: words },
    );
    t.is(thrown?.reason, reason, thrown?.message);
    t.notRegex(thrown?.message ?? '', /the-secret/);
  }
});
