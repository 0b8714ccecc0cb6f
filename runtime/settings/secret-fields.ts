import type { Database } from '../database/database.ts';
import type { FieldCipher } from './field-encryption.ts';

/** Names of settings that are secret: what is not listed here cannot be written as one, so that none is forgotten below. */
export const SECRET_SETTINGS = [
  'encryption-check',
  'password',
  'password-given',
  'token-key',
  'refresh-key',
  'browser-key',
  'application-options',
  'https-given-certificate',
  'https-authority',
  'https-server-certificate',
] as const;
export type SecretSetting = (typeof SECRET_SETTINGS)[number];

/** Every secret field of the schema: how its rows are read and written, and the name that its cipher authenticates. */
const FIELDS = [
  {
    table: 'setting',
    select: `SELECT name AS id, value AS secret FROM setting WHERE name IN (${SECRET_SETTINGS.map((name) => `'${name}'`).join()})`,
    update: 'UPDATE setting SET value = ? WHERE name = ?',
    nameOf: (id: string) => id,
  },
  {
    table: 'backup',
    select: 'SELECT id, definition AS secret FROM backup',
    update: 'UPDATE backup SET definition = ? WHERE id = ?',
    nameOf: (id: string) => `backup/${id}`,
  },
  {
    table: 'connection_string',
    select: 'SELECT id, url AS secret FROM connection_string',
    update: 'UPDATE connection_string SET url = ? WHERE id = ?',
    nameOf: (id: string) => `connection/${id}`,
  },
];

/**
 * Writes every secret anew, read with one cipher and encrypted with another: all or none. What was there before is in no free page and
 * no log of the file afterwards. The schema may be an older one: what it has no table for is left out. @throws UserError (100) where `from` does not fit; nothing is changed then.
 */
export function rewriteSecrets(database: Database, from: FieldCipher, to: FieldCipher): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  database.transaction(() => {
    for (const { table, select, update, nameOf } of FIELDS) {
      if (!tables.some(({ name }) => name === table)) continue;
      const write = database.prepare(update);
      for (const { id, secret } of database.prepare(select).all()) {
        if (typeof id !== 'string' && typeof id !== 'number') continue; // the schema's types
        const name = nameOf(String(id));
        write.run(to.encrypt(name, from.decrypt(name, String(secret))), id);
      }
    }
  });
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
}
