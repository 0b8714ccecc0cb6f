/** A backup that no program would write: one list, one volume with the blocks of its files. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../runtime/engine/clock/clock.ts';
import { systemDisk } from '../../../runtime/engine/disk/disk.ts';
import { FILE_LIST, type ListEntry, writeFileList } from '../../../runtime/engine/volumes/file-list.ts';
import { entryNameOf } from '../../../runtime/engine/volumes/hash-text.ts';
import { writeMetadata } from '../../../runtime/engine/volumes/metadata.ts';
import { createVolume, packContent } from '../../../runtime/engine/volumes/volume-writer.ts';

export interface Crafted {
  type: ListEntry['type'];
  path: string;
  content?: string;
  link?: string;
}

const form = {
  manifest: { version: 2, blocksize: 1024, blockHash: 'SHA256', fileHash: 'SHA256', appVersion: '1.0.0.0' },
  compression: { method: 8, level: 6 },
} as const;

export function craftBackup(folder: string, crafted: readonly Crafted[]): void {
  mkdirSync(folder, { recursive: true });
  const dblock = `duplicati-b${randomBytes(16).toString('hex')}.dblock.zip`;
  const blocks = createVolume(systemDisk, systemClock, path.join(folder, dblock), form);
  const known = new Set<string>();
  const add = (bytes: Buffer) => {
    const hash = createHash('sha256').update(bytes).digest('base64');
    if (bytes.length > 0 && !known.has(hash)) blocks.add(entryNameOf(hash), packContent(bytes, form.compression));
    known.add(hash);
    return { hash, size: bytes.length };
  };
  const entries = crafted.map(({ type, path: name, content = '', link }): ListEntry => {
    const texts = { 'unix:uid-gid-perm': '0-0-511', ...(link === undefined ? {} : { CoreSymlinkTarget: link }) };
    const metadata = add(writeMetadata(texts));
    if (type !== 'File') return { type, path: name, metadata };
    return { type, path: name, time: 1_700_000_000, content: add(Buffer.from(content)), metadata };
  });
  blocks.finish();
  const list = createVolume(systemDisk, systemClock, path.join(folder, 'duplicati-20261123T120000Z.dlist.zip'), form);
  list.addParts(FILE_LIST, writeFileList(entries));
  list.finish();
}
