import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { openConnections } from '../../../runtime/backups/connections.ts';
import { readDuplicatiServer } from '../../../runtime/backups/read-duplicati.ts';
import { takeOver } from '../../../runtime/backups/take-over.ts';
import { openConnection } from '../../../runtime/client/exchange.ts';
import { UserError } from '../../../runtime/errors.ts';
import { doorPath } from '../../../runtime/local/local-door.ts';
import { openServerSettings } from '../../../runtime/settings/server-settings.ts';
import { openServer } from '../api/open-server.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';
import { makeDuplicatiDatabase } from './duplicati-database.ts';

async function open(t: ExecutionContext, more?: string) {
  const { settings, folder } = await makeSettings(t);
  const there = path.join(await makeFolder(t), 'there');
  await mkdir(there);
  const file = path.join(there, 'Duplicati-server.sqlite');
  makeDuplicatiDatabase(file, more);
  const allowed = { isAllowed: () => false };
  const needs = {
    backups: openBackups(settings),
    connections: openConnections(settings),
    settings: openServerSettings(settings),
    allowed,
  };
  return { folder, there, file, needs };
}

test('all jobs come over with sources, filters in their order, options, schedules, facts and connection strings', async (t) => {
  const { file, folder, needs } = await open(t);
  const done = takeOver(await readDuplicatiServer(file, folder), needs);
  t.deepEqual(done.jobs, ['Home', 'NAS']);
  const [home, nas] = needs.backups.list();
  t.like(home, {
    name: 'Home',
    description: 'mine',
    tags: ['a', 'b'],
    targetUrl: 's3://bucket/x?auth-password=canary-s3',
    sources: ['/home/', '/etc/'],
    options: [
      { name: 'passphrase', value: 'canary-passphrase', filter: '' },
      { name: 'no-encryption', value: 'false', filter: '' },
      { name: 'dblock-size', value: '50mb', filter: '' },
    ],
    filters: [
      { include: true, expression: '*.keep' },
      { include: false, expression: '*.tmp' },
    ],
    metadata: { BackupListCount: '12' },
  });
  t.like(home?.schedule, {
    time: '2026-01-01T13:00:00Z',
    lastRun: '2025-12-31T13:00:00Z',
    repeat: '1D',
    allowedDays: ['mon', 'fri'],
  });
  const connection = needs.connections.find(nas!.connection);
  t.like(connection, { name: 'nas', description: 'the box', url: 'ssh://me:canary-ssh@nas' });
  t.is(nas?.schedule, undefined);
  t.deepEqual(needs.settings.options(), [{ name: 'log-retention', value: '10D' }]);
  t.is(needs.settings.get('server-timezone'), 'Europe/Berlin');
  t.is(needs.settings.get('startup-delay'), '5m');
  t.is(done.notes.length, 5, done.notes.join('\n'));
  for (const pattern of [
    /Mirror.*kind Sync/,
    /further destinations/,
    /filters of all jobs/,
    /NAS.*run-script-before.*once/,
    /run-script-after of all/,
  ])
    t.true(
      done.notes.some((note) => pattern.test(note)),
      String(pattern),
    );
});

test('taken over twice, nothing comes twice and nothing of ours is changed; a name that is taken gets a number', async (t) => {
  const { file, folder, needs } = await open(t);
  needs.backups.add({ ...needs.backups.list()[0]!, ...OTHER });
  needs.settings.change(
    new Map([
      ['server-timezone', 'Asia/Tokyo'],
      ['--log-retention', '1D'],
    ]),
  );
  const found = await readDuplicatiServer(file, folder);
  t.deepEqual(takeOver(found, needs).jobs, ['Home (1)', 'NAS']);
  const again = takeOver(await readDuplicatiServer(file, folder), needs);
  t.deepEqual([again.jobs, again.known], [[], ['Home', 'NAS']]);
  t.is(needs.backups.list().length, 3);
  t.is(needs.connections.list().length, 1);
  t.is(needs.settings.get('server-timezone'), 'Asia/Tokyo');
  t.deepEqual(needs.settings.options(), [{ name: 'log-retention', value: '1D' }]);
});

