/** Our model of Duplicati's volumes against those that Duplicati wrote: what is read and written back is the same, byte by byte. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import test from 'ava';
import { FILE_LIST, readFileList, writeFileList } from '../../../../runtime/engine/volumes/file-list.ts';
import { hashOfEntryName, nodeHash } from '../../../../runtime/engine/volumes/hash-text.ts';
import {
  LIST_FOLDER,
  readIndexedVolume,
  VOLUME_FOLDER,
  writeIndexedVolume,
} from '../../../../runtime/engine/volumes/index.ts';
import {
  FILESET,
  MANIFEST,
  readFileset,
  writeFileset,
  writeManifest,
} from '../../../../runtime/engine/volumes/manifest.ts';
import { openVolume } from '../../../../runtime/engine/volumes/open-volume.ts';
import { formatRemoteName } from '../../../../runtime/engine/volumes/remote-name.ts';
import { KEYS, SET_NAMES, volumesOf } from '../duplicati-sets.ts';

const MANY = 1 << 30;

for (const set of SET_NAMES) {
  test(`every manifest, fileset, list and index of the set "${set}" is written back as it was read`, async (t) => {
    const volumes = volumesOf(set);
    t.true(volumes.length >= 2);
    for (const { file, name } of volumes) {
      t.is(formatRemoteName(name), path.basename(file));
      const volume = await openVolume(file, name, KEYS);
      const { fileHash, blockHash } = volume.manifest;
      for (const entry of volume.entries.values()) {
        const bytes = volume.read(entry, MANY);
        const hash = hashOfEntryName(path.posix.basename(entry.name));
        if (entry.name === MANIFEST) t.deepEqual(writeManifest(volume.manifest), bytes);
        else if (entry.name === FILESET) t.deepEqual(writeFileset(readFileset(bytes)), bytes);
        else if (entry.name === FILE_LIST) {
          const entries = await Array.fromAsync(readFileList(volume.parts(entry)));
          t.true(entries.length > 10);
          t.is(Array.from(writeFileList(entries)).join(''), bytes.toString());
        } else if (entry.name.startsWith(VOLUME_FOLDER)) {
          const index = readIndexedVolume(bytes, entry.name);
          t.deepEqual(writeIndexedVolume(index), bytes);
          const indexed = volumes.find((one) => path.basename(one.file) === path.posix.basename(entry.name));
          t.truthy(indexed);
          t.is(index.file?.hash, await hashFile(indexed!.file, nodeHash(fileHash)));
        } else {
          // A block, or a blocklist below `list/`: its name is its hash.
          t.true(name.kind === 'dblock' || entry.name.startsWith(LIST_FOLDER), entry.name);
          t.is(hash, createHash(nodeHash(blockHash)).update(bytes).digest('base64'));
        }
      }
      volume.close();
    }
  });
}

async function hashFile(file: string, name: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return createHash(name)
    .update(await readFile(file))
    .digest('base64');
}
