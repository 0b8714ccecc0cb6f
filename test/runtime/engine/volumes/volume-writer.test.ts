/** Volumes that we write, before our reader and programs that know nothing of us. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { decryptAesCrypt } from '../../../../runtime/aes-crypt/aes-crypt.ts';
import { systemDisk } from '../../../../runtime/engine/disk/disk.ts';
import { memoryRange } from '../../../../runtime/engine/volumes/byte-range.ts';
import {
  FILE_LIST,
  type ListEntry,
  readFileList,
  writeFileList,
} from '../../../../runtime/engine/volumes/file-list.ts';
import { openVolume } from '../../../../runtime/engine/volumes/open-volume.ts';
import { createVolume, packContent, type VolumeForm } from '../../../../runtime/engine/volumes/volume-writer.ts';
import { readZipDirectory } from '../../../../runtime/engine/volumes/zip-directory.ts';
import { createZip } from '../../../../runtime/engine/volumes/zip-writer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'volume-'));
test.after.always(() => rmSync(folder, { recursive: true }));

const manifest = {
  version: 2,
  blocksize: 1024,
  blockHash: 'SHA256',
  fileHash: 'SHA256',
  appVersion: '1.0.0.0',
} as const;
const gpg = { program: 'gpg' };
let serial = 0;

function clockOf(seed: string) {
  return {
    now: () => 1_795_356_993_000,
    random: (count: number) => createHash('sha512').update(seed).digest().subarray(0, count),
  };
}

const forms: Record<string, VolumeForm> = {
  deflate: { manifest, compression: { method: 8, level: 6 } },
  zstd: { manifest, compression: { method: 93, level: 3 } },
  stored: { manifest, compression: { method: 0, level: 0 } },
  encrypted: { manifest, compression: { method: 8, level: 6 }, passphrase: 'pässword' },
};

function* manyEntries(count: number): Generator<ListEntry> {
  const hash = createHash('sha256').update('').digest('base64');
  for (let n = 0; n < count; n++) yield { type: 'File', path: `/data/file ${n}`, time: n, content: { hash, size: 0 } };
}

for (const [name, form] of Object.entries(forms)) {
  test(`what is written is read again: ${name}`, async (t) => {
    const blocks = [randomBytes(1024), Buffer.alloc(1024), Buffer.from('ä'), Buffer.alloc(0)];
    for (const count of [3, 60_000]) {
      const file = path.join(folder, `${serial++}`);
      const writer = createVolume(systemDisk, clockOf(name), file, form);
      for (const [index, block] of blocks.entries()) writer.add(`block${index}`, packContent(block, form.compression));
      writer.addParts(FILE_LIST, writeFileList(manyEntries(count)));
      const estimate = writer.size;
      const { size, hash } = writer.finish();
      t.is(size, statSync(file).size);
      t.true(estimate >= size - 100 && estimate < size + 2000, `${estimate} and ${size}`);
      t.deepEqual(hash, createHash('sha256').update(readFileSync(file)).digest());
      const encryption = form.passphrase === undefined ? {} : { encryption: 'aes' };
      const parts = { prefix: 'x', kind: 'dlist' as const, ident: 0, compression: 'zip', ...encryption };
      const volume = await openVolume(file, parts, {
        gpg,
        ...(form.passphrase ? { passphrase: form.passphrase } : {}),
      });
      t.deepEqual(volume.manifest, { ...manifest, created: 1_795_356_993 });
      for (const [index, block] of blocks.entries())
        t.deepEqual(volume.read(volume.entries.get(`block${index}`)!, 1024), block);
      const entries = await Array.fromAsync(readFileList(volume.parts(volume.entries.get(FILE_LIST)!)));
      t.is(entries.length, count);
      for (const at of [0, count >> 1, count - 1]) t.deepEqual(entries[at], [...manyEntries(count)][at]);
      volume.close();
      const clear = form.passphrase ? await decrypted(file, form.passphrase) : file;
      if (name !== 'zstd') execFileSync('unzip', ['-tqq', clear]);
      t.regex(execFileSync('7z', ['t', clear], { encoding: 'utf8' }), name === 'zstd' ? /./ : /Everything is Ok/);
      execFileSync('python3', ['-c', PYTHON, clear, name]);
    }
  });
}

/** Python's zipfile, which Duplicati's restore script stands on. */
const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.namelist()[0] == 'manifest', z.namelist()
    if sys.argv[2] != 'zstd': assert z.testzip() is None
`;

async function decrypted(file: string, password: string): Promise<string> {
  const clear = `${file}.zip`;
  const parts = await Array.fromAsync(
    decryptAesCrypt(
      (async function* () {
        yield readFileSync(file);
      })(),
      password,
    ),
  );
  const { writeFileSync } = await import('node:fs');
  writeFileSync(clear, Buffer.concat(parts));
  return clear;
}

test('the same clock writes the same bytes', (t) => {
  const write = () => {
    const file = path.join(folder, `${serial++}`);
    const writer = createVolume(systemDisk, clockOf('same'), file, forms.encrypted!);
    writer.add('a', packContent(Buffer.from('text'), { method: 8, level: 9 }));
    writer.finish();
    return readFileSync(file);
  };
  t.deepEqual(write(), write());
});

test('a discarded volume leaves nothing behind', (t) => {
  const file = path.join(folder, `${serial++}`);
  createVolume(systemDisk, clockOf('gone'), file, forms.deflate!).discard();
  t.throws(() => statSync(file), { code: 'ENOENT' });
});

test('more than 65,535 entries have a directory of their own kind, which others read, too', (t) => {
  const parts: Buffer[] = [];
  const zip = createZip((bytes) => parts.push(Buffer.from(bytes)), 0);
  for (let n = 0; n < 70_000; n++) zip.add(`${n}`, { method: 0, crc: 0, size: 0, packed: Buffer.alloc(0) });
  zip.end();
  const bytes = Buffer.concat(parts);
  t.is(readZipDirectory(memoryRange(bytes)).size, 70_000);
  const file = path.join(folder, `${serial++}`);
  systemDisk.append(systemDisk.create(file), bytes);
  t.regex(execFileSync('unzip', ['-Z', '-h', file], { encoding: 'utf8' }), /number of entries: 70000/);
});
