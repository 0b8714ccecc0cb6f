/** What the local database says of the destination, held against what is there, before anything is written. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { RemoteVolume } from '../remote/remote.ts';

export interface Reconciled {
  /** Volumes that were there and are not any more, or have another size. What they held is uploaded again where it is met again. */
  lost: { name: string; why: string }[];
  /** Volumes at the destination that the database knows nothing of: somebody else writes there, or the database is an older one. */
  unknown: string[];
  /** What an interrupted run left at the destination, to be deleted. */
  stray: string[];
  /** Volumes that an interrupted run was uploading and that are not there: a part of one may lie there under a name of the backend's own. */
  cut: string[];
  /** dblocks whose dindex never arrived. */
  unindexed: number[];
}

/** Settles every state that a run could be interrupted in. In one transaction. */
export function reconcile(database: LocalDatabase, found: readonly RemoteVolume[]): Reconciled {
  const result: Reconciled = { lost: [], unknown: [], stray: [], cut: [], unindexed: [] };
  const remote = new Map(found.map((volume) => [volume.name, volume]));
  const rows = database.prepare('SELECT id, name, kind, state, size FROM volume').all();
  const setState = database.prepare('UPDATE volume SET state = ? WHERE id = ?');
  const loseBlocks = database.prepare('UPDATE block SET volume = NULL WHERE volume = ?');
  const goBack = database.prepare(
    'UPDATE block SET volume = from_volume FROM moved_block WHERE moved_block.block = block.id AND block.volume = ?',
  );
  const unlink = database.prepare('DELETE FROM indexed_by WHERE dblock = ?1 OR dindex = ?1'.replaceAll('?1', '?'));
  const forget = database.prepare('DELETE FROM volume WHERE id = ?');

  database.transaction(() => {
    for (const { id, name: text, kind, state, size } of rows) {
      const [name, row] = [String(text), Number(id)];
      const there = remote.get(name);
      remote.delete(name);
      if (state === 'uploaded' || state === 'verified' || state === 'missing') {
        const why = !there
          ? 'it is not there any more'
          : there.size !== size && size !== null
            ? `it has ${there.size} bytes and should have ${size}`
            : undefined;
        if (why === undefined) {
          if (state === 'missing') setState.run('uploaded', row);
          continue;
        }
        setState.run('missing', row);
        if (kind === 'dblock') loseBlocks.run(row);
        result.lost.push({ name, why });
        continue;
      }
      if (state === 'uploading' && there && there.size === size) {
        setState.run('uploaded', row);
        continue;
      }
      if (there) result.stray.push(name);
      else if (state === 'uploading') result.cut.push(name);
      // A list that was not finished is what the next run makes its own of.
      if (kind === 'dlist' && state !== 'deleting') {
        setState.run('temporary', row);
        continue;
      }
      goBack.run(row);
      loseBlocks.run(row);
      unlink.run(row, row);
      forget.run(row);
    }
    database.exec('DELETE FROM block WHERE volume IS NULL AND id NOT IN (SELECT block FROM stream_block)');
  });
  result.unknown = [...remote.keys()];
  result.unindexed = database
    .prepare(
      // Of one that could not be read when the database was made nothing is known that an index could say.
      `SELECT id FROM volume WHERE kind = 'dblock' AND state IN ('uploaded', 'verified') AND hash IS NOT NULL AND id NOT IN
       (SELECT dblock FROM indexed_by JOIN volume AS dindex ON dindex.id = dindex AND dindex.state IN ('uploaded', 'verified'))`,
    )
    .all()
    .map(({ id }) => Number(id));
  return result;
}