const OTHER = {
  name: 'home',
  description: '',
  tags: [],
  targetUrl: 'file:///other',
  connection: -1,
  sources: ['/x/'],
  options: [],
  filters: [],
};

test('encrypted fields are refused in one sentence that says what to do, without a word of them', async (t) => {
  for (const more of [
    `UPDATE "Option" SET "Value" = 'enc-v1:0123canary' WHERE "Name" = 'passphrase'`,
    `UPDATE "Backup" SET "TargetURL" = 'enc-v1:0123canary' WHERE "ID" = 7`,
    `UPDATE "ConnectionString" SET "BaseUrl" = 'enc-v1:0123canary'`,
  ]) {
    const { file, folder } = await open(t, more);
    const thrown = await t.throwsAsync(readDuplicatiServer(file, folder), { instanceOf: UserError });
    t.regex(thrown.message, /passwords are encrypted.*--disable-db-encryption.*import again/);
    t.notRegex(thrown.message, /canary|\n/);
    t.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('take-over')),
      [],
    );
  }
});

test('the file stays as it is, byte for byte, and nothing is left beside it or in the data folder', async (t) => {
  const { file, folder, there } = await open(t);
  await utimes(file, 1_700_000_000, 1_700_000_000);
  const look = async () => ({
    hash: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    changed: (await stat(file)).mtimeMs,
    names: await readdir(there),
  });
  const before = await look();
  await readDuplicatiServer(file, folder);
  t.deepEqual(await look(), before);
  t.false((await readdir(folder)).some((name) => name.startsWith('take-over')));
});

test('what a running server has in its log alone is read too', async (t) => {
  const { file, folder, there } = await open(t);
  const running = new DatabaseSync(file);
  t.teardown(() => running.close());
  running.exec(`PRAGMA journal_mode = WAL; UPDATE "Backup" SET "Name" = 'Renamed' WHERE "ID" = 1`);
  const names = await readdir(there);
  const { jobs } = await readDuplicatiServer(file, folder);
  t.is(jobs[0]?.definition.name, 'Renamed');
  t.deepEqual(await readdir(there), names);
});

test('what is no such database is refused: text, another database, a folder, a pipe, nothing', async (t) => {
  const { folder, there } = await open(t);
  const at = (name: string) => path.join(there, name);
  await writeFile(at('text'), 'no database at all, however long it may be');
  const other = new DatabaseSync(at('other'));
  other.exec('CREATE TABLE "Backup" ("ID")');
  other.close();
  await mkdir(at('folder'));
  execFileSync('mkfifo', [at('pipe')]);
  for (const [name, why] of [
    ['text', /is not taken over: it is not a database/],
    ['other', /no table Option/],
    ['folder', /cannot be read/],
    ['pipe', /cannot be read: it is not a file/],
    ['nothing', /cannot be read: ENOENT/],
  ] as const)
    await t.throwsAsync(readDuplicatiServer(at(name), folder), { instanceOf: UserError, message: why }, name);
});

test('through the API, root and the account of the server name a file; a session takes over the one in the data folder alone', async (t) => {
  const { folder, call } = await openServer(t);
  const file = path.join(await makeFolder(t), 'old.sqlite');
  makeDuplicatiDatabase(file);
  t.is((await call('POST', 'v1/backups/take-over', { path: file })).status, 403);
  const missing = await call('POST', 'v1/backups/take-over', {});
  t.is(missing.status, 400);
  t.regex(missing.text, /Duplicati-server\.sqlite cannot be read/);
  makeDuplicatiDatabase(path.join(folder, 'Duplicati-server.sqlite'));
  const own = await call('POST', 'v1/backups/take-over', {});
  t.like(own.body, { Imported: ['Home', 'NAS'], AlreadyThere: [] });
  const door = await openConnection(doorPath(folder));
  const answer = await door.send({ method: 'POST', target: '/api/v1/backups/take-over', body: { path: file } });
  door.close();
  t.like(JSON.parse(String(answer.body)), { Imported: [], AlreadyThere: ['Home', 'NAS'] });
  t.is(((await call('GET', 'v1/backups')).body as unknown[]).length, 2); // a list
});
