import { hash as hashAtOnce } from 'node:crypto';
import type { Machine } from '../backup/backup.ts';
import { createBlockWriter, type VolumePlan } from '../backup/block-writer.ts';
import { reconcile } from '../backup/reconcile.ts';
import { removeLeftovers } from '../backup/remove-leftovers.ts';
import { startUploads } from '../backup/uploads.ts';
import { deleteVersions, forgetUnused } from '../delete/delete-versions.ts';
import { rowOf } from '../local-database/record-entries.ts';
import { compareRemote, type Missing } from '../repair/compare-remote.ts';
import { forgetMissing } from '../repair/forget-missing.ts';
import { nodeHash } from '../volumes/hash-text.ts';
import { writeMetadata } from '../volumes/metadata.ts';
import { packContent } from '../volumes/volume-writer.ts';
import { EmptyVersions, fillChanges } from './purge.ts';
import { rewriteVersion } from './rewrite-version.ts';

export interface PurgeBrokenOrder extends VolumePlan {
  dryRun: boolean;
  /** Whether versions of which nothing is left are deleted. */
  allowFullRemoval: boolean;
  /** Whether an entry stays that lost only its metadata; it has none then. */
  replaceMetadata: boolean;
  signal: AbortSignal;
}

export interface PurgedBroken {
  missing: Missing[];
  /** By version row: entries that are gone, and those that lost their metadata alone. */
  versions: { version: number; removed: number; stripped: number; isDeleted: boolean; old?: string; new?: string }[];
}

interface Broken {
  version: number;
  removed: number[];
  stripped: number[];
  /** Files and links that stay, and that go. */
  rest: number;
  gone: number;
}

/**
 * Takes out of all versions what cannot be restored any more, and forgets the volumes whose loss cost it.
 * @throws EmptyVersions before anything is done, where a version would lose everything and that is not allowed
 */
export async function purgeBroken(machine: Machine, order: PurgeBrokenOrder): Promise<PurgedBroken> {
  const { database, remote, sink } = machine;
  const found = await remote.list();
  const { missing } = compareRemote(database, found);
  const broken = findBroken(machine, missing, order.replaceMetadata);
  const emptied = broken.filter(isEmptied).map(({ version }) => version);
  if (emptied.length > 0 && !order.allowFullRemoval) throw new EmptyVersions(emptied);
  const versions: PurgedBroken['versions'] = broken.map(({ version, removed, stripped, rest, gone }) => ({
    version,
    removed: removed.length,
    stripped: stripped.length,
    isDeleted: rest === 0 && gone > 0,
  }));
  if (order.dryRun) return { missing, versions };
  await removeLeftovers(reconcile(database, found), sink, order.signal);
  if (emptied.length > 0) await deleteVersions(database, sink, emptied, order.signal);
  const bare = broken.some((one) => !isEmptied(one) && one.stripped.length > 0)
    ? await writeBareMetadata(machine, order)
    : 0;
  for (const one of broken) {
    if (isEmptied(one)) continue;
    const without = one.stripped.map((entry) => [entry, bareEntry(machine, entry, bare)] as const);
    fillChanges(machine, [...one.removed.map((entry) => [entry, null] as const), ...without]);
    const names = await rewriteVersion(machine, order, one.version, order.signal);
    Object.assign(versions.find(({ version }) => version === one.version)!, names);
  }
  forgetUnused(database);
  await forgetMissing(machine, missing, true, order.signal);
  database.exec('DELETE FROM block WHERE volume IS NULL AND id NOT IN (SELECT block FROM stream_block)');
  return { missing, versions };
}

function isEmptied({ rest, gone }: Broken): boolean {
  return rest === 0 && gone > 0;
}

/** Versions of which something is nowhere, or would be without these volumes; the oldest first. */
function findBroken({ database }: Machine, missing: readonly Missing[], replaceMetadata: boolean): Broken[] {
  const ids = missing.filter(({ kind }) => kind === 'dblock').map(({ id }) => id);
  const gone = `(block.volume IS NULL OR block.volume IN (${ids.join(',')}))`;
  database.exec(`DROP TABLE IF EXISTS temp.broken_stream;
    CREATE TEMP TABLE broken_stream AS SELECT stream FROM stream_block JOIN block ON block.id = stream_block.block WHERE ${gone}
      UNION SELECT stream FROM stream_list WHERE NOT EXISTS
        (SELECT 1 FROM block WHERE block.hash = stream_list.hash AND NOT ${gone})`);
  const rows = database
    .prepare(
      `SELECT version_entry.version AS version, entry.id AS entry, type, entry.content IN (SELECT stream FROM temp.broken_stream) AS lost
       FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN version ON version.id = version_entry.version
       WHERE entry.content IN (SELECT stream FROM temp.broken_stream) OR entry.metadata IN (SELECT stream FROM temp.broken_stream)
       ORDER BY time`,
    )
    .all();
  const count = database.prepare(
    "SELECT count(*) AS count FROM version_entry JOIN entry ON entry.id = version_entry.entry WHERE version = ? AND type <> 'Folder'",
  );
  const byVersion = new Map<number, Broken>();
  for (const { version: id, entry, type, lost } of rows) {
    const version = Number(id);
    const one = byVersion.get(version) ?? {
      version,
      removed: [],
      stripped: [],
      rest: Number(count.get(version)?.count),
      gone: 0,
    };
    byVersion.set(version, one);
    // What a link leads to stands in its metadata.
    const isLost = lost === 1 || type === 'Symlink' || !replaceMetadata;
    (isLost ? one.removed : one.stripped).push(Number(entry));
    if (!isLost || type === 'Folder') continue;
    one.rest--;
    one.gone++;
  }
  return [...byVersion.values()];
}

/** The metadata of nothing, at the destination when this returns. @returns its stream's row */
async function writeBareMetadata({ database, sink, disk, clock }: Machine, order: PurgeBrokenOrder): Promise<number> {
  const { blockHash, fileHash } = order.form.manifest;
  const bytes = writeMetadata({});
  const remove = (file: string) => disk.remove(file);
  const uploads = startUploads(database, sink, { most: 1, signal: order.signal, remove });
  const blocks = createBlockWriter({ database, disk, clock, uploads }, order);
  database.exec('BEGIN IMMEDIATE');
  try {
    const block = blocks.add(hashAtOnce(nodeHash(blockHash), bytes, 'buffer'), bytes.length, () =>
      packContent(bytes, order.form.compression),
    );
    const stream = rowOf(database, 'stream', ['hash', 'size'])(
      hashAtOnce(nodeHash(fileHash), bytes, 'buffer'),
      bytes.length,
    );
    database
      .prepare('INSERT OR IGNORE INTO stream_block(stream, position, block) VALUES (?, 0, ?)')
      .run(stream.id, block);
    await blocks.flush();
    database.exec('COMMIT');
    await uploads.done();
    return stream.id;
  } catch (thrown) {
    blocks.discard();
    try {
      database.exec('ROLLBACK');
    } catch {
      // it was committed, and an upload failed
    }
    throw thrown;
  }
}

/** The same entry without what its metadata said. */
function bareEntry({ database }: Pick<Machine, 'database'>, entry: number, metadata: number): number {
  const row = database.prepare('SELECT folder, name, type, content FROM entry WHERE id = ?').get(entry)!;
  const make = rowOf(database, 'entry', ['folder', 'name', 'type', 'content', 'metadata']);
  return make(Number(row.folder), String(row.name), String(row.type), Number(row.content), metadata).id;
}
