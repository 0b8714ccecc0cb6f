/** Volumes that somebody changed: refused with a word, never more memory than they may have. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import test from 'ava';
import { memoryRange } from '../../../../runtime/engine/volumes/byte-range.ts';
import { FILE_LIST, readFileList } from '../../../../runtime/engine/volumes/file-list.ts';
import { LIST_FOLDER, readIndexedVolume, VOLUME_FOLDER } from '../../../../runtime/engine/volumes/index.ts';
import { FILESET, readFileset } from '../../../../runtime/engine/volumes/manifest.ts';
import { openVolume } from '../../../../runtime/engine/volumes/open-volume.ts';
import { parseRemoteName, type RemoteName } from '../../../../runtime/engine/volumes/remote-name.ts';
import { VolumeError } from '../../../../runtime/engine/volumes/volume-error.ts';
import { readZipEntry, zipEntryParts } from '../../../../runtime/engine/volumes/zip-content.ts';
import { readZipDirectory } from '../../../../runtime/engine/volumes/zip-directory.ts';
import { createZip, type PackedContent, storedContent } from '../../../../runtime/engine/volumes/zip-writer.ts';
import { KEYS, volumesOf } from '../duplicati-sets.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
test.after.always(() => rmSync(folder, { recursive: true }));

const pick = (set: string, kind: RemoteName['kind']) => volumesOf(set).find(({ name }) => name.kind === kind)!;
const samples = [
  pick('plain', 'dlist'),
  pick('blocklists', 'dindex'),
  pick('zstd', 'dlist'),
  pick('zstd', 'dindex'),
  pick('aes', 'dlist'),
  pick('aes', 'dindex'),
];

/** Everything that is read of a volume, as the engine reads it. */
async function readAll(file: string, name: RemoteName): Promise<void> {
  const volume = await openVolume(file, name, KEYS);
  try {
    for (const entry of volume.entries.values()) {
      if (entry.name === FILESET) readFileset(volume.read(entry, 1 << 20));
      else if (entry.name.startsWith(VOLUME_FOLDER)) readIndexedVolume(volume.read(entry, 1 << 24), entry.name);
      else if (entry.name.startsWith(LIST_FOLDER)) volume.read(entry, volume.manifest.blocksize);
      else if (entry.name === FILE_LIST) for await (const _ of readFileList(volume.parts(entry)));
      else volume.read(entry, volume.manifest.blocksize);
    }
  } finally {
    volume.close();
  }
}

/** Reads a changed file; undefined when nothing is wrong with it. Anything but a VolumeError fails the test. */
async function complaintOf(bytes: Buffer, name: RemoteName): Promise<VolumeError | undefined> {
  const file = path.join(folder, `changed-${process.hrtime.bigint()}`);
  writeFileSync(file, bytes);
  try {
    await readAll(file, name);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof VolumeError) return thrown;
    throw thrown;
  } finally {
    rmSync(file);
  }
}

