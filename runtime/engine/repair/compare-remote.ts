/** What the local database says of the destination, held against what is there. Nothing is written. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { RemoteVolume } from '../remote/remote.ts';
import type { VolumeKind } from '../volumes/remote-name.ts';

/** A volume that should be there as the database knows it, and is not. */
export interface Missing {
  id: number;
  name: string;
  kind: VolumeKind;
  why: string;
  /** True where a file of that name is there, with another size. */
  isThere: boolean;
}

export interface RemoteDifferences {
  missing: Missing[];
  /** Volumes of this backup's prefix that the database does not know. */
  extra: string[];
}

export function compareRemote(database: LocalDatabase, found: readonly RemoteVolume[]): RemoteDifferences {
  const remote = new Map(found.map(({ name, size }) => [name, size]));
  const missing: Missing[] = [];
  for (const row of database.prepare('SELECT id, name, kind, state, size FROM volume ORDER BY id').all()) {
    const name = String(row.name);
    const size = remote.get(name);
    remote.delete(name);
    if (row.state !== 'uploaded' && row.state !== 'verified' && row.state !== 'missing') continue;
    const why =
      size === undefined
        ? 'it is not at the destination any more'
        : row.size !== null && size !== row.size
          ? `it has ${size} bytes and should have ${row.size}`
          : undefined;
    if (why === undefined) continue;
    missing.push({ id: Number(row.id), name, kind: kindOf(row.kind), why, isThere: size !== undefined });
  }
  return { missing, extra: [...remote.keys()] };
}

function kindOf(kind: unknown): VolumeKind {
  return kind === 'dlist' || kind === 'dindex' ? kind : 'dblock';
}
