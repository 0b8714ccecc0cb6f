/** Reading a file of AES Crypt (stream_format.md of terrapane/aescrypt_engine, versions 2 and 3) at any place. */
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { deriveKey2, MOST_ITERATIONS } from '../../aes-crypt/keys.ts';
import type { ByteRange } from './byte-range.ts';
import { damaged, VolumeError } from './volume-error.ts';

const BLOCK = 16;
const MAC_BYTES = 32;
const LARGEST_EXTENSIONS = 1 << 20;
const STEP = 1 << 20;

interface Head {
  version: 2 | 3;
  iterations: number;
  /** Where the first IV begins. */
  at: number;
}

/**
 * The plain bytes of an encrypted file, decrypted where they are read: CBC needs no more than the block before. So nothing plain is ever
 * on a disk, and a volume takes no memory. Before anything is given out, all of it went through its HMAC.
 * @param isKnown all its bytes are known to be those that were written: a hash that nobody forges was looked at.
 * @throws VolumeError
 */
export function openAesRange(source: ByteRange, password: string, isKnown = false): ByteRange {
  const { version, iterations, at } = readHead(source);
  const tail = MAC_BYTES + (version === 2 ? 1 : 0);
  const first = at + BLOCK + 48 + MAC_BYTES;
  const length = source.size - tail - first;
  if (length < 0 || length % BLOCK !== 0) throw damaged('it is no whole file of AES Crypt: its length is wrong');
  const iv = source.read(at, BLOCK);
  const wrapped = source.read(at + BLOCK, 48);
  const outerKey = version === 2 ? deriveKey2(password, iv) : deriveKey(password, iv, iterations);
  const bound = version === 3 ? Buffer.concat([wrapped, Buffer.from([3])]) : wrapped;
  if (!timingSafeEqual(source.read(at + BLOCK + 48, MAC_BYTES), macOf(outerKey, bound))) {
    throw new VolumeError('password', 'the passphrase is wrong, or its beginning was changed');
  }
  const inner = decrypt(outerKey, iv, wrapped);
  const [firstIv, key] = [inner.subarray(0, BLOCK), inner.subarray(BLOCK)];
  if (!isKnown) requireMac(source, key, first, length);

  const decryptAt = (from: number, count: number) => {
    const before = from === 0 ? firstIv : source.read(first + from - BLOCK, BLOCK);
    return decrypt(key, before, source.read(first + from, count));
  };
  const lastBlock = length === 0 ? Buffer.alloc(0) : decryptAt(length - BLOCK, BLOCK);
  const size = length - fillOf(version, version === 2 ? source.read(source.size - tail, 1)[0]! : 0, lastBlock);
  return {
    size,
    read(from, count) {
      if (from < 0 || count < 0 || from + count > size) throw damaged('it ends too early');
      const start = from - (from % BLOCK);
      const end = Math.ceil((from + count) / BLOCK) * BLOCK;
      return decryptAt(start, end - start).subarray(from - start, from - start + count);
    },
    close: () => source.close(),
  };
}

function readHead(source: ByteRange): Head {
  if (source.size < 5) throw damaged('it is no file of AES Crypt');
  const start = source.read(0, 5);
  if (start.toString('latin1', 0, 3) !== 'AES') throw damaged('it is no file of AES Crypt');
  const version = start[3];
  if (version !== 2 && version !== 3) throw damaged(`version ${version} of AES Crypt is not read`);
  let at = 5;
  for (;;) {
    const length = source.read(at, 2).readUInt16BE();
    at += 2 + length;
    if (length === 0) break;
    if (at > LARGEST_EXTENSIONS) throw damaged('its extensions are too large');
  }
  if (version === 2) return { version, iterations: 0, at };
  return { version, iterations: source.read(at, 4).readUInt32BE(), at: at + 4 };
}

function deriveKey(password: string, iv: Buffer, iterations: number): Buffer {
  if (iterations < 1 || iterations > MOST_ITERATIONS) throw damaged(`it asks for ${iterations} iterations`);
  return pbkdf2Sync(password, iv, iterations, 32, 'sha512');
}

function requireMac(source: ByteRange, key: Buffer, first: number, length: number): void {
  const mac = createHmac('sha256', key);
  for (let done = 0; done < length; done += STEP) mac.update(source.read(first + done, Math.min(STEP, length - done)));
  if (!timingSafeEqual(source.read(source.size - MAC_BYTES, MAC_BYTES), mac.digest())) {
    throw damaged('it was changed: its HMAC is another');
  }
}

/** Bytes that do not count at the end. Version 2 says the length modulo 16; its fill may be anything. Version 3 fills as PKCS #7 does. */
function fillOf(version: 2 | 3, remainder: number, lastBlock: Buffer): number {
  const fill = version === 3 ? (lastBlock.at(-1) ?? 0) : (BLOCK - remainder) % BLOCK;
  const isSound = version === 3 ? fill >= 1 && fill <= BLOCK : remainder < BLOCK;
  if (!isSound || fill > lastBlock.length) throw damaged('its fill makes no sense');
  return fill;
}

function decrypt(key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const clear = cipher.update(bytes);
  cipher.final();
  return clear;
}

function macOf(key: Buffer, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
