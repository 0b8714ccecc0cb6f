/** A real Duplicati's local database is never touched: ours is made beside it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../errors.ts';

/** Bytes at the beginning, in which the names of its first tables stand. */
const LOOKED_AT = 256 << 10;

/** True for a file that is an SQLite database with Duplicati's tables. It is read, and nothing else. @throws the system's error but for a file that is not there */
export function isDuplicatisDatabase(file: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return false;
    throw thrown;
  }
  try {
    const bytes = Buffer.alloc(LOOKED_AT);
    const text = bytes.toString('latin1', 0, readSync(handle, bytes, 0, LOOKED_AT, 0));
    // "Database File Format", 1.3: sixteen bytes every such file begins with.
    return text.startsWith('SQLite format 3\0') && /CREATE TABLE "?Remotevolume"?/i.test(text);
  } finally {
    closeSync(handle);
  }
}

/** Where ours is: at the path that was given, or beside it where a real Duplicati's is there. */
export function ownDatabaseFile(given: string): string {
  return isDuplicatisDatabase(given) ? given.replace(/(?:\.sqlite)?$/, '.packwright.sqlite') : given;
}
