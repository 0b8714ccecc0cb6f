import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Database, OpenOptions, Row, Statement, Value } from './database.ts';
import { runTransaction, userVersionPragma } from './transaction.ts';

/** The driver that is always there: Node's own SQLite. */
export function openNodeSqlite(file: string, { readOnly = false, timeout = 5000 }: OpenOptions): Database {
  const connection = new DatabaseSync(file, { readOnly, timeout });
  const exec = (sql: string) => connection.exec(sql);
  try {
    exec('PRAGMA schema_version'); // reads the file, so that one that is no database is refused here
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
  return {
    driver: 'node:sqlite',
    sqlite: process.versions.sqlite ?? '',
    exec,
    prepare: (sql, { bigints = false } = {}) => prepare(connection, sql, bigints),
    transaction: (work) => runTransaction(exec, work),
    userVersion: () => Number(connection.prepare('PRAGMA user_version').get()?.user_version),
    setUserVersion: (version) => exec(userVersionPragma(version)),
    close: () => {
      if (connection.isOpen) connection.close();
    },
  };
}

function prepare(connection: DatabaseSync, sql: string, bigints: boolean): Statement {
  const statement = connection.prepare(sql);
  statement.setReadBigInts(bigints);
  return {
    run(...parameters) {
      // Exact row numbers need bigints while it runs, whatever the rows are read as.
      statement.setReadBigInts(true);
      try {
        const { changes, lastInsertRowid } = statement.run(...parameters);
        return { changes: Number(changes), lastRowId: BigInt(lastInsertRowid) };
      } finally {
        statement.setReadBigInts(bigints);
      }
    },
    get(...parameters) {
      const row = statement.get(...parameters);
      return row && rowOf(row);
    },
    all: (...parameters) => statement.all(...parameters).map(rowOf),
    *iterate(...parameters) {
      for (const row of statement.iterate(...parameters)) yield rowOf(row);
    },
  };
}

/** A plain object, as the other driver gives (Node's rows have no prototype). */
function rowOf(row: Record<string, SQLOutputValue>): Row {
  const plain: Record<string, Value> = { ...row };
  return plain;
}
