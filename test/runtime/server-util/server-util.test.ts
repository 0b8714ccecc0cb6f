import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { decryptAesCrypt } from '../../../runtime/aes-crypt/aes-crypt.ts';
import type { Engine } from '../../../runtime/jobs/job.ts';
import { makeForm, openServer, PASSWORD } from '../api/open-server.ts';
import { send } from '../api/replay.ts';
import { makeDuplicatiDatabase } from '../backups/duplicati-database.ts';
import { makeFolder } from '../run-program.ts';
import { beSomebodyElse, useServerUtil } from './use-server-util.ts';

test('the owner needs no password, neither with the data folder alone nor with the address of its server', async (t) => {
  const { folder, port } = await openServer(t);
  for (const where of [[], [`--hosturl=http://localhost:${port}`], [`--hosturl=http://127.0.0.1:${port}/`]]) {
    const { exit, stdout, stderr } = await useServerUtil('status', `--server-datafolder=${folder}`, ...where);
    t.is(exit, 0, stderr);
    t.true(stdout.startsWith(`Connecting to ${folder}/server.sock...\nServer state: Running\n`));
  }
  const other = await useServerUtil('status', `--server-datafolder=${folder}`, '--hosturl=http://127.0.0.1:1');
  t.is(other.exit, 2); // a server on another port is another one
  const login = await useServerUtil('login', `--server-datafolder=${folder}`);
  t.regex(login.stdout, /No password is needed here/);
  t.is((await useServerUtil('login', '--password=wrong', `--server-datafolder=${folder}`)).exit, 2);
});

test('a given password is used for one command and leaves no session; a login leaves one, until logout', async (t) => {
  const { port, call } = await openServer(t);
  const own = await beSomebodyElse(t, port);
  const count = async () => ((await call('GET', 'v1/auth/sessions')).body as unknown[]).length; // a list
  t.is((await useServerUtil('list-backups', `--password=${PASSWORD}`, ...own)).exit, 0);
  t.is(await count(), 1);
  t.is((await useServerUtil('list-backups', ...own)).exit, 2);
  t.is((await useServerUtil('login', `--password=${PASSWORD}`, ...own)).exit, 0);
  t.is(await count(), 2);
  const file = path.join(own[1]!.replace(/^[^=]*=/, ''), 'server-util.json');
  t.is((await lstat(file)).mode & 0o777, 0o600);
  t.is((await useServerUtil('list-backups', ...own)).exit, 0);
  t.is((await useServerUtil('logout', ...own)).exit, 0);
  t.is(await count(), 1);
  t.is((await useServerUtil('list-backups', ...own)).exit, 2);
  t.notRegex(await readFile(file, 'utf8'), /Refresh/);
});

test('an access token that is over is renewed, once for many commands at a time', async (t) => {
  const { port } = await openServer(t);
  const own = await beSomebodyElse(t, port);
  await useServerUtil('login', `--password=${PASSWORD}`, ...own);
  const file = path.join(own[1]!.replace(/^[^=]*=/, ''), 'server-util.json');
  for (let round = 0; round < 3; round++) {
    // What is stored, with an access token that nobody takes.
    const stored = JSON.parse(await readFile(file, 'utf8'));
    const kept = JSON.parse(stored.servers[`http://127.0.0.1:${port}/`]);
    stored.servers[`http://127.0.0.1:${port}/`] = JSON.stringify({ ...kept, access: 'a.b.c' });
    await writeFile(file, JSON.stringify(stored));
    const all = await Promise.all([1, 2, 3].map(() => useServerUtil('status', ...own)));
    t.deepEqual(
      all.map(({ exit }) => exit),
      [0, 0, 0],
    );
  }
  const { cookies } = JSON.parse(JSON.parse(await readFile(file, 'utf8')).servers[`http://127.0.0.1:${port}/`]);
  t.regex(cookies, /RefreshToken_\d+=[\w-]+\.3\./); // the third since the login
});

test('tokens are encrypted with the key that is given, and of no use without it', async (t) => {
  const { port } = await openServer(t);
  const own = await beSomebodyElse(t, port);
  const key = '--settings-encryption-key=eight blue bottles';
  t.is((await useServerUtil('login', `--password=${PASSWORD}`, key, ...own)).exit, 0);
  const file = path.join(own[1]!.replace(/^[^=]*=/, ''), 'server-util.json');
  t.notRegex(await readFile(file, 'utf8'), /Refresh/);
  t.is((await useServerUtil('status', key, ...own)).exit, 0);
  for (const wrong of [[], ['--settings-encryption-key=nine']]) {
    const { exit, stderr } = await useServerUtil('status', ...wrong, ...own);
    t.is(exit, 2);
    t.regex(stderr, /encrypted with another key/);
  }
});

