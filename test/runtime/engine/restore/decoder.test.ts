/** What is large enough is decoded by a thread; it comes back the same, and what is lost is said the same. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openDecoder } from '../../../../runtime/engine/restore/decoder.ts';
import { openBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

const FORM = { blocksize: 1024, blockHash: 'SHA256' } as const;

/** Bytes that do not compress, the same each time. */
function noise(seed: string, size: number): Buffer {
  return Buffer.concat(
    Array.from({ length: size / 64 }, (_, n) => createHash('sha512').update(`${seed} ${n}`).digest()),
  );
}

test('more than a few megabytes come back by a thread, but for what a damaged volume held', async (t) => {
  const opened = openBackup();
  t.teardown(() => opened.remove());
  for (let n = 0; n < 12; n++) writeFileSync(path.join(opened.source, `file-${n}`), noise(`${n}`, 1 << 20));
  await opened.backup({ volumeSize: 2 << 20 });
  const facts = factsOf(opened.source);
  const whole = await opened.restore(0);
  t.deepEqual(whole.shortfalls, []);
  t.deepEqual(factsOf(whole.into), facts);

  const volumes = readdirSync(opened.remote).filter((name) => name.includes('.dblock.'));
  t.true(volumes.length > 4);
  const damaged = path.join(opened.remote, volumes[2]!);
  truncateSync(damaged, statSync(damaged).size - 100);
  const { into, shortfalls } = await opened.restore(0, true);
  t.true(shortfalls.length > 0 && shortfalls.length < 6);
  for (const { kind, message } of shortfalls) {
    t.is(kind, 'lost');
    t.true(message.includes(`a block of it is lost: ${volumes[2]}`), message);
  }
  const lost = new Set(shortfalls.map(({ path: file }) => path.basename(file)));
  const names = readdirSync(opened.source).filter((name) => !lost.has(name));
  t.deepEqual(readdirSync(into).sort(), names.sort());
  for (const name of names)
    t.true(readFileSync(path.join(into, name)).equals(readFileSync(path.join(opened.source, name))));
});

test('a thread says what is wrong with a volume, and a defect is none of a volume', async (t) => {
  const decoder = await openDecoder(FORM, 1 << 30, false);
  t.teardown(() => decoder.close());
  const name = { prefix: 'duplicati', kind: 'dblock', ident: 'b', compression: 'zip' } as const;
  const order = { name, keys: { gpg: { program: 'gpg' } }, expected: undefined };
  t.regex((await decoder.open(import.meta.filename, order)) ?? '', /no zip archive/);
  await t.throwsAsync(decoder.open('/gone/volume', order), { message: /ENOENT/ });
  await t.throwsAsync(decoder.read(0, { hashes: Buffer.alloc(32), sizes: [1] }), { message: /no volume is open/ });
  await decoder.close();
  await t.throwsAsync(decoder.open(import.meta.filename, order), { message: /was ended/ });
});
