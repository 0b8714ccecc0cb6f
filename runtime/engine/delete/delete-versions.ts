import type { Sink } from '../backup/uploads.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';

/**
 * Deletes versions: their lists at the destination, and what only they named. What their blocks leave in volumes is for compacting. Each list is marked before it is
 * deleted: an interrupted run is finished by the next.
 * @param versions rows
 */
export async function deleteVersions(
  database: LocalDatabase,
  sink: Pick<Sink, 'delete'>,
  versions: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const dlist = database.prepare(
    'SELECT volume.id AS id, name FROM version JOIN volume ON volume.id = version.volume WHERE version.id = ?',
  );
  const lists = database.transaction(() =>
    versions.flatMap((version) => {
      const row = dlist.get(version);
      if (!row) return [];
      database.prepare("UPDATE volume SET state = 'deleting' WHERE id = ?").run(row.id!);
      database.prepare('DELETE FROM version_entry WHERE version = ?').run(version);
      database.prepare('DELETE FROM version WHERE id = ?').run(version);
      return [{ id: Number(row.id), name: String(row.name) }];
    }),
  );
  const forget = database.prepare('DELETE FROM volume WHERE id = ?');
  for (const { id, name } of lists) {
    await sink.delete(name, signal);
    forget.run(id);
  }
  forgetUnused(database);
}

/** Entries of no version, streams of no entry. Their blocks stay known: they are at the destination until their volume is compacted. */
export function forgetUnused(database: LocalDatabase): void {
  database.transaction(() =>
    database.exec(`
      DELETE FROM entry WHERE id NOT IN (SELECT entry FROM version_entry);
      CREATE TEMP TABLE unused_stream AS SELECT id FROM stream
        WHERE id NOT IN (SELECT content FROM entry) AND id NOT IN (SELECT metadata FROM entry);
      DELETE FROM stream_block WHERE stream IN (SELECT id FROM unused_stream);
      DELETE FROM stream_list WHERE stream IN (SELECT id FROM unused_stream);
      DELETE FROM stream WHERE id IN (SELECT id FROM unused_stream);
      DROP TABLE unused_stream;
      DELETE FROM folder WHERE id NOT IN (SELECT folder FROM entry)`),
  );
}
