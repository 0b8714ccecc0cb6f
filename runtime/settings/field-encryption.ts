import { argon2, createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { SERIOUS, UserError } from '../errors.ts';

/** Encrypts single fields of the settings database. */
export interface FieldCipher {
  /** @param name what the field is: a value cannot be moved to another field. */
  encrypt(name: string, text: string): string;
  /** @throws UserError (100) when it was encrypted with another key, or changed. */
  decrypt(name: string, text: string): string;
}

/** True for what a cipher wrote, false for what was written with --disable-db-encryption. */
export function isEncrypted(text: string): boolean {
  return text.startsWith(PREFIX);
}

const PREFIX = 'enc:1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM (NIST SP 800-38D) with a random nonce; the field's name is authenticated. */
export function makeFieldCipher(key: Buffer): FieldCipher {
  return {
    encrypt(name, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64');
    },
    decrypt(name, text) {
      if (!text.startsWith(PREFIX)) return text; // written with --disable-db-encryption
      const bytes = Buffer.from(text.slice(PREFIX.length), 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(name));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw wrongKey(cause);
      }
    },
  };
}

/** With --disable-db-encryption: fields are written as they are. What is encrypted already cannot be read. */
export const plainFields: FieldCipher = {
  encrypt: (_name, text) => text,
  decrypt(_name, text) {
    if (text.startsWith(PREFIX)) throw wrongKey();
    return text;
  },
};

/** A key from bytes that are random already. */
export function keyFromBytes(bytes: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, '', 'settings fields', 32));
}

/** A key from what a person chose: Argon2id (RFC 9106) with a salt of the database's own, 64 MiB and three passes. */
export function keyFromText(text: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parameters = { message: text, nonce: salt, tagLength: 32, memory: 65_536, passes: 3, parallelism: 4 };
    argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** @returns what to say when a field was encrypted with another key, or changed. */
export function wrongKey(cause?: unknown): UserError {
  return new UserError(
    'the settings database is encrypted with another key: give the one it was made with (--settings-encryption-key, or the file settings.key beside it)',
    SERIOUS,
    cause,
  );
}