test('root and the owner change the password without the old one, also to a weak one, with a warning', async (t) => {
  const { folder, port, lines } = await openServer(t);
  const { exit, stdout } = await useServerUtil('change-password', 'short1', `--server-datafolder=${folder}`);
  t.is(exit, 0);
  t.regex(stdout, /Warning: this password is easy to guess. It has fewer than 12 characters/);
  t.regex(lines.join(''), /is easy to guess/);
  const body = JSON.stringify({ Password: 'short1' });
  t.is((await send(port, { method: 'POST', path: '/api/v1/auth/login', body })).status, 200);
  const own = await beSomebodyElse(t, port);
  t.is((await useServerUtil('change-password', 'six bottles of it', ...own)).exit, 2);
  t.is((await useServerUtil('change-password', 'six bottles of it', '--password=wrong', ...own)).exit, 2);
  t.is((await useServerUtil('change-password', 'six bottles of it', '--password=short1', ...own)).exit, 0);
  t.is((await useServerUtil('status', '--password=six bottles of it', ...own)).exit, 0);
  for (const empty of ['', 'x'.repeat(2000)])
    t.is((await useServerUtil('change-password', empty, `--server-datafolder=${folder}`)).exit, 2);
});

test('the exit code of a backup that was waited for says how it went', async (t) => {
  let level: 'Success' | 'Warning' | 'Error' | 'fails' = 'Success';
  const engine: Engine = () => ({
    async run() {
      if (level === 'fails') throw new Error('the destination is gone');
      return { level, facts: {}, metadata: {}, lines: [] };
    },
  });
  const { folder, call } = await openServer(t, engine);
  await call('POST', 'v1/backups', makeForm('Documents'));
  const where = [`--server-datafolder=${folder}`, '--wait', '--poll-interval=0.02'];
  for (const [outcome, code] of [
    ['Success', 0],
    ['Warning', 2],
    ['Error', 3],
  ] as const) {
    level = outcome;
    const { exit, stdout } = await useServerUtil('run', 'documents', ...where);
    t.is(exit, code);
    t.regex(stdout, new RegExp(`Backup status: ${outcome}\n$`));
  }
  level = 'fails';
  const { exit, stderr } = await useServerUtil('run', '1', '--quiet', ...where);
  t.is(exit, 4);
  t.regex(stderr, /the destination is gone/);
});

test('run makes a backup and waits for it; delete takes what it has at its destination along', async (t) => {
  const { folder, call } = await openServer(t);
  const place = await makeFolder(t);
  await mkdir(path.join(place, 'source'));
  await writeFile(path.join(place, 'source', 'one.txt'), 'one');
  const target = path.join(place, 'destination');
  const form = makeForm('Documents', { TargetURL: `file://${target}`, Sources: [path.join(place, 'source/')] });
  await call('POST', 'v1/backups', form);
  const ran = await useServerUtil('run', '1', '--wait', '--poll-interval=1', `--server-datafolder=${folder}`);
  t.deepEqual([ran.exit, ran.stderr], [0, '']);
  t.regex(ran.stdout, /Backup status: Success|Success/);
  t.true((await readdir(target)).some((name) => name.includes('.dlist.')));
  const { exit } = await useServerUtil('delete', '1', '--delete-remote-files', `--server-datafolder=${folder}`);
  t.is(exit, 0);
  while ((await call('GET', 'v1/backup/1')).status !== 404) await wait(100);
  t.deepEqual(await readdir(target), []);
});

