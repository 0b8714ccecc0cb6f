/** A dblock that arrived without its dindex gets one again, out of the local database. */
import path from 'node:path';
import { entryNameOf, HASHES } from '../volumes/hash-text.ts';
import { LIST_FOLDER, VOLUME_FOLDER, writeIndexedVolume } from '../volumes/index.ts';
import { formatRemoteName } from '../volumes/remote-name.ts';
import { createVolume, encryptionOf, packContent } from '../volumes/volume-writer.ts';
import { storedContent } from '../volumes/zip-writer.ts';
import type { Machine } from './backup.ts';
import type { VolumePlan } from './block-writer.ts';
import type { Uploads } from './uploads.ts';

/** @param dblocks rows of the volumes. */
export async function restoreIndexes(
  { database, disk, clock }: Pick<Machine, 'database' | 'disk' | 'clock'>,
  plan: VolumePlan,
  uploads: Uploads,
  dblocks: readonly number[],
): Promise<void> {
  const volume = database.prepare('SELECT name, size, hash FROM volume WHERE id = ?');
  const blocks = database.prepare('SELECT hash, size FROM block WHERE volume = ? ORDER BY id');
  const lists = database.prepare(
    `SELECT stream_list.stream AS stream, stream_list.position AS position, stream_list.hash AS hash
     FROM block JOIN stream_list ON stream_list.hash = block.hash WHERE block.volume = ? GROUP BY stream_list.hash`,
  );
  const hashes = database.prepare(
    `SELECT block.hash AS hash FROM stream_block JOIN block ON block.id = stream_block.block
     WHERE stream = ? AND position >= ? AND position < ? ORDER BY position`,
  );
  const { blocksize, blockHash } = plan.form.manifest;
  const perList = Math.floor(blocksize / HASHES[blockHash]);
  for (const id of dblocks) {
    const { name, size, hash } = volume.get(id) ?? {};
    const encryption = encryptionOf(plan.form);
    const ident = clock.random(16).toString('hex');
    const index = formatRemoteName({ prefix: plan.prefix, kind: 'dindex', ident, compression: 'zip', ...encryption });
    const file = path.join(plan.scratch, index);
    const writer = createVolume(disk, clock, file, plan.form);
    for (const { stream, position, hash: listHash } of lists.all(id)) {
      const from = Number(position) * perList;
      const list = Buffer.concat(hashes.all(stream!, from, from + perList).map((row) => bytesOf(row.hash)));
      writer.add(LIST_FOLDER + entryNameOf(bytesOf(listHash).toString('base64')), storedContent(list));
    }
    const listed = blocks
      .all(id)
      .map((block) => ({ hash: bytesOf(block.hash).toString('base64'), size: Number(block.size) }));
    const facts = { hash: bytesOf(hash).toString('base64'), size: Number(size) };
    const body = writeIndexedVolume({ blocks: listed, file: facts });
    writer.add(VOLUME_FOLDER + String(name), packContent(body, plan.form.compression));
    const written = writer.finish();
    const row = database.transaction(() => {
      const made = database
        .prepare("INSERT INTO volume(name, kind, state, size, hash) VALUES (?, 'dindex', 'uploading', ?, ?)")
        .run(index, written.size, written.hash).lastRowId;
      database.prepare('INSERT INTO indexed_by(dblock, dindex) VALUES (?, ?)').run(id, made);
      return Number(made);
    });
    await uploads.add([{ id: row, name: index, file }]);
  }
  await uploads.done();
}

function bytesOf(hash: unknown): Buffer {
  if (!(hash instanceof Uint8Array)) throw new TypeError('a column of bytes holds none');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength);
}
