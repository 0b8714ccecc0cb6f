import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { AesCryptError, decryptAesCrypt, encryptAesCrypt } from '../../../runtime/aes-crypt/aes-crypt.ts';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures');

/** A stream in chunks of a size. */
async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const decrypt = (bytes: Uint8Array, password: string, size = 1000) =>
  gather(decryptAesCrypt(inChunks(bytes, size), password));

test('the public vectors of versions 2 and 3 decrypt, in chunks of any size', async (t) => {
  for (const version of [2, 3]) {
    const file = path.join(FIXTURES, `aescrypt/test_vectors_v${version}.json`);
    const vectors: { plaintext: string; ciphertext_hex: string }[] = JSON.parse(readFileSync(file, 'utf8'));
    t.is(vectors.length, 21);
    for (const [index, { plaintext, ciphertext_hex }] of vectors.entries()) {
      const bytes = Buffer.from(ciphertext_hex, 'hex');
      for (const size of [1 + index, 4096]) t.is((await decrypt(bytes, 'Hello', size)).toString(), plaintext);
    }
  }
});

test('a configuration that Duplicati exported decrypts', async (t) => {
  const bytes = readFileSync(path.join(FIXTURES, 'duplicati/config.json.aes'));
  const config = JSON.parse((await decrypt(bytes, 'configpw')).toString());
  t.is(config.Backup.Name, 'exported');
  const error = await t.throwsAsync(decrypt(bytes, 'configpx'), { instanceOf: AesCryptError });
  t.is(error.reason, 'password');
});

test('what is encrypted decrypts, at every length around a block', async (t) => {
  for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 5000]) {
    const clear = Buffer.alloc(length, 'abc');
    const bytes = await gather(encryptAesCrypt(inChunks(clear, 7), 'pässword'));
    t.is(bytes.length, 136 + Math.ceil(length / 16) * 16);
    t.deepEqual(await decrypt(bytes, 'pässword', 11), clear);
  }
});

test('a changed, cut or lengthened file is refused, but for bytes that nothing depends on', async (t) => {
  const bytes = await gather(encryptAesCrypt([Buffer.from('a secret of some length')], 'x'));
  for (let at = 0; at < bytes.length; at += 9) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 0x40;
    if (at === 4) continue; // a byte that is reserved
    await t.throwsAsync(decrypt(changed, 'x'), { instanceOf: AesCryptError }, `byte ${at}`);
  }
  for (const length of [0, 3, 4, 6, 40, bytes.length - 1])
    await t.throwsAsync(decrypt(bytes.subarray(0, length), 'x'), { instanceOf: AesCryptError }, `${length} bytes`);
  await t.throwsAsync(decrypt(Buffer.concat([bytes, Buffer.alloc(1)]), 'x'), { instanceOf: AesCryptError });
});

test('a file does not say how long we work: iterations and extensions are bounded', async (t) => {
  const many = Buffer.concat([Buffer.from('AES\x03\0\0\0', 'latin1'), Buffer.alloc(4, 0xff), Buffer.alloc(200)]);
  await t.throwsAsync(decrypt(many, 'x'), { message: /too many iterations/ });
  const extension = Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(0xffff)]);
  const large = Buffer.concat([Buffer.from('AES\x02\0', 'latin1'), ...new Array(20).fill(extension)]);
  await t.throwsAsync(decrypt(large, 'x', 65_536), { message: /extensions are too large/ });
});
