import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type Database, openDatabase } from '../database/database.ts';
import { SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findPlantedFile } from '../service/private-file.ts';
import { type FieldCipher, isEncrypted, wrongKey } from './field-encryption.ts';
import { migrate, refuseNewer } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { rewriteSecrets, type SecretSetting } from './secret-fields.ts';
import { type KeyChoice, openFieldCipher, openPreviousCipher } from './settings-key.ts';

/** The file of ours. Duplicati's own is `Duplicati-server.sqlite`, in the same folder; it is never touched. */
export const SETTINGS_FILE = 'server-settings.sqlite';

/** The server's settings, and the database they are in. What is written is on the disk when a call returns. */
export interface Settings {
  readonly database: Database;
  readonly cipher: FieldCipher;
  get(name: string): string | undefined;
  /** Undefined removes it. */
  set(name: string, value: string | undefined): void;
  getSecret(name: SecretSetting): string | undefined;
  setSecret(name: SecretSetting, value: string | undefined): void;
  /** The secret of that name; 32 random bytes in base64 the first time. */
  ownKey(name: SecretSetting): Buffer;
  close(): void;
}

const SALT = 'encryption-salt';
const CHECK = 'encryption-check';
const CHECKED = 'ours';

/** Opens the settings of a data folder that is ours and locked. @param migrations for tests. @throws UserError */
export async function openSettings(
  folder: string,
  key: KeyChoice,
  log: Log,
  migrations: readonly string[] = MIGRATIONS,
): Promise<Settings> {
  const file = path.join(folder, SETTINGS_FILE);
  for (const each of [file, `${file}-wal`, `${file}-shm`]) {
    const problem = findPlantedFile(each);
    if (problem)
      throw new UserError(`${each} is not used: ${problem}; move it away, or give it to this account`, SERIOUS);
  }
  const database = await openDatabase(file);
  try {
    // FULL: a password change that was acknowledged must outlive a power cut.
    refuseNewer(database, file, migrations.length);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    // What was overwritten or deleted is in no free page, and what a killed process left in the log not in the log.
    database.exec('PRAGMA secure_delete = ON; PRAGMA wal_checkpoint(TRUNCATE)');
    if (database.userVersion() === 0) migrate(database, file, migrations, log);
    const select = database.prepare('SELECT value FROM setting WHERE name = ?');
    const upsert = database.prepare(
      'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    const remove = database.prepare('DELETE FROM setting WHERE name = ?');
    const get = (name: string) => {
      const value = select.get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    };
    const set = (name: string, value: string | undefined) =>
      void (value === undefined ? remove.run(name) : upsert.run(name, value));
    if (get(SALT) === undefined) set(SALT, randomBytes(16).toString('base64'));
    const salt = Buffer.from(get(SALT)!, 'base64');
    const cipher = await openFieldCipher(folder, salt, key, log);
    const getSecret = (name: SecretSetting) => {
      const value = get(name);
      return value === undefined ? undefined : cipher.decrypt(name, value);
    };
    const setSecret = (name: SecretSetting, value: string | undefined) =>
      set(name, value === undefined ? undefined : cipher.encrypt(name, value));
    // A wrong key is found here, before anything was done with it.
    const written = get(CHECK) ?? CHECKED;
    const previous = fits(cipher, written) ? cipher : await openPreviousCipher(folder, salt, key);
    if (!previous || !fits(previous, written)) throw wrongKey();
    if (get(CHECK) === undefined) setSecret(CHECK, CHECKED);
    else if (previous !== cipher || (!isEncrypted(written) && !key.isDisabled)) {
      rewriteSecrets(database, previous, cipher);
      log.information('the secrets of the settings database have been encrypted anew, with the key that is given now');
    }
    migrate(database, file, migrations, log); // last, so that the copy it leaves holds no plain secret either
    const ownKey = (name: SecretSetting) => {
      if (getSecret(name) === undefined) setSecret(name, randomBytes(32).toString('base64'));
      return Buffer.from(getSecret(name)!, 'base64');
    };
    return { database, cipher, get, set, getSecret, setSecret, ownKey, close: () => database.close() };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function fits(cipher: FieldCipher, written: string): boolean {
  try {
    return cipher.decrypt(CHECK, written) === CHECKED;
  } catch {
    return false;
  }
}