test('configurations go out encrypted or without secrets, and come in again', async (t) => {
  const { folder, call } = await openServer(t);
  await call('POST', 'v1/backups', makeForm('Fotos/2026'));
  const out = await makeFolder(t);
  const where = [`--server-datafolder=${folder}`, `--destination=${out}`];
  t.is((await useServerUtil('export', 'all', '--unencrypted', ...where)).exit, 0);
  const plain = path.join(out, '1-Fotos_2026.json');
  t.notRegex(await readFile(plain, 'utf8'), /canary/);
  t.is((await lstat(plain)).mode & 0o777, 0o600);
  const again = await useServerUtil('export', '1', '--unencrypted', ...where);
  t.is(again.exit, 2);
  t.regex(again.stderr, /there already \(--overwrite replaces it\)/);
  t.is((await useServerUtil('export', '1', '--unencrypted', '--overwrite', '--export-passwords', ...where)).exit, 0);
  t.regex(await readFile(plain, 'utf8'), /canary-passphrase/);
  t.is((await useServerUtil('export', 'fotos/2026', '--encryption-passphrase', 'a phrase', ...where)).exit, 0);
  t.deepEqual((await readdir(out)).sort(), ['1-Fotos_2026.json', '1-Fotos_2026.json.aes']);
  const parts: Buffer[] = [];
  const sealed = [await readFile(`${plain}.aes`)];
  async function* read() {
    yield* sealed;
  }
  for await (const part of decryptAesCrypt(read(), 'a phrase')) parts.push(part);
  t.regex(String(Buffer.concat(parts)), /canary-passphrase/);

  const words = ['import', `${plain}.aes`];
  t.regex((await useServerUtil(...words, `--server-datafolder=${folder}`)).stderr, /encrypted: give its passphrase/);
  t.is((await useServerUtil(...words, 'wrong', `--server-datafolder=${folder}`)).exit, 2);
  const given = ['--backup-url=ssh://elsewhere/folder', '--backup-passphrase=another', `--server-datafolder=${folder}`];
  const imported = await useServerUtil(...words, 'a phrase', '--json', ...given);
  t.like(JSON.parse(imported.stdout), { Success: true, BackupID: '2' });
  const { Backup } = (await call('GET', 'v1/backup/2')).body as { Backup: { Name: string; TargetURL: string } }; // its form
  t.deepEqual([Backup.Name, Backup.TargetURL], ['Fotos/2026 (1)', 'ssh://elsewhere/folder']);
});

test('words and options that a command does not have are refused before anybody is asked', async (t) => {
  for (const [words, exit, text] of [
    [[], 1, /a command is needed/],
    [['lsit-backups'], 1, /did you mean list-backups/],
    [['run'], 2, /run needs <backup>/],
    [['status', 'now'], 2, /a word too many/],
    [['status', '--wait'], 2, /status has no option --wait/],
    [['run', '1', '--poll-interval=soon', '--hosturl=http://127.0.0.1:1', '--server-datafolder=/nowhere'], 2, /./],
    [['status', '--secret-provider=env://'], 2, /comes with a later release/],
    [['status', '--host-cert=xyz'], 2, /not a SHA-1 or SHA-256 hash/],
    [['status', '--hosturl=ftp://u:secret@x'], 2, /^(?!.*secret).*not an address such as/],
    [['import', '/nowhere'], 2, /File \/nowhere does not exist/],
  ] as const) {
    const { exit: ended, stderr } = await useServerUtil(...words);
    t.is(ended, exit, words.join(' '));
    t.regex(stderr, text);
  }
});

test('configurations that a real Duplicati has exported are imported, in plain and of AES Crypt', async (t) => {
  const { folder } = await openServer(t);
  const fixtures = path.join(import.meta.dirname, '../../fixtures/duplicati');
  for (const [name, ...passphrase] of [
    ['config.json'],
    ['config-no-passwords.json'],
    ['config.json.aes', 'configpw'],
  ]) {
    const words = [path.join(fixtures, name!), ...passphrase, `--server-datafolder=${folder}`];
    const { exit, stdout, stderr } = await useServerUtil('import', ...words);
    t.is(exit, 0, stderr);
    t.regex(stdout, /Imported "exported( \(\d\))?" with ID \d\n$/);
  }
});

test('all backups of a database of Duplicati are taken over, for root and the owner alone', async (t) => {
  const { folder, port } = await openServer(t);
  const file = path.join(await makeFolder(t), 'Duplicati-server.sqlite');
  makeDuplicatiDatabase(file);
  const { exit, stdout } = await useServerUtil('import', file, `--server-datafolder=${folder}`);
  t.is(exit, 0);
  t.regex(stdout, /Imported "Home"\nImported "NAS"/);
  const again = await useServerUtil('import', file, '--json', `--server-datafolder=${folder}`);
  t.like(JSON.parse(again.stdout), { Imported: [], AlreadyThere: ['Home', 'NAS'] });
  const own = await beSomebodyElse(t, port);
  const other = await useServerUtil('import', file, `--password=${PASSWORD}`, ...own);
  t.is(other.exit, 2);
  t.regex(other.stderr, /Only an administrator of this machine may name a file/);
});

test('a configuration that is too long is refused before it is sent', async (t) => {
  const file = path.join(await makeFolder(t), 'file');
  await writeFile(file, Buffer.alloc((1 << 20) + 1));
  const { exit, stderr } = await useServerUtil('import', file, '--hosturl=http://127.0.0.1:1');
  t.is(exit, 2);
  t.regex(stderr, /too long/);
});
