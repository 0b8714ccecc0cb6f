import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, SERIOUS, UserError } from '../errors.ts';

/**
 * Keeps a data folder for this process alone until `release`, or until the process ends in whatever way: the lock is the operating
 * system's own, taken by SQLite on the empty file `lock`. Always node:sqlite: two SQLite libraries in one process must never open the
 * same file, since closing it in one drops the locks of the other.
 * @throws UserError (100) when another process has it.
 */
export function lockFolder(folder: string): { release(): void } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    database?.close();
    const reason = messageOf(thrown);
    const problem = reason.includes('locked')
      ? 'is in use by another server or agent; stop that one or choose another folder with --server-datafolder'
      : `cannot be locked (${reason}); check that its file "lock" can be written`;
    throw new UserError(`the data folder ${folder} ${problem}`, SERIOUS, thrown);
  }
  const held = database;
  return { release: () => held.close() };
}
