import type { Machine } from '../backup/backup.ts';
import type { Missing } from './compare-remote.ts';

/**
 * Takes volumes that are missing out of the database, with the indexes that speak of nothing else. Indexes have new ones by then; dblocks are
 * remembered as long as something of what they held is lost.
 * @returns names of files that were at the destination and are deleted
 */
export async function forgetMissing(
  { database, sink }: Pick<Machine, 'database' | 'sink'>,
  missing: readonly Missing[],
  isWhole: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const gone = missing.filter(({ kind }) => kind === 'dindex' || (kind === 'dblock' && isWhole));
  const alone = database.prepare(
    `SELECT volume.id AS id, name FROM indexed_by JOIN volume ON volume.id = dindex WHERE dblock = ? AND state <> 'missing'
     AND dindex NOT IN (SELECT dindex FROM indexed_by WHERE dblock <> ?)`,
  );
  const doomed = database.transaction(() => {
    const rows = gone.map(({ id, name, isThere }) => ({ id, name, isThere }));
    for (const { id, kind } of gone) {
      if (kind === 'dblock')
        for (const row of alone.all(id, id)) rows.push({ id: Number(row.id), name: String(row.name), isThere: true });
    }
    for (const { id } of rows) {
      database.prepare('DELETE FROM indexed_by WHERE dblock = ? OR dindex = ?').run(id, id);
      database.prepare("UPDATE volume SET state = 'deleting' WHERE id = ?").run(id);
    }
    return rows;
  });
  const deleted: string[] = [];
  for (const { id, name, isThere } of doomed) {
    if (isThere) {
      await sink.delete(name, signal);
      deleted.push(name);
    }
    database.prepare('DELETE FROM block WHERE volume = ?').run(id);
    database.prepare('DELETE FROM volume WHERE id = ?').run(id);
  }
  return deleted;
}
