/** AES Crypt stream format: https://github.com/terrapane/aescrypt_engine, stream_format.md. All numbers are big endian. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey2, deriveKey3 } from './keys.ts';
import { type Take, takeFrom } from './take.ts';

/** A password that is wrong, or a stream that is none of AES Crypt or was changed. */
export class AesCryptError extends Error {
  readonly reason: 'password' | 'format';

  constructor(reason: 'password' | 'format', message: string) {
    super(message);
    this.name = 'AesCryptError';
    this.reason = reason;
  }
}

const MAGIC = Buffer.from('AES');
const BLOCK = 16;
const MAC_BYTES = 32;
/** Most bytes of all extensions together. */
const LARGEST_EXTENSIONS = 1 << 20;

/** True when bytes begin like a stream of AES Crypt. */
export function isAesCrypt(bytes: Uint8Array): boolean {
  return bytes.length > 3 && MAGIC.equals(bytes.subarray(0, 3));
}

/**
 * Encrypts a stream in version 2. @param fixed for tests: first IV (16 bytes), then IV (16) and key (32) of the content.
 */
export async function* encryptAesCrypt(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  password: string,
  fixed = randomBytes(64),
): AsyncGenerator<Buffer> {
  const [iv, inner] = [fixed.subarray(0, 16), fixed.subarray(16, 64)];
  const outerKey = deriveKey2(password, iv);
  const outer = createCipheriv('aes-256-cbc', outerKey, iv).setAutoPadding(false);
  const wrapped = Buffer.concat([outer.update(inner), outer.final()]);
  yield Buffer.concat([MAGIC, Buffer.from([2, 0, 0, 0]), iv, wrapped, macOf(outerKey, wrapped)]);
  const key = inner.subarray(16);
  const cipher = createCipheriv('aes-256-cbc', key, inner.subarray(0, 16)).setAutoPadding(false);
  const mac = createHmac('sha256', key);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    const part = cipher.update(chunk);
    mac.update(part);
    if (part.length > 0) yield part;
  }
  const last = size % BLOCK;
  const end = last === 0 ? Buffer.alloc(0) : cipher.update(Buffer.alloc(BLOCK - last, BLOCK - last));
  mac.update(end);
  yield Buffer.concat([end, Buffer.from([last]), mac.digest()]);
}

/**
 * Decrypts a stream of version 2 or 3. Nothing may be acted upon before it has ended: its MAC comes last.
 * @throws AesCryptError
 */
export async function* decryptAesCrypt(source: AsyncIterable<Uint8Array>, password: string): AsyncGenerator<Buffer> {
  const take = takeFrom(source);
  try {
    yield* decrypt(take, password);
  } catch (thrown) {
    if (thrown instanceof AesCryptError) throw thrown;
    throw new AesCryptError(
      'format',
      `this is no sound file of AES Crypt: ${thrown instanceof Error ? thrown.message : ''}`,
    );
  }
}

async function* decrypt(take: Take, password: string): AsyncGenerator<Buffer> {
  const head = await take.bytes(5);
  if (!isAesCrypt(head)) throw new AesCryptError('format', 'this is not a file of AES Crypt');
  const version = head[3];
  if (version !== 2 && version !== 3) throw new AesCryptError('format', 'this version of AES Crypt is not read');
  await skipExtensions(take);
  const iterations = version === 3 ? (await take.bytes(4)).readUInt32BE() : 0;
  const iv = Buffer.from(await take.bytes(16));
  const wrapped = Buffer.from(await take.bytes(48));
  const outerKey = version === 3 ? await deriveKey3(password, iv, iterations) : deriveKey2(password, iv);
  const expected = macOf(outerKey, version === 3 ? Buffer.concat([wrapped, Buffer.from([3])]) : wrapped);
  if (!timingSafeEqual(await take.bytes(MAC_BYTES), expected))
    throw new AesCryptError('password', 'the password is wrong, or the file was changed');
  const outer = createDecipheriv('aes-256-cbc', outerKey, iv).setAutoPadding(false);
  const inner = Buffer.concat([outer.update(wrapped), outer.final()]);

  const key = inner.subarray(16);
  const cipher = createDecipheriv('aes-256-cbc', key, inner.subarray(0, 16)).setAutoPadding(false);
  const mac = createHmac('sha256', key);
  const tail = MAC_BYTES + (version === 2 ? 1 : 0);
  let held: Buffer = Buffer.alloc(0); // the last block, until it is known how much of it counts
  for await (const part of take.blocks(BLOCK, tail)) {
    mac.update(part);
    const clear = Buffer.concat([held, cipher.update(part)]);
    held = clear.subarray(-BLOCK);
    if (clear.length > BLOCK) yield clear.subarray(0, -BLOCK);
  }
  const end = await take.bytes(tail);
  if (!timingSafeEqual(end.subarray(-MAC_BYTES), mac.digest()))
    throw new AesCryptError('format', 'the file was changed: its MAC is another');
  const left = version === 2 ? fillOf2(end[0]!, held) : fillOf3(held);
  if (left > 0) yield held.subarray(0, left);
  await requireEnd(take);
}

/** Bytes that count of the last block: the length modulo 16. */
function fillOf2(last: number, held: Buffer): number {
  if (last >= BLOCK || (held.length === 0 && last !== 0)) throw new Error('its length makes no sense');
  return last === 0 ? held.length : last;
}

/** PKCS #7 (RFC 5652, section 6.3). */
function fillOf3(held: Buffer): number {
  const fill = held.at(-1) ?? 0;
  if (fill < 1 || fill > BLOCK || held.length !== BLOCK) throw new Error('its fill makes no sense');
  return BLOCK - fill;
}

async function requireEnd(take: Take): Promise<void> {
  for await (const _ of take.blocks(1, 0)) throw new Error('there is more after its end');
}

async function skipExtensions(take: Take): Promise<void> {
  for (let all = 0; ; ) {
    const length = (await take.bytes(2)).readUInt16BE();
    if (length === 0) return;
    all += length;
    if (all > LARGEST_EXTENSIONS) throw new Error('its extensions are too large');
    await take.bytes(length);
  }
}

function macOf(key: Buffer, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
