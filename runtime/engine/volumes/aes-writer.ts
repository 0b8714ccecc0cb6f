/** Writing a file of AES Crypt (stream_format.md of terrapane/aescrypt_engine), version 2: what Duplicati writes and everything reads. */
import { createCipheriv, createHmac } from 'node:crypto';
import { deriveKey2 } from '../../aes-crypt/keys.ts';

const BLOCK = 16;

/** A filter of bytes: each call returns what is to be written next. */
export interface Encryptor {
  head(): Buffer;
  update(bytes: Uint8Array): Buffer;
  /** The last bytes. */
  final(): Buffer;
  /** Nothing of it is wanted any more. */
  discard?(): void;
}

/** @param random 64 bytes that nobody can guess: two initialization vectors and the key of the content. */
export function encryptAes(password: string, random: Buffer): Encryptor {
  const [outerIv, inner] = [random.subarray(0, BLOCK), random.subarray(BLOCK, 64)];
  const outerKey = deriveKey2(password, Buffer.from(outerIv));
  const outer = createCipheriv('aes-256-cbc', outerKey, outerIv).setAutoPadding(false);
  const wrapped = Buffer.concat([outer.update(inner), outer.final()]);
  const key = inner.subarray(BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, inner.subarray(0, BLOCK)).setAutoPadding(false);
  const mac = createHmac('sha256', key);
  let size = 0;
  const encrypt = (bytes: Uint8Array) => {
    const part = cipher.update(bytes);
    mac.update(part);
    return part;
  };
  return {
    head() {
      const sealed = createHmac('sha256', outerKey).update(wrapped).digest();
      return Buffer.concat([Buffer.from('AES\x02\0\0\0', 'latin1'), outerIv, wrapped, sealed]);
    },
    update(bytes) {
      size += bytes.byteLength;
      return encrypt(bytes);
    },
    final() {
      // Each byte of the fill is their number: SharpAESCrypt takes no other.
      const fill = (BLOCK - (size % BLOCK)) % BLOCK;
      const end = encrypt(Buffer.alloc(fill, fill));
      return Buffer.concat([end, Buffer.from([size % BLOCK]), mac.digest()]);
    },
  };
}

/** Changes nothing. */
export const plain: Encryptor = {
  head: () => Buffer.alloc(0),
  update: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  final: () => Buffer.alloc(0),
};
