import { hash, pbkdf2 } from 'node:crypto';

/** Rounds of SHA-256 in version 2 (AES Crypt stream format, "Version 2"). */
const ROUNDS = 8192;
/** Most iterations that a file of version 3 may ask for, as AES Crypt's own library has it. */
export const MOST_ITERATIONS = 5_000_000;

/** Version 2: rounds of SHA-256 over what there is so far and the password in UTF-16LE. About 10 ms. */
export function deriveKey2(password: string, iv: Buffer): Buffer {
  const text = Buffer.from(password, 'utf16le');
  let digest: Buffer = Buffer.concat([iv, Buffer.alloc(16)]);
  for (let round = 0; round < ROUNDS; round++) digest = hash('sha256', Buffer.concat([digest, text]), 'buffer');
  return digest;
}

/** Version 3: PBKDF2 with HMAC-SHA-512 over the password in UTF-8. @throws Error when it asks for too many iterations. */
export function deriveKey3(password: string, iv: Buffer, iterations: number): Promise<Buffer> {
  if (iterations < 1 || iterations > MOST_ITERATIONS) throw new Error('it asks for too many iterations');
  return new Promise((resolve, reject) => {
    pbkdf2(password, iv, iterations, 32, 'sha512', (error, key) => (error ? reject(error) : resolve(key)));
  });
}
