import path from 'node:path';
import type { Machine } from '../backup/backup.ts';
import { createBlockWriter, type VolumePlan } from '../backup/block-writer.ts';
import { listedEntries } from '../backup/list-writer.ts';
import { reconcile } from '../backup/reconcile.ts';
import { removeLeftovers } from '../backup/remove-leftovers.ts';
import { restoreIndexes } from '../backup/restore-indexes.ts';
import { startUploads } from '../backup/uploads.ts';
import { FILE_LIST, writeFileList } from '../volumes/file-list.ts';
import { FILESET, writeFileset } from '../volumes/manifest.ts';
import type { VolumeKind } from '../volumes/remote-name.ts';
import { createVolume, packContent } from '../volumes/volume-writer.ts';
import { compareRemote, type Missing } from './compare-remote.ts';
import { forgetMissing } from './forget-missing.ts';
import { rebuildBlocks } from './rebuild-blocks.ts';

export interface RepairOrder extends VolumePlan {
  uploadsAtOnce: number;
  /** Only what would be done is said. */
  dryRun: boolean;
  /** Whether blocks of missing dblocks are looked for, also in source files. */
  rebuild: boolean;
  /** Said of each file that is read. */
  report(what: string): void;
  signal: AbortSignal;
}

export interface Repaired {
  /** What was not as the database has it. */
  missing: Missing[];
  /** Volumes that the database does not know. They are left as they are. */
  extra: string[];
  /** Volumes that are there again, or anew; with `dryRun`, what would be made. */
  made: { name: string; kind: VolumeKind }[];
  /** Volumes that nothing needs any more, which were taken away. */
  deleted: string[];
  /** Blocks that versions need and that are nowhere; `listAffected` names what they cost. */
  lostBlocks: number;
}

/**
 * Makes the destination what the local database says of it: lists and indexes are written again, blocks of volumes that are gone are taken from
 * wherever they still are. Nothing that the database does not know is touched. Interrupted, the next run goes on.
 */
export async function repair(machine: Machine, order: RepairOrder): Promise<Repaired> {
  const { database, remote, sink, disk, clock } = machine;
  const found = await remote.list();
  const { missing, extra } = compareRemote(database, found);
  const lists = missing.filter(({ kind }) => kind === 'dlist');
  if (order.dryRun) {
    const made = missing.filter(({ kind }) => kind !== 'dblock').map(({ name, kind }) => ({ name, kind }));
    return { missing, extra, made, deleted: [], lostBlocks: countLost(machine, missing) };
  }
  const reconciled = reconcile(database, found);
  const { unindexed } = reconciled;
  await removeLeftovers(reconciled, sink, order.signal);
  const newest = Number(database.prepare('SELECT max(id) AS id FROM volume').get()?.id ?? 0);
  const uploads = startUploads(database, sink, {
    most: order.uploadsAtOnce,
    signal: order.signal,
    remove: (file) => disk.remove(file),
  });
  await restoreIndexes(machine, order, uploads, unindexed);
  if (order.rebuild && countLost(machine, []) > 0) {
    const known = new Set(extra);
    const volumes = found
      .filter(({ name, kind }) => kind === 'dblock' && (known.has(name) || missing.some((one) => one.name === name)))
      .map(({ name }) => name);
    const blocks = createBlockWriter({ database, disk, clock, uploads }, order);
    database.exec('BEGIN IMMEDIATE');
    try {
      const { manifest, compression } = order.form;
      await rebuildBlocks(machine, blocks, {
        manifest,
        compression,
        volumes,
        report: order.report,
        signal: order.signal,
      });
      await blocks.flush();
      database.exec('COMMIT');
    } catch (thrown) {
      blocks.discard();
      database.exec('ROLLBACK');
      throw thrown;
    }
    await uploads.done();
  }
  for (const list of lists) await rewriteList(machine, order, list);
  const lostBlocks = countLost(machine, []);
  const deleted = await forgetMissing(machine, missing, lostBlocks === 0, order.signal);
  const made = database
    .prepare('SELECT name, kind FROM volume WHERE id > ? ORDER BY id')
    .all(newest)
    .map(({ name, kind }) => ({
      name: String(name),
      kind: kind === 'dindex' ? ('dindex' as const) : ('dblock' as const),
    }));
  return {
    missing,
    extra,
    made: [...made, ...lists.map(({ name, kind }) => ({ name, kind }))],
    deleted,
    lostBlocks,
  };
}

/** Blocks that versions need and that no volume has, or would have without these. */
function countLost({ database }: Pick<Machine, 'database'>, without: readonly Missing[]): number {
  const ids = without.filter(({ kind }) => kind === 'dblock').map(({ id }) => id);
  const gone = `(block.volume IS NULL OR block.volume IN (${ids.join(',')}))`;
  const blocks = database
    .prepare(`SELECT count(*) AS count FROM block WHERE ${gone} AND id IN (SELECT block FROM stream_block)`)
    .get();
  const lists = database
    .prepare(
      `SELECT count(DISTINCT hash) AS count FROM stream_list WHERE NOT EXISTS
         (SELECT 1 FROM block WHERE block.hash = stream_list.hash AND NOT ${gone})`,
    )
    .get();
  return Number(blocks?.count) + Number(lists?.count);
}

/** Under its own name: it is the version. What it will be is known before it is there, so that an interrupted run is understood. */
async function rewriteList({ database, sink, disk, clock }: Machine, order: RepairOrder, list: Missing): Promise<void> {
  const version = database.prepare('SELECT id, is_full FROM version WHERE volume = ?').get(list.id);
  if (!version) {
    database.prepare('DELETE FROM volume WHERE id = ?').run(list.id);
    return;
  }
  const file = path.join(order.scratch, list.name);
  disk.remove(file);
  const writer = createVolume(disk, clock, file, order.form);
  writer.add(FILESET, packContent(writeFileset(version.is_full === 1), order.form.compression));
  writer.addParts(FILE_LIST, writeFileList(listedEntries(database, Number(version.id), order.form.manifest)));
  const { size, hash } = writer.finish();
  database.prepare('UPDATE volume SET size = ?, hash = ? WHERE id = ?').run(size, hash, list.id);
  await sink.put(list.name, file, order.signal);
  database.prepare("UPDATE volume SET state = 'uploaded' WHERE id = ?").run(list.id);
  disk.remove(file);
}
