/** BEGIN IMMEDIATE (no surprise when the first write comes), the work, COMMIT; ROLLBACK when it throws. */
export function runTransaction<Result>(exec: (sql: string) => void, work: () => Result): Result {
  exec('BEGIN IMMEDIATE');
  let result: Result;
  try {
    result = work();
    if (result instanceof Promise) throw new Error('a transaction cannot wait: its work must not return a promise');
    exec('COMMIT');
  } catch (thrown) {
    try {
      exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (disk full, for one); what was thrown first says why
    }
    throw thrown;
  }
  return result;
}

/** @throws Error when `version` does not fit into user_version, a signed 32-bit number. */
export function userVersionPragma(version: number): string {
  if (!Number.isInteger(version) || Math.abs(version) > 0x7fffffff)
    throw new Error(`${version} is not a schema version`);
  return `PRAGMA user_version = ${version}`;
}
