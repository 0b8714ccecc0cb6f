import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';
import { createDestination, testDestination } from '../../../runtime/storage/test-destination.ts';
import { testStorage } from './contract.ts';
import { startFtp } from './servers/ftp.ts';
import { makeScratch, testWith } from './servers/servers.ts';

const test = testWith('proftpd', 'openssl');
const signal = new AbortController().signal;

for (const [name, tls] of Object.entries({
  ftp: 'none' as const,
  'ftp with TLS': 'explicit' as const,
  'ftp with TLS from the first byte': 'implicit' as const,
}))
  testStorage(
    name,
    async (t) => {
      const { url, options } = await startFtp(t, { tls });
      const storage = await openStorage(url, options);
      t.teardown(() => storage.close());
      return storage;
    },
    { test },
  );

test('ftp: a folder that is missing is told, and made with its parents', async (t) => {
  const { url, options } = await startFtp(t);
  t.is((await testDestination(`${url}/x/y z`, options, { signal })).kind, 'missing-folder');
  t.is((await createDestination(`${url}/x/y z`, options, { signal })).kind, 'ok');
  t.is((await createDestination(`${url}/x/y z`, options, { signal })).kind, 'ok');
  t.like(await testDestination(`${url}/x/y z`, options, { signal }), { kind: 'ok', anyFiles: false });
});

test('ftp: a certificate that nobody vouches for is told with its hash before a password is sent', async (t) => {
  for (const tls of ['explicit', 'implicit'] as const) {
    const { url, options, identity } = await startFtp(t, { tls });
    const test = (given: Record<string, string>) => testDestination(url, { ...options, ...given }, { signal });
    t.like(await test({ 'accept-specified-ssl-hash': '' }), { kind: 'incorrect-cert', hash: identity.hash }, tls);
    t.like(await test({ 'accept-specified-ssl-hash': '00'.repeat(20) }), { kind: 'incorrect-cert' }, tls);
    t.is((await test({ 'accept-specified-ssl-hash': identity.authorityHash })).kind, 'ok', tls);
    t.is((await test({ 'accept-specified-ssl-hash': '', 'accept-any-ssl-certificate': 'true' })).kind, 'ok', tls);
  }
});

test('ftp: paths begin where a session begins, or at the root, and aftp has it the other way round', async (t) => {
  const { url, options, folder, port } = await startFtp(t);
  const { 'use-ssl': _, ...rest } = options;
  const file = path.join(makeScratch(t), 'file');
  writeFileSync(file, 'x');
  const put = async (address: string, given: Record<string, string>, as: string) => {
    const storage = await openStorage(address, { ...rest, ...given });
    await storage.put(as, file, signal);
    const listed = await Array.fromAsync(storage.list(signal));
    await storage.close();
    t.true(listed.some(({ name }) => name === as));
    t.true(existsSync(path.join(folder, as)));
  };
  const server = `127.0.0.1:${port}`;
  await put(url, { 'ftp-encryption-mode': 'Explicit' }, 'one');
  await put(`ftp://${server}${folder}`, { 'use-ssl': 'true', 'ftp-absolute-path': 'true' }, 'two');
  await put(`aftp://${server}${folder}`, { 'aftp-encryption-mode': 'Auto' }, 'three');
  await put(`aftp://${server}/backups`, { 'aftp-encryption-mode': 'Explicit', 'aftp-relative-path': 'true' }, 'four');
  await put(url, { 'use-ssl': 'true', 'ftp-use-cwd-names': 'true' }, 'five');
  await put(url, { 'use-ssl': 'true', 'ftp-data-connection-type': 'PASV', 'ftp-ssl-protocols': 'Tls12' }, 'six');
  await put(url, { 'use-ssl': 'true', 'disable-upload-verify': 'true', 'ftp-upload-delay': '1s' }, 'seven');
  t.deepEqual(readdirSync(folder).sort(), ['five', 'four', 'one', 'seven', 'six', 'three', 'two']);
});

test('ftp: what is wrong is told in words, and no secret with it', async (t) => {
  const { url, options, folder, port } = await startFtp(t);
  mkdirSync(path.join(folder, 'sub'));
  const cases: [string, Record<string, string>, StorageReason, RegExp][] = [
    [url, { 'auth-password': 'another-secret' }, 'denied', /does not let this account in/],
    [url, { 'use-ssl': 'false' }, 'denied', /--use-ssl/],
    [`ftp://127.0.0.1:1/backups`, {}, 'unreachable', /nothing answers/],
    [`${url}/none`, {}, 'missing', /none/],
    [url, { 'ftp-regular': 'true' }, 'invalid', /firewalls/],
    [url, { 'ftp-data-connection-type': 'PORT' }, 'invalid', /firewalls/],
    [url, { 'ftp-ssl-protocols': 'Tls11,Tls12' }, 'invalid', /older than TLS 1.2/],
    [`ftp://127.0.0.1:${port}/a`, { 'ftp-log-to-console': 'true' }, 'invalid', /not written to logs/],
  ];
  for (const [address, given, reason, words] of cases) {
    const thrown = await t.throwsAsync<StorageError>(
      async () => {
        const storage = await openStorage(address, { ...options, ...given });
        t.teardown(() => storage.close());
        await Array.fromAsync(storage.list(signal));
      },
      { instanceOf: StorageError },
      JSON.stringify(given),
    );
    t.is(thrown?.reason, reason, thrown?.message);
    t.regex(thrown?.message ?? '', words);
    t.notRegex(thrown?.message ?? '', /another-secret/);
  }
});

test('ftp: a server that falls silent while it begins to encrypt keeps nothing waiting', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).write('220 here\r\n');
    socket.once('data', () => socket.write('234 go on\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const file = path.join(makeScratch(t), 'file');
  writeFileSync(file, 'x');
  const storage = await openStorage(`ftp://127.0.0.1:${port}/backups`, {
    'use-ssl': 'true',
    'read-write-timeout': '1s',
  });
  t.teardown(() => storage.close());
  const thrown = await t.throwsAsync<StorageError>(storage.put('one', file, signal), { instanceOf: StorageError });
  t.is(thrown?.reason, 'timeout');
  const abort = new AbortController();
  const upload = storage.put('one', file, abort.signal);
  setImmediate(() => abort.abort());
  await t.throwsAsync(upload, { name: 'AbortError' });
});
