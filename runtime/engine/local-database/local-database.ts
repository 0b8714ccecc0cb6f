import { type Database, openDatabase } from '../../database/database.ts';
import { messageOf, SERIOUS, UserError } from '../../errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/**
 * What a backup's destination holds, as this machine knows it. Everything in it can be read from the destination again. Its lock is the lock on the
 * backup: one run at a time has it open, and the system lets go of it whatever ends the run.
 */
export type LocalDatabase = Database;

/**
 * Opens the local database of a backup and makes it where there is none.
 * @param file its path, or `:memory:`.
 * @throws UserError when the file is another program's or a newer version's, which is not touched then, or when another run has it open.
 */
export async function openLocalDatabase(file: string): Promise<LocalDatabase> {
  let database: Database | undefined;
  try {
    database = await openDatabase(file);
    prepare(database, file);
    return database;
  } catch (thrown) {
    database?.close();
    if (!/database is locked/.test(messageOf(thrown))) throw thrown;
    throw new UserError(`another run has ${file} open; wait until it has ended, or stop it`, SERIOUS, thrown);
  }
}

function prepare(database: Database, file: string): void {
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!isEmpty) {
    const { application_id: owner } = database.prepare('PRAGMA application_id').get() ?? {};
    if (owner !== APPLICATION_ID) {
      throw new UserError(
        `${file} is the database of another program; it was left untouched, give another --dbpath`,
        SERIOUS,
      );
    }
    const version = database.userVersion();
    if (version > SCHEMA_VERSION) {
      throw new UserError(
        `${file} was written by a newer release (version ${version}, this one reads ${SCHEMA_VERSION}); it was left untouched, update this program`,
        SERIOUS,
      );
    }
  }
  // FULL: what says that a volume is uploaded must not be forgotten when the power fails.
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000',
  );
  // What is exclusive is held from the first write on: that of a second run fails here, before it has touched anything.
  database.exec('BEGIN EXCLUSIVE; COMMIT');
  if (!isEmpty) return;
  database.transaction(() => {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(SCHEMA);
    database.setUserVersion(SCHEMA_VERSION);
  });
}
