import Connection from 'better-sqlite3';
import { loadAddon } from '../paths.ts';
import type { Database, OpenOptions, Row, Statement, Value } from './database.ts';
import { runTransaction, userVersionPragma } from './transaction.ts';

/** The optional native driver: better-sqlite3 with its addon file. @throws Error when the addon is absent or does not load. */
export function openBetterSqlite3(file: string, { readOnly = false, timeout = 5000 }: OpenOptions): Database {
  const nativeBinding = loadAddon('better_sqlite3.node') as object; // better-sqlite3 checks its shape by using it
  const connection = new Connection(file, { readonly: readOnly, timeout, nativeBinding });
  const exec = (sql: string) => void connection.exec(sql);
  try {
    connection.prepare('PRAGMA schema_version').get();
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
  return {
    driver: 'better-sqlite3',
    sqlite: String(connection.prepare('SELECT sqlite_version() AS version').get()?.version),
    exec,
    prepare: (sql, { bigints = false } = {}) => prepare(connection, sql, bigints),
    transaction: (work) => runTransaction(exec, work),
    userVersion: () => Number(connection.prepare('PRAGMA user_version').get()?.user_version),
    setUserVersion: (version) => exec(userVersionPragma(version)),
    close: () => void connection.close(),
  };
}

/**
 * better-sqlite3 rounds big integers silently unless all integers are read as bigints: so they are, and small ones become numbers
 * here. It also insists on `run` for statements without rows and on the others for those with; here each call does what it can.
 */
function prepare(connection: Connection, sql: string, bigints: boolean): Statement {
  const statement = connection.prepare(sql).safeIntegers(true);
  const rowOf = bigints ? (row: Row) => row : narrowIntegers;
  const rowsOf = (parameters: Value[]): Iterable<Row> => {
    if (statement.reader) return statement.iterate(...parameters);
    statement.run(...parameters);
    return [];
  };
  return {
    run(...parameters) {
      if (!statement.reader) {
        const { changes, lastInsertRowid } = statement.run(...parameters);
        return { changes, lastRowId: BigInt(lastInsertRowid) };
      }
      statement.all(...parameters);
      const done = connection
        .prepare('SELECT changes() AS changes, last_insert_rowid() AS row')
        .safeIntegers(true)
        .get();
      return { changes: Number(done?.changes), lastRowId: typeof done?.row === 'bigint' ? done.row : 0n };
    },
    get(...parameters) {
      if (!statement.reader) return void statement.run(...parameters);
      const row = statement.get(...parameters);
      return row && rowOf(row);
    },
    all: (...parameters) => (statement.reader ? statement.all(...parameters) : [...rowsOf(parameters)]).map(rowOf),
    *iterate(...parameters) {
      for (const row of rowsOf(parameters)) yield rowOf(row);
    },
  };
}

/** @throws RangeError, as Node does, when an integer has no exact number. */
function narrowIntegers(row: Row): Row {
  for (const name in row) {
    const value = row[name]!;
    if (typeof value !== 'bigint') continue;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new RangeError(
        `the integer ${value} in column "${name}" is too large for a number; prepare with { bigints: true }`,
      );
    }
    row[name] = number;
  }
  return row;
}
