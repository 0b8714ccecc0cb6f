/** A version is replaced by one without some of its entries. */
import path from 'node:path';
import { SERIOUS, UserError } from '../../errors.ts';
import type { Machine } from '../backup/backup.ts';
import type { VolumePlan } from '../backup/block-writer.ts';
import { listedEntries } from '../backup/list-writer.ts';
import { FILE_LIST, writeFileList } from '../volumes/file-list.ts';
import { FILESET, writeFileset } from '../volumes/manifest.ts';
import { formatRemoteName } from '../volumes/remote-name.ts';
import { createVolume, encryptionOf, packContent } from '../volumes/volume-writer.ts';

/** What leaves a version: `entry` goes, and `instead` comes for it where that is not null. */
export const CHANGES = `DROP TABLE IF EXISTS temp.purged;
  CREATE TEMP TABLE purged(entry INTEGER PRIMARY KEY, instead INTEGER) STRICT`;

/**
 * Writes the list of a version again, by what stands in `temp.purged`: the new one is at the destination before the old one is deleted, and an
 * interrupted run leaves the version as it was or as it shall be, never both. A version is called by its time: the new one has the next second.
 * @returns names of both lists. @throws UserError where no second is free before the next version
 */
export async function rewriteVersion(
  { database, sink, disk, clock }: Machine,
  plan: VolumePlan,
  version: number,
  signal: AbortSignal,
): Promise<{ old: string; new: string }> {
  const row = database
    .prepare(
      'SELECT time, is_full, volume, name FROM version JOIN volume ON volume.id = version.volume WHERE version.id = ?',
    )
    .get(version)!;
  const old = { volume: Number(row.volume), name: String(row.name) };
  const { time, name } = nextName({ database }, plan, Number(row.time));
  const file = path.join(plan.scratch, name);
  disk.remove(file);
  const writer = createVolume(disk, clock, file, plan.form);
  database.exec('BEGIN IMMEDIATE');
  try {
    applyChanges(database, version);
    writer.add(FILESET, packContent(writeFileset(row.is_full === 1), plan.form.compression));
    writer.addParts(FILE_LIST, writeFileList(listedEntries(database, version, plan.form.manifest)));
  } catch (thrown) {
    writer.discard();
    throw thrown;
  } finally {
    database.exec('ROLLBACK');
  }
  const { size, hash } = writer.finish();
  // Marked as what goes until it is all there: what an interrupted run left of it is deleted by the next.
  const volume = database.transaction(
    () =>
      database
        .prepare("INSERT INTO volume(name, kind, state, size, hash) VALUES (?, 'dlist', 'deleting', ?, ?)")
        .run(name, size, hash).lastRowId,
  );
  await sink.put(name, file, signal);
  database.transaction(() => {
    applyChanges(database, version);
    database.prepare("UPDATE volume SET state = 'uploaded' WHERE id = ?").run(volume);
    database.prepare('UPDATE version SET volume = ?, time = ? WHERE id = ?').run(volume, time, version);
    database.prepare("UPDATE volume SET state = 'deleting' WHERE id = ?").run(old.volume);
  });
  disk.remove(file);
  await sink.delete(old.name, signal);
  database.prepare('DELETE FROM volume WHERE id = ?').run(old.volume);
  return { old: old.name, new: name };
}

function applyChanges(database: Machine['database'], version: number): void {
  database
    .prepare(
      `INSERT OR IGNORE INTO version_entry(version, entry, modified)
       SELECT version, instead, modified FROM version_entry JOIN temp.purged ON purged.entry = version_entry.entry
       WHERE version = ? AND instead IS NOT NULL`,
    )
    .run(version);
  database
    .prepare('DELETE FROM version_entry WHERE version = ? AND entry IN (SELECT entry FROM temp.purged)')
    .run(version);
}

/** The next second that no list ever had, before that of the next version. */
function nextName(
  { database }: Pick<Machine, 'database'>,
  plan: VolumePlan,
  time: number,
): { time: number; name: string } {
  const limit = database.prepare('SELECT min(time) AS time FROM version WHERE time > ?').get(time)?.time;
  const isTaken = database.prepare('SELECT 1 FROM volume WHERE name = ?');
  const encryption = encryptionOf(plan.form);
  for (let at = time + 1; limit === null || limit === undefined || at < Number(limit); at++) {
    const name = formatRemoteName({ prefix: plan.prefix, kind: 'dlist', ident: at, compression: 'zip', ...encryption });
    if (!isTaken.get(name)) return { time: at, name };
  }
  throw new UserError(
    `the version of ${new Date(time * 1000).toISOString()} cannot be written again: no second is free before the next one; delete one of the two`,
    SERIOUS,
  );
}
