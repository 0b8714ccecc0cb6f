/** What is fixed for the life of a backup: its form, and that its passphrase is the one it began with. */
import { scryptSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { isHashName } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { LocalDatabase } from './local-database.ts';

export interface KeptForm extends Pick<Manifest, 'blocksize' | 'blockHash' | 'fileHash'> {
  prefix: string;
  isEncrypted: boolean;
}

/** The form of the backup that this database is of; undefined before the first run. */
export function readForm(database: LocalDatabase): KeptForm | undefined {
  const text = readSetting(database, 'form');
  if (text === undefined) return undefined;
  const { blocksize, blockHash, fileHash, prefix, isEncrypted } = JSON.parse(text) as Record<string, unknown>; // written below
  if (!isHashName(String(blockHash)) || !isHashName(String(fileHash))) throw new Error('the local database is damaged');
  return {
    blocksize: Number(blocksize),
    // Looked at just above.
    blockHash: blockHash as KeptForm['blockHash'],
    fileHash: fileHash as KeptForm['fileHash'],
    prefix: String(prefix),
    isEncrypted: isEncrypted === true,
  };
}

/** Remembers the form and a fingerprint of the passphrase, from which nobody gets it back cheaply. */
export function keepForm(database: LocalDatabase, clock: Clock, form: KeptForm, passphrase: string | undefined): void {
  database.transaction(() => {
    writeSetting(database, 'form', JSON.stringify(form));
    if (passphrase === undefined) return;
    const salt = clock.random(16);
    writeSetting(
      database,
      'passphrase',
      `${salt.toString('base64')} ${fingerprint(passphrase, salt).toString('base64')}`,
    );
  });
}

/** False where the passphrase is another than the one that the backup was kept with. */
export function isSamePassphrase(database: LocalDatabase, passphrase: string): boolean {
  const [salt, kept] = (readSetting(database, 'passphrase') ?? '')
    .split(' ')
    .map((part) => Buffer.from(part, 'base64'));
  return !salt || !kept || timingSafeEqual(kept, fingerprint(passphrase, salt));
}

/** 2^15 rounds and 32 MiB: some 100 ms (RFC 7914). */
function fingerprint(passphrase: string, salt: Buffer): Buffer {
  return scryptSync(passphrase, salt, 32, { N: 32768, r: 8, p: 1, maxmem: 64 << 20 });
}

function readSetting(database: LocalDatabase, name: string): string | undefined {
  const value = database.prepare('SELECT value FROM setting WHERE name = ?').get(name)?.value;
  return typeof value === 'string' ? value : undefined;
}

function writeSetting(database: LocalDatabase, name: string, value: string): void {
  database.prepare('INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)').run(name, value);
}
