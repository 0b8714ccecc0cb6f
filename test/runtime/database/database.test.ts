import test from 'ava';
import { chooseDriver, openDatabase } from '../../../runtime/database/database.ts';
import { testDatabase } from '../../suites/database.ts';
import { runProgram } from '../run-program.ts';

for (const driver of ['node:sqlite', 'better-sqlite3'] as const) {
  testDatabase(test, driver, (file, options) => openDatabase(file, { ...options, driver }));
}

test('better-sqlite3 is chosen where its addon loads', async (t) => {
  t.deepEqual(await chooseDriver(), { driver: 'better-sqlite3' });
  const database = await openDatabase(':memory:');
  t.is(database.driver, 'better-sqlite3');
  database.close();
});

test('node:sqlite is chosen where the addon is absent, and system-info says why', async (t) => {
  const { code, stdout } = await runProgram('duplicati-cli', ['system-info'], { DUPLICATI_NATIVE_FOLDER: '/nowhere' });
  t.is(code, 0);
  t.regex(stdout, /^SQLite: [\d.]+ - node:sqlite$/m);
  t.regex(
    stdout,
    /^SQLite driver: node:sqlite \(better-sqlite3 does not load: \/nowhere\/better_sqlite3\.node is not there\)$/m,
  );
});
