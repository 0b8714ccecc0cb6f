import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { openDatabase } from '../../../runtime/database/database.ts';
import { migrate } from '../../../runtime/settings/migrate.ts';
import { MIGRATIONS } from '../../../runtime/settings/migrations.ts';
import { SECRET_SETTINGS } from '../../../runtime/settings/secret-fields.ts';
import { openSettings, SETTINGS_FILE } from '../../../runtime/settings/settings.ts';
import type { KeyChoice } from '../../../runtime/settings/settings-key.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';

const FILE_KEY: KeyChoice = { isRequired: false, isDisabled: false };
const PLAIN: KeyChoice = { isRequired: false, isDisabled: true };
const withKey = (text: string, previous?: string): KeyChoice => ({
  ...FILE_KEY,
  text,
  ...(previous ? { previous } : {}),
});
const CANARY = 'canary-in-a-secret-field';

async function use<Result>(
  folder: string,
  key: KeyChoice,
  work: (settings: Awaited<ReturnType<typeof openSettings>>) => Result,
) {
  const settings = await openSettings(folder, key, keepLog().log);
  try {
    return work(settings);
  } finally {
    settings.close();
  }
}

/** A database with a canary in every secret field. */
async function fill(folder: string, key: KeyChoice) {
  await use(folder, key, (settings) => {
    for (const name of SECRET_SETTINGS) if (name !== 'encryption-check') settings.setSecret(name, CANARY);
    openBackups(settings).add({
      name: 'first',
      description: '',
      tags: [],
      targetUrl: `ssh://${CANARY}@host/`,
      connection: -1,
      sources: ['/'],
      options: [],
      filters: [],
    });
  });
}

function hold(folder: string, text: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(path.join(folder, name)).includes(text));
}

function readAll(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]));
}

async function canariesOf(folder: string, key: KeyChoice): Promise<number> {
  return use(folder, key, (settings) => {
    const kept = SECRET_SETTINGS.filter((name) => settings.getSecret(name) === CANARY).length;
    return (
      kept +
      openBackups(settings)
        .list()
        .filter((one) => JSON.stringify(one).includes(CANARY)).length
    );
  });
}
const ALL = SECRET_SETTINGS.length; // the check holds none, a backup one

test('encryption that is switched on later encrypts everything that was plain, and leaves no trace of it', async (t) => {
  for (const key of [FILE_KEY, withKey('one')]) {
    const folder = await makeFolder(t);
    await fill(folder, PLAIN);
    t.deepEqual(hold(folder, CANARY), [SETTINGS_FILE], 'the control is found');
    t.is(await canariesOf(folder, key), ALL);
    t.deepEqual(hold(folder, CANARY), []);
    t.is(await canariesOf(folder, key), ALL);
    await t.throwsAsync(canariesOf(folder, PLAIN), { message: /encrypted with another key/ });
  }
});

test('the key is changed by giving the one until now; a first one takes over from the file', async (t) => {
  const folder = await makeFolder(t);
  await fill(folder, FILE_KEY);
  t.is(await canariesOf(folder, withKey('one')), ALL);
  await t.throwsAsync(canariesOf(folder, FILE_KEY), { message: /encrypted with another key/ });
  await t.throwsAsync(canariesOf(folder, withKey('two')), { message: /encrypted with another key/ });
  await t.throwsAsync(canariesOf(folder, withKey('two', 'wrong')), { message: /encrypted with another key/ });
  t.is(await canariesOf(folder, withKey('two', 'one')), ALL);
  t.is(await canariesOf(folder, withKey('two', 'one')), ALL, 'left in, it does no harm');
  t.is(await canariesOf(folder, withKey('two')), ALL);
  await t.throwsAsync(canariesOf(folder, withKey('one')), { message: /encrypted with another key/ });
});

test('with a wrong key, or none, nothing is changed', async (t) => {
  const folder = await makeFolder(t);
  await fill(folder, withKey('one'));
  const before = readAll(folder);
  for (const key of [withKey('two'), FILE_KEY, PLAIN])
    await t.throwsAsync(canariesOf(folder, key), { message: /encrypted with another key/ });
  t.deepEqual(readAll(folder), before);
  t.is(await canariesOf(folder, withKey('one')), ALL);
});

test('a database of a newer program is refused and untouched', async (t) => {
  const folder = await makeFolder(t);
  await fill(folder, FILE_KEY);
  await use(folder, FILE_KEY, ({ database }) => database.setUserVersion(MIGRATIONS.length + 1));
  const before = readAll(folder);
  await t.throwsAsync(canariesOf(folder, FILE_KEY), { message: /install the newer version again/ });
  t.deepEqual(readAll(folder), before);
});

async function upgrade(t: ExecutionContext, steps: readonly string[]) {
  const folder = await makeFolder(t);
  await fill(folder, FILE_KEY);
  const file = path.join(folder, SETTINGS_FILE);
  const database = await openDatabase(file);
  t.teardown(database.close);
  const { log, lines } = keepLog();
  return { folder, database, lines, migrate: () => migrate(database, file, steps, log) };
}

test('an older database is upgraded, with a whole copy of it beside', async (t) => {
  const { folder, database, lines, migrate } = await upgrade(t, [...MIGRATIONS, 'CREATE TABLE added (x TEXT) STRICT']);
  migrate();
  t.is(database.userVersion(), MIGRATIONS.length + 1);
  t.is(database.prepare('SELECT COUNT(*) AS n FROM added').get()?.n, 0);
  const [copy, ...more] = readdirSync(folder).filter((name) => name.includes('-version-'));
  t.is(more.length, 0);
  t.true(lines.join('').includes(copy!));
  const old = await makeFolder(t);
  for (const [from, to] of [
    [copy!, SETTINGS_FILE],
    ['settings.key', 'settings.key'],
  ] as const)
    copyFileSync(path.join(folder, from), path.join(old, to));
  t.is(await canariesOf(old, FILE_KEY), ALL, 'the copy is a database that the older program opens');
});

test('an older database with plain secrets is encrypted before its copy is made', async (t) => {
  const folder = await makeFolder(t);
  await fill(folder, PLAIN);
  const { log } = keepLog();
  (await openSettings(folder, FILE_KEY, log, [...MIGRATIONS, 'CREATE TABLE added (x TEXT) STRICT'])).close();
  t.is(readdirSync(folder).filter((name) => name.includes('-version-')).length, 1);
  t.deepEqual(hold(folder, CANARY), []);
});

test('a secret that was overwritten or deleted is in no file, also while the server runs or after it was killed', async (t) => {
  const folder = await makeFolder(t);
  const settings = await openSettings(folder, PLAIN, keepLog().log);
  t.teardown(settings.close);
  const large = `${CANARY}-`.repeat(2000); // pages of its own, which come free
  settings.setSecret('application-options', large);
  settings.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  t.deepEqual(hold(folder, CANARY), [SETTINGS_FILE], 'the control is found');
  settings.setSecret('application-options', undefined);
  const killed = await makeFolder(t);
  for (const name of readdirSync(folder)) copyFileSync(path.join(folder, name), path.join(killed, name));
  await use(killed, PLAIN, () => t.deepEqual(hold(killed, CANARY), []));
});

test('an upgrade that fails half-way leaves the database as it was', async (t) => {
  const { database, migrate } = await upgrade(t, [...MIGRATIONS, 'CREATE TABLE added (x TEXT); nonsense']);
  t.throws(migrate);
  t.is(database.userVersion(), MIGRATIONS.length);
  t.throws(() => database.prepare('SELECT * FROM added'));
});
