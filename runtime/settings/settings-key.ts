import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Option } from '../command-line/arguments.ts';
import { SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findFileProblem, findPlantedFile } from '../service/private-file.ts';
import { writeWhole } from '../service/write-whole.ts';
import { type FieldCipher, keyFromBytes, keyFromText, makeFieldCipher, plainFields } from './field-encryption.ts';

export type SettingsKeyOption =
  | 'settings-encryption-key'
  | 'settings-encryption-key-previous'
  | 'require-db-encryption-key'
  | 'disable-db-encryption';

/** Rows for the option table of every program that opens the settings database. */
export const settingsKeyOptions: readonly Option<SettingsKeyOption>[] = [
  {
    name: 'settings-encryption-key',
    value: 'KEY',
    secret: true,
    help: 'What the secret fields of the settings database are encrypted with. Without it: a random key in the file settings.key beside it.',
  },
  {
    name: 'settings-encryption-key-previous',
    value: 'KEY',
    secret: true,
    help: 'To change the key: the one until now. Everything is encrypted anew at the start; leave this option out afterwards.',
  },
  {
    name: 'require-db-encryption-key',
    help: 'Refuse to start without --settings-encryption-key.',
  },
  {
    name: 'disable-db-encryption',
    help: 'Write secret fields of the settings database as they are.',
  },
];

export interface KeyChoice {
  text?: string;
  /** The key until now, when it is being changed. */
  previous?: string;
  isRequired: boolean;
  isDisabled: boolean;
}

const KEY_FILE = 'settings.key';
const KEY_BYTES = 32;

/**
 * The cipher for a data folder's settings. Without a key of the administrator's, a random one in a file of its own: a copy of the
 * database alone then gives nothing away.
 * @param salt bytes of the database's own, for a key that a person chose.
 * @throws UserError (2) for options that contradict one another, (100) for a key file that others can read or that is none.
 */
export async function openFieldCipher(folder: string, salt: Buffer, choice: KeyChoice, log: Log): Promise<FieldCipher> {
  if (choice.isDisabled && (choice.text || choice.previous || choice.isRequired))
    throw new UserError(
      '--disable-db-encryption contradicts --settings-encryption-key and --require-db-encryption-key',
      2,
    );
  if (choice.isDisabled) {
    log.warning('secrets are written into the settings database as they are (--disable-db-encryption)');
    return plainFields;
  }
  if (choice.text) return makeFieldCipher(await keyFromText(choice.text, salt));
  if (choice.isRequired)
    throw new UserError('there is no --settings-encryption-key, and --require-db-encryption-key asks for one', SERIOUS);
  return makeFieldCipher(keyFromBytes(readKeyFile(folder)));
}

/** The cipher until now, where the key is being changed: of the key that is named, else of the file that was made without one. */
export async function openPreviousCipher(
  folder: string,
  salt: Buffer,
  { text, previous }: KeyChoice,
): Promise<FieldCipher | undefined> {
  if (previous) return makeFieldCipher(await keyFromText(previous, salt));
  if (!text || !existsSync(path.join(folder, KEY_FILE))) return undefined;
  return makeFieldCipher(keyFromBytes(readKeyFile(folder)));
}

function readKeyFile(folder: string): Buffer {
  const file = path.join(folder, KEY_FILE);
  if (!existsSync(file)) writeWhole(folder, KEY_FILE, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  // On Windows it has the rights of its folder, which are judged at every start; its owner is judged here.
  const problem = process.platform === 'win32' ? findPlantedFile(file) : findFileProblem(file);
  if (problem) throw new UserError(`${file} is not used: ${problem}`, SERIOUS);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new UserError(
      `${file} does not hold a key of ${KEY_BYTES} bytes in base64; bring back the file that was there before`,
      SERIOUS,
    );
  return key;
}
