import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { splitWords } from '../../../runtime/storage/rclone/run-rclone.ts';
import { StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';
import { createDestination, testDestination } from '../../../runtime/storage/test-destination.ts';
import { createThrottle } from '../../../runtime/storage/wrap/throttle.ts';
import { testStorage } from './contract.ts';
import { makeScratch, testWith } from './servers/servers.ts';
import { startWebdav } from './servers/webdav.ts';

const test = testWith('rclone', 'apache2');
const signal = new AbortController().signal;

/** A remote called `far`, which is a folder, and one called `web`, which is a WebDAV server. */
async function makeRemotes(t: ExecutionContext) {
  const scratch = makeScratch(t);
  const [folder, config] = [path.join(scratch, 'far'), path.join(scratch, 'rclone.conf')];
  mkdirSync(path.join(folder, 'backups'), { recursive: true });
  const web = await startWebdav(t);
  const lines = [
    '[far]\ntype = alias',
    `remote = ${folder}`,
    '[web]\ntype = webdav\nvendor = other',
    `url = http://127.0.0.1:${web.port}/backups`,
    // rclone's own way of hiding a password, of "the-secret" with another key each time
    'user = me',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const header = `Authorization,Basic ${Buffer.from('me:the-secret').toString('base64')}`;
  return { folder, config, options: { 'rclone-option': `--config="${config}" --webdav-headers="${header}"` } };
}

testStorage('rclone', async (t) => openStorage('rclone://far/backups', (await makeRemotes(t)).options), { test });
testStorage(
  'rclone to a server',
  async (t) => openStorage(`rclone://web/a%20${encodeURIComponent('ä')}`, (await makeRemotes(t)).options),
  { test },
);

test('rclone: a remote is a name in its configuration, and never a connection string', async (t) => {
  for (const remote of [':local', ':sftp,host=x', 'far,opt=1', '-x', '', 'a:b', 'far ', '%3Alocal', ' far'])
    for (const url of [
      `rclone://${remote}/backups`,
      `rclone://far/backups?rclone-remote-repository=${encodeURIComponent(remote)}`,
    ]) {
      if (remote === '' && url.includes('?')) continue; // nothing given
      const thrown = await t.throwsAsync<StorageError>(openStorage(url), { instanceOf: StorageError }, url);
      t.regex(thrown?.message ?? '', /connection strings are not taken/);
    }
});

test('rclone: a folder that is missing is told, and made', async (t) => {
  const { options } = await makeRemotes(t);
  t.is((await testDestination('rclone://far/x/y', options, { signal })).kind, 'missing-folder');
  t.is((await createDestination('rclone://far/x/y', options, { signal })).kind, 'ok');
  t.like(await testDestination('rclone://far/x/y', options, { signal }), { kind: 'ok', anyFiles: false });
  const named = { ...options, 'rclone-remote-repository': 'far', 'rclone-remote-path': 'x/y' };
  t.is((await testDestination('rclone://other/z', named, { signal })).kind, 'ok');
});

test('rclone: what is wrong is told in words', async (t) => {
  const { options } = await makeRemotes(t);
  const cases: [string, Record<string, string>, StorageReason, RegExp][] = [
    ['rclone://nobody/x', {}, 'invalid', /rclone config/],
    ['rclone://far/x', { 'rclone-executable': '/no/rclone' }, 'invalid', /there is no program/],
    ['rclone://far/x', { 'rclone-local-repository': 'other' }, 'invalid', /by their paths/],
    ['rclone://far/x', {}, 'missing', /it is not there/],
  ];
  for (const [url, given, reason, words] of cases) {
    const thrown = await t.throwsAsync<StorageError>(
      async () => Array.fromAsync((await openStorage(url, { ...options, ...given })).list(signal)),
      { instanceOf: StorageError, message: words },
      url,
    );
    t.is(thrown?.reason, reason, thrown?.message);
  }
});

test('rclone: it is told how fast it may be, and no secret of ours', async (t) => {
  const scratch = makeScratch(t);
  const program = path.join(scratch, 'rclone');
  writeFileSync(program, `#!/bin/sh\necho "$@" "[$PASSPHRASE$AUTH_PASSWORD]" >> ${scratch}/said\n`);
  chmodSync(program, 0o755);
  writeFileSync(path.join(scratch, 'file'), '');
  process.env.PASSPHRASE = 'the-secret';
  const storage = await openStorage(
    'rclone://far/b',
    { 'rclone-executable': program, 'rclone-option': '--fast "two words"', 'read-write-timeout': '5s' },
    { upload: createThrottle(() => 1000) },
  );
  await storage.put('x', path.join(scratch, 'file'), signal);
  delete process.env.PASSPHRASE;
  const said = readFileSync(path.join(scratch, 'said'), 'utf8');
  t.regex(said, /^copyto .*--bwlimit=1000B .*--timeout=5000ms .*--fast two words -- \/.*\/file far:b\/x \[\]$/m);
  t.deepEqual(splitWords(`a "b c"d 'e "f'`), ['a', 'b cd', 'e "f']);
});
