import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import ssh2 from 'ssh2';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';
import { testDestination } from '../../../runtime/storage/test-destination.ts';
import { testStorage } from './contract.ts';
import { startProxy } from './servers/proxy.ts';
import { testWith } from './servers/servers.ts';
import { startSsh } from './servers/ssh.ts';

const test = testWith('sshd', 'ssh-keygen');
const signal = new AbortController().signal;

testStorage(
  'ssh',
  async (t) => {
    const { url, options } = await startSsh(t);
    const storage = await openStorage(url, options);
    t.teardown(() => storage.close());
    return storage;
  },
  { test },
);

test('ssh: a host key that is not known, or another, is told with its fingerprint', async (t) => {
  const { url, options, fingerprint, place } = await startSsh(t);
  t.regex(fingerprint, /^ssh-ed25519 256 ([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  const shown = execFileSync('ssh-keygen', ['-l', '-E', 'md5', '-f', place('host.pub')], { encoding: 'utf8' });
  t.true(shown.includes(fingerprint.split(' ')[2]!), 'OpenSSH shows the same');
  const test = (accepted: string) => testDestination(url, { ...options, 'ssh-fingerprint': accepted }, { signal });
  t.like(await test(''), { kind: 'incorrect-host-key', reported: fingerprint, accepted: undefined });
  const other = fingerprint.replace(/[0-9a-f]{2}$/, (last) => (last === '00' ? '01' : '00'));
  t.like(await test(other), { kind: 'incorrect-host-key', reported: fingerprint, accepted: other });
  t.is((await test(fingerprint.toUpperCase().replace('SSH-ED25519', 'ssh-ed25519'))).kind, 'ok');
  const sha256 = execFileSync('ssh-keygen', ['-l', '-f', place('host.pub')], { encoding: 'utf8' }).split(' ')[1]!;
  t.is((await test(sha256)).kind, 'ok');
  t.is((await test(`${sha256}x`)).kind, 'incorrect-host-key');
  const any = { ...options, 'ssh-fingerprint': '', 'ssh-accept-any-fingerprints': 'true' };
  t.is((await testDestination(url, any, { signal })).kind, 'ok');
});

test('ssh: an RSA key is the same under each of its names', async (t) => {
  const { url, options, fingerprint } = await startSsh(t, { hostKey: 'rsa' });
  t.regex(fingerprint, /^ssh-rsa 3072 /);
  for (const name of ['ssh-rsa', 'rsa-sha2-512'])
    t.is(
      (await testDestination(url, { ...options, 'ssh-fingerprint': fingerprint.replace('ssh-rsa', name) }, { signal }))
        .kind,
      'ok',
    );
});

test('ssh: a private key is read from a file, from an option, with its passphrase', async (t) => {
  const { url, options, place } = await startSsh(t);
  const { 'ssh-keyfile': _, ...rest } = options;
  const test = async (given: Record<string, string>) => testDestination(url, { ...rest, ...given }, { signal });
  const [key, locked] = [readFileSync(place('key'), 'utf8'), readFileSync(place('locked'), 'utf8')];
  t.is((await test({ 'ssh-key': key })).kind, 'ok');
  t.is((await test({ 'ssh-key': `sshkey://${encodeURIComponent(key)}` })).kind, 'ok');
  t.is((await test({ 'ssh-keyfile': `sshkey://${encodeURIComponent(key)}` })).kind, 'ok');
  t.is((await test({ 'ssh-key': locked, 'auth-password': 'open sesame' })).kind, 'ok');
  for (const given of [
    { 'ssh-key': locked, 'auth-password': 'wrong' },
    { 'ssh-key': 'no key' },
    { 'ssh-keyfile': '/no/such' },
  ]) {
    const outcome = await test(given);
    t.is(outcome.kind, 'error');
    t.notRegex(JSON.stringify(outcome), /wrong|PRIVATE KEY/);
  }
});

test('ssh: a password is taken, and asked for by a server that only asks questions', async (t) => {
  const { place } = await startSsh(t);
  for (const method of ['password', 'keyboard-interactive'] as const) {
    const server = new ssh2.Server({ hostKeys: [readFileSync(place('host'))] }, (client) => {
      client.on('error', () => {});
      client.on('authentication', (context) => {
        if (context.method === 'password' && method === 'password')
          return context.password === 'the-secret' ? context.accept() : context.reject([method]);
        if (context.method === 'keyboard-interactive' && method === 'keyboard-interactive')
          return context.prompt([{ prompt: 'Password:', echo: false }], (answers) =>
            answers[0] === 'the-secret' ? context.accept() : context.reject([method]),
          );
        context.reject([method]);
      });
      client.on('ready', () => client.on('session', (_, reject) => reject?.()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => void server.close());
    const { port } = server.address() as AddressInfo; // it listens on a port
    const test = (password: string) =>
      testDestination(
        `ssh://someone:${password}@127.0.0.1:${port}/x`,
        { 'ssh-accept-any-fingerprints': 'true' },
        { signal },
      );
    // The stand-in has no files: who gets so far was let in.
    t.like(
      await test('the-secret'),
      {
        kind: 'error',
        message: `ssh://127.0.0.1:${port}/x: the server lets nobody transfer files (SFTP): (SSH) Channel open failure: `,
      },
      method,
    );
    const outcome = await test('another-secret');
    t.regex(JSON.stringify(outcome), /does not let someone in/);
    t.notRegex(JSON.stringify(outcome), /another-secret/);
  }
});

test('ssh: a folder is made with its parents, below the one of the session where that is asked for', async (t) => {
  const { url, options, folder } = await startSsh(t);
  const deep = await openStorage(`${url}/a%20b/c`, options);
  t.teardown(() => deep.close());
  await deep.createFolder(signal);
  await deep.createFolder(signal);
  t.deepEqual(await Array.fromAsync(deep.list(signal)), []);
  t.true((await deep.quota(signal))!.total > 0);
  writeFileSync(path.join(folder, 'file'), '');
  const below = await openStorage(`${url}/file/x`, options);
  t.teardown(() => below.close());
  await t.throwsAsync(below.createFolder(signal), { instanceOf: StorageError });
  const home = execFileSync('sh', ['-c', 'cd && pwd'], { encoding: 'utf8' }).trim();
  const relative = await openStorage(`${url.replace(folder, '')}/${path.relative(home, folder)}/r`, {
    ...options,
    'ssh-relative-path': 'true',
  });
  t.teardown(() => relative.close());
  await relative.createFolder(signal);
  await relative.put('f', path.join(folder, 'file'), signal);
  t.is(readFileSync(path.join(folder, 'r', 'f'), 'utf8'), '');
});

test('ssh: what is wrong is told in words', async (t) => {
  const { url, options, folder, port, place } = await startSsh(t);
  const cases: [string, Record<string, string>, StorageReason, RegExp][] = [
    [`ssh://127.0.0.1:1${folder}`, {}, 'unreachable', /nothing answers there/],
    [`${url}/none`, {}, 'missing', /it is not there/],
    [url, { 'ssh-keyfile': place('host') }, 'denied', /does not let .* in/],
    [`ssh://127.0.0.1:${port}/x`, { 'auth-username': '' }, 'invalid', /no user name/],
    [url, { 'ssh-operation-timeout': '10s' }, 'invalid', /--short-timeout/],
  ];
  for (const [address, given, reason, words] of cases) {
    const thrown = await t.throwsAsync<StorageError>(async () => {
      const storage = await openStorage(address, { ...options, ...given });
      t.teardown(() => storage.close());
      await Array.fromAsync(storage.list(signal));
    });
    t.is(thrown?.reason, reason, thrown?.message);
    t.regex(thrown?.message ?? '', words);
  }
});

test('ssh: a connection that was cut is made again; half a file of a cut upload is not listed', async (t) => {
  const { options, folder, port } = await startSsh(t);
  const proxy = await startProxy(t, { to: port });
  const storage = await openStorage(`ssh://127.0.0.1:${proxy.port}${folder}`, options);
  t.teardown(() => storage.close());
  mkdirSync(path.join(folder, 'sub'));
  writeFileSync(path.join(folder, '.x.part'), 'half');
  const list = () => Array.fromAsync(storage.list(signal));
  t.deepEqual(
    (await list()).map(({ name, isFolder }) => [name, isFolder]),
    [['sub', true]],
  );
  proxy.cut();
  await list().catch(() => {}); // it may be noticed only now
  t.is((await list()).length, 1);
});