/** Numbers that look random and are the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

for (const { file, name } of samples) {
  test(`a changed byte, a cut or a swap gets an error, nothing else: ${path.basename(file)}`, async (t) => {
    const good = readFileSync(file);
    const random = numbers(good.length);
    const isBound = name.encryption !== undefined;
    t.is(await complaintOf(good, name), undefined);
    let refused = 0;
    for (let n = 0; n < 150; n++) {
      const bytes = Buffer.from(good);
      const at = Math.floor(random() * bytes.length);
      const kind = n % 3;
      if (kind === 0) bytes[at]! ^= 1 << Math.floor(random() * 8);
      if (kind === 1) bytes.copyWithin(at, Math.floor(random() * bytes.length));
      const changed = kind === 2 ? bytes.subarray(0, at) : bytes;
      const complaint = await complaintOf(changed, name);
      if (complaint || changed.equals(good)) refused++;
      // AES Crypt leaves its header's extensions and, in version 2, the last byte but 32 outside its HMACs.
      else if (isBound) t.true(at < 256 || at === bytes.length - 33, `byte ${at} was changed without a word`);
    }
    t.true(refused > (isBound ? 140 : 100), `${refused} of 150`);
  });
}

function zipOf(entries: readonly (readonly [string, PackedContent])[]): Buffer {
  const parts: Buffer[] = [];
  const zip = createZip((bytes) => parts.push(Buffer.from(bytes)), 0);
  for (const [name, content] of entries) zip.add(name, content);
  zip.end();
  return Buffer.concat(parts);
}

test('an entry that is larger than it says or than it may be ends there', async (t) => {
  const zeros = Buffer.alloc(64 << 20);
  const bomb = { method: 8 as const, crc: crc32(zeros), size: zeros.length, packed: deflateRawSync(zeros) };
  const range = memoryRange(
    zipOf([
      ['honest', bomb],
      ['lying', { ...bomb, size: 100 }],
    ]),
  );
  const entries = readZipDirectory(range);
  t.throws(() => readZipEntry(range, entries.get('honest')!, 1 << 20), { message: /at most 1048576 are expected/ });
  t.throws(() => readZipEntry(range, entries.get('lying')!, 1 << 20), { instanceOf: VolumeError });
  let seen = 0;
  await t.throwsAsync(
    async () => {
      for await (const part of zipEntryParts(range, entries.get('lying')!)) seen += part.length;
    },
    { message: /longer than it says/ },
  );
  t.true(seen <= 1 << 20);
});

test('a directory that points outside, overlaps itself or counts too high is refused', (t) => {
  const sound = zipOf([['a', storedContent(Buffer.from('text'))]]);
  const end = sound.length - 22;
  const changes: [string, number, number, RegExp][] = [
    ['count', end + 10, 2, /more entries/],
    ['size of the directory', end + 12, 0xffff, /too large|too early/],
    ['place of the directory', end + 16, 0xfffff, /too early/],
    ['place of the entry', end - 47 + 42, 0xffff, /outside/],
    ['size of the name', end - 47 + 28, 0xff, /broken/],
  ];
  t.is(readZipDirectory(memoryRange(sound)).size, 1);
  for (const [what, at, value, message] of changes) {
    const bytes = Buffer.from(sound);
    bytes.writeUInt16LE(value & 0xffff, at);
    if (value > 0xffff) bytes.writeUInt16LE(value >>> 16, at + 2);
    t.throws(() => readZipDirectory(memoryRange(bytes)), { instanceOf: VolumeError, message }, what);
  }
  t.throws(() => readZipDirectory(memoryRange(Buffer.alloc(100))), { message: /no zip archive/ });
});

test('lists that are no lists are refused, however they are cut into parts', async (t) => {
  const entry = '{"type":"Folder","path":"/a \\"},{\\" b/"}';
  const read = async (text: string, step: number) => {
    async function* parts() {
      for (let at = 0; at < text.length; at += step) yield Buffer.from(text.slice(at, at + step));
    }
    return (await Array.fromAsync(readFileList(parts()))).map(({ path: name }) => name);
  };
  for (const step of [1, 2, 3, 7, 1000]) {
    t.deepEqual(await read('[]', step), []);
    t.deepEqual(await read(`[${entry}]`, step), ['/a "},{" b/']);
    t.deepEqual(await read(` [ ${entry} , ${entry} ] `, step), ['/a "},{" b/', '/a "},{" b/']);
    for (const wrong of [
      '',
      '[',
      `[${entry}`,
      `[${entry},]`,
      `[,${entry}]`,
      `[${entry}${entry}]`,
      `[${entry}]]`,
      '{}',
      '[1]',
      `[${entry}]x`,
    ]) {
      await t.throwsAsync(read(wrong, step), { instanceOf: VolumeError }, `${wrong} by ${step}`);
    }
  }
});

test('names that are no volumes are not read as such', (t) => {
  const stem = 'duplicati-b62c36e0f81164c9ca3cfdf0ff92c26ad';
  for (const name of [
    '',
    'duplicati',
    `${stem}.dblock`,
    `x-${stem}.dblock.zip`,
    `-b62.dblock.zip`,
    'duplicati-20260231T000000Z.dlist.zip',
    'duplicati-20260822T250000Z.dlist.zip',
    'duplicati-b12.dlist.zip',
    'duplicati-20260822T094325Z.dblock.zip',
    'duplicati-verification.json',
    `${stem}.dblock.zip.aes\n`.replace('zip', ''),
  ]) {
    t.is(parseRemoteName(name), undefined, name);
  }
  t.like(parseRemoteName(`${stem}.dblock.zip.aes`), { kind: 'dblock', encryption: 'aes', prefix: 'duplicati' });
  t.is(parseRemoteName('nas-20260822T094325Z.dlist.zip')?.ident, Date.UTC(2026, 7, 22, 9, 43, 25) / 1000);
});
