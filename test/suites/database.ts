import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestFn } from 'ava';
import type { Database, OpenOptions } from '../../runtime/database/database.ts';

/** The contract of a database driver: every driver runs every one of these. */
export function testDatabase(
  test: TestFn,
  name: string,
  open: (file: string, options?: OpenOptions) => Database | Promise<Database>,
): void {
  const title = (sentence: string) => `${name}: ${sentence}`;

  test(title('values come back as they went in'), async (t) => {
    const database = await open(':memory:');
    database.exec('CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n)');
    const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)');
    const bytes = Uint8Array.from([0, 255, 10]);
    insert.run(-5, 0.5, 'zwölf\0 \u{1f600}', bytes, null);
    const row = database.prepare('SELECT * FROM t').get();
    t.is(Object.getPrototypeOf(row), Object.prototype);
    t.is(row?.i, -5);
    t.is(row?.r, 0.5);
    t.is(row?.s, 'zwölf\0 \u{1f600}');
    t.deepEqual(Buffer.from(row?.b as Uint8Array), Buffer.from(bytes)); // a BLOB column's value
    t.is(row?.n, null);
    t.is(database.prepare('SELECT * FROM t WHERE i = 1').get(), undefined);
    database.close();
  });

  test(title('big integers are exact, or refused, never rounded'), async (t) => {
    const database = await open(':memory:');
    const big = 2n ** 62n + 1n;
    database.exec('CREATE TABLE t (i INTEGER)');
    database.prepare('INSERT INTO t VALUES (?)').run(big);
    t.is(database.prepare('SELECT i FROM t', { bigints: true }).get()?.i, big);
    t.is(database.prepare('SELECT 7 AS i', { bigints: true }).get()?.i, 7n);
    t.throws(() => database.prepare('SELECT i FROM t').get(), { instanceOf: RangeError });
    t.throws(() => database.prepare('SELECT i FROM t').all(), { instanceOf: RangeError });
    t.throws(() => [...database.prepare('SELECT i FROM t').iterate()], { instanceOf: RangeError });
    t.is(database.prepare('SELECT 9007199254740991 AS i').get()?.i, Number.MAX_SAFE_INTEGER);
    t.is(database.prepare('SELECT 1e300 AS r').get()?.r, 1e300);
    database.close();
  });

  test(title('run counts changes and gives the exact row number'), async (t) => {
    const database = await open(':memory:');
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    const big = 2n ** 60n;
    t.deepEqual(database.prepare('INSERT INTO t VALUES (?, 1)').run(big), { changes: 1, lastRowId: big });
    t.deepEqual(database.prepare('INSERT INTO t (id, v) VALUES (7, 2) RETURNING v').run(), {
      changes: 1,
      lastRowId: 7n,
    });
    t.is(database.prepare('UPDATE t SET v = 3').run().changes, 2);
    database.close();
  });

  test(title('all and iterate give rows in order, and none for a statement without rows'), async (t) => {
    const database = await open(':memory:');
    database.exec('CREATE TABLE t (v); INSERT INTO t VALUES (3), (1), (2)');
    const sorted = database.prepare('SELECT v FROM t WHERE v >= ? ORDER BY v');
    t.deepEqual(sorted.all(2), [{ v: 2 }, { v: 3 }]);
    t.deepEqual([...sorted.iterate(1)], [{ v: 1 }, { v: 2 }, { v: 3 }]);
    for (const row of sorted.iterate(1)) if (row.v === 1) break;
    t.deepEqual(sorted.all(3), [{ v: 3 }]);
    t.deepEqual(database.prepare('DELETE FROM t WHERE v = 3').all(), []);
    t.is(database.prepare('DELETE FROM t WHERE v = 2').get(), undefined);
    t.deepEqual(sorted.all(0), [{ v: 1 }]);
    database.close();
  });

  test(title('a transaction keeps all or nothing'), async (t) => {
    const database = await open(':memory:');
    database.exec('CREATE TABLE t (v UNIQUE)');
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    t.is(
      database.transaction(() => insert.run(1).changes),
      1,
    );
    t.throws(() =>
      database.transaction(() => {
        insert.run(2);
        insert.run(1);
      }),
    );
    t.throws(() => database.transaction(async () => insert.run(3)), { message: /promise/ });
    t.deepEqual(database.prepare('SELECT v FROM t').all(), [{ v: 1 }]);
    database.close();
  });

  test(title('mistakes throw with SQLite’s own words'), async (t) => {
    const database = await open(':memory:');
    t.throws(() => database.exec('SELEC 1'), { message: /syntax error/ });
    t.throws(() => database.prepare('SELECT * FROM nowhere'), { message: /no such table: nowhere/ });
    t.throws(() => database.exec("SELECT json('{')"), { message: /malformed JSON/ });
    database.close();
    t.throws(() => database.exec('SELECT 1'));
    t.notThrows(() => database.close());
  });

  test(title('a file keeps data and schema version between connections'), async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'database-test-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'a b.sqlite');
    const first = await open(file);
    t.is(first.userVersion(), 0);
    first.setUserVersion(12);
    first.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES ('kept')");
    t.throws(() => first.setUserVersion(1.5));
    first.close();
    const second = await open(file, { readOnly: true });
    t.is(second.userVersion(), 12);
    t.is(second.prepare('SELECT v FROM t').get()?.v, 'kept');
    t.throws(() => second.exec('DELETE FROM t'), { message: /readonly/ });
    second.close();
  });

  test(title('a lock of another connection is waited for, then reported'), async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'database-test-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'locked.sqlite');
    const first = await open(file);
    first.exec('CREATE TABLE t (v); BEGIN EXCLUSIVE');
    const second = await Promise.resolve(open(file, { timeout: 20 })).catch((error: unknown) => error);
    t.regex(String(second), /locked/);
    first.close();
  });

  test(title('what is no database, or not there, is refused when opened'), async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'database-test-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'text');
    writeFileSync(file, 'This is no database, but long enough to be taken for one.'.repeat(20));
    await t.throwsAsync(async () => open(file), { message: /not a database/ });
    await t.throwsAsync(async () => open(path.join(folder, 'no', 'folder.sqlite')));
    await t.throwsAsync(async () => open(path.join(folder, 'absent.sqlite'), { readOnly: true }));
  });

  test(title('it says which library it is'), async (t) => {
    const database = await open(':memory:');
    t.is(database.driver, name as never); // the suite is named after the driver
    t.is(database.sqlite, String(database.prepare('SELECT sqlite_version() AS v').get()?.v));
    database.close();
  });
}
