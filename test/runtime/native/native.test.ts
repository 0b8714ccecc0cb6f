import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDatabase } from '../../../runtime/database/database.ts';
import { buildBetterSqlite3, builtFolder } from '../../../runtime/native/build-from-source.ts';
import { testDatabase } from '../../suites/database.ts';

// Compiling takes a minute or more and needs a C++ compiler: only when asked, `RUN_NATIVE=1 npx ava --timeout=30m test/runtime/native`.
if (process.env.RUN_NATIVE === '1') {
  test.before('better-sqlite3 is built from source', async (t) => {
    t.timeout(1_800_000);
    await rm(builtFolder, { recursive: true, force: true });
    t.is(await buildBetterSqlite3(), path.join(builtFolder, 'better_sqlite3.node'));
    process.env.DUPLICATI_NATIVE_FOLDER = builtFolder;
  });
  testDatabase(test, 'better-sqlite3', (file, options) => openDatabase(file, { ...options, driver: 'better-sqlite3' }));
} else {
  test('a build from source leaves its addon in the cache, apart for each platform', (t) => {
    t.is(path.basename(builtFolder), `${process.platform}-${process.arch}`);
    t.false(existsSync(path.join(import.meta.dirname, '../../../binding.gyp')));
  });
}
