import type { Machine } from '../backup/backup.ts';
import { createBlockWriter, type VolumePlan } from '../backup/block-writer.ts';
import { startUploads } from '../backup/uploads.ts';
import { entryNameOf } from '../volumes/hash-text.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { damaged, VolumeError } from '../volumes/volume-error.ts';
import { IS_USED } from './volume-facts.ts';

export interface CompactOrder extends VolumePlan {
  /** Rows of dblocks that are deleted, since nothing in them is used. */
  drop: readonly number[];
  /** Rows of dblocks of which what is used goes into new ones. */
  rewrite: readonly number[];
  uploadsAtOnce: number;
  signal: AbortSignal;
}

export interface Compacted {
  deletedVolumes: number;
  deletedBytes: number;
  writtenVolumes: number;
  writtenBytes: number;
  /** Volumes that could not be read, which were left as they are, and why. */
  problems: { volume: string; error: VolumeError }[];
}

/**
 * Carries used blocks to new volumes and deletes the old ones, in this order: a block is at the destination at every moment, and the database knows
 * where. Bytes are not compressed again.
 */
export async function compact(machine: Machine, order: CompactOrder): Promise<Compacted> {
  const { database, remote, sink, disk, clock } = machine;
  const uploads = startUploads(database, sink, {
    most: order.uploadsAtOnce,
    signal: order.signal,
    remove: (file) => disk.remove(file),
  });
  const newest = Number(database.prepare('SELECT max(id) AS id FROM volume').get()?.id ?? 0);
  const blocks = createBlockWriter({ database, disk, clock, uploads }, order);
  const volumeOf = database.prepare('SELECT name, hash FROM volume WHERE id = ?');
  const used = database.prepare(`SELECT id, hash, size FROM block WHERE volume = ? AND ${IS_USED} ORDER BY id`);
  const isList = database.prepare('SELECT 1 FROM stream_list WHERE hash = ? LIMIT 1');
  const leave = database.prepare('UPDATE block SET volume = NULL WHERE id = ?');
  const remember = database.prepare('INSERT OR REPLACE INTO moved_block(block, from_volume) VALUES (?, ?)');
  const { blocksize } = order.form.manifest;
  const result: Compacted = { deletedVolumes: 0, deletedBytes: 0, writtenVolumes: 0, writtenBytes: 0, problems: [] };
  const emptied = [...order.drop];

  async function move(id: number, volume: Volume): Promise<void> {
    for (const row of used.all(id)) {
      const [hash, size] = [bytesOf(row.hash), Number(row.size)];
      const entry = volume.entries.get(entryNameOf(hash.toString('base64')))!;
      leave.run(row.id!);
      remember.run(row.id!, id);
      if (isList.get(hash)) blocks.addList(hash, volume.read(entry, blocksize));
      else blocks.add(hash, size, () => volume.readPacked(entry, blocksize));
      if (blocks.isFull) await blocks.flush();
    }
  }

  database.exec('BEGIN IMMEDIATE');
  try {
    for (const id of order.rewrite) {
      const { name, hash } = volumeOf.get(id)!;
      try {
        const expected = hash === null ? undefined : { hash: bytesOf(hash), hashName: order.form.manifest.fileHash };
        const volume = await remote.open({ name: String(name) }, expected);
        try {
          // All of it is looked at before any of it is moved: a damaged volume stays as it is.
          for (const row of used.all(id)) {
            const entry = volume.entries.get(entryNameOf(bytesOf(row.hash).toString('base64')));
            if (!entry) throw damaged(`a block of it is not there`);
            volume.read(entry, blocksize);
          }
          await move(id, volume);
        } finally {
          volume.close();
        }
        emptied.push(id);
      } catch (thrown) {
        if (!(thrown instanceof VolumeError)) throw thrown;
        result.problems.push({ volume: String(name), error: thrown });
      }
    }
    await blocks.flush();
    database.exec('COMMIT');
  } catch (thrown) {
    blocks.discard();
    database.exec('ROLLBACK');
    throw thrown;
  }
  await uploads.done();
  const written = database.prepare("SELECT count(*) AS count FROM volume WHERE id > ? AND kind = 'dblock'").get(newest);
  result.writtenVolumes = Number(written?.count);
  result.writtenBytes = uploads.bytes;
  for (const id of emptied) await deleteVolume(machine, id, order.signal, result);
  database.exec('DELETE FROM moved_block');
  return result;
}

/** A dblock with the dindexes that speak of nothing else; marked first, so that an interrupted run is finished by the next. */
async function deleteVolume(
  { database, sink }: Pick<Machine, 'database' | 'sink'>,
  dblock: number,
  signal: AbortSignal,
  result: Compacted,
): Promise<void> {
  const rows = database
    .prepare(
      `SELECT id, name, size, kind FROM volume WHERE id = ? OR id IN (SELECT dindex FROM indexed_by WHERE dblock = ?)
       AND id NOT IN (SELECT dindex FROM indexed_by WHERE dblock <> ?) ORDER BY kind DESC`,
    )
    .all(dblock, dblock, dblock);
  database.transaction(() => {
    database.prepare('DELETE FROM moved_block WHERE from_volume = ?').run(dblock);
    database.prepare('DELETE FROM block WHERE volume = ?').run(dblock);
    database.prepare('DELETE FROM indexed_by WHERE dblock = ?').run(dblock);
    for (const { id } of rows) database.prepare("UPDATE volume SET state = 'deleting' WHERE id = ?").run(id!);
  });
  for (const { id, name, size, kind } of rows) {
    await sink.delete(String(name), signal);
    database.prepare('DELETE FROM volume WHERE id = ?').run(id!);
    if (kind === 'dblock') result.deletedVolumes++;
    result.deletedBytes += Number(size);
  }
}

function bytesOf(hash: unknown): Buffer {
  if (!(hash instanceof Uint8Array)) throw new TypeError('a column of bytes holds none');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength);
}
