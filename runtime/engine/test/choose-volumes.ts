/** Which volumes a test looks at: those that were looked at least often, so that each has its turn. */
import type { Clock } from '../clock/clock.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { VolumeKind } from '../volumes/remote-name.ts';

export interface Testable {
  id: number;
  name: string;
  kind: VolumeKind;
  hash: Buffer | undefined;
  /** How often it was found to be sound. */
  count: number;
}

/** Rows beside the schema: what is forgotten here costs nothing but a test more. */
const VERIFIED =
  'CREATE TABLE IF NOT EXISTS verified(volume TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID';

/**
 * As many volumes of each kind, and all whose hash is not known, which only a test can tell.
 * @param versions rows; their lists and no others. @param samples Infinity for all
 */
export function chooseVolumes(
  database: LocalDatabase,
  clock: Pick<Clock, 'random'>,
  {
    samples,
    kinds,
    versions,
  }: { samples: number; kinds: readonly VolumeKind[]; versions?: readonly number[] | undefined },
): Testable[] {
  database.exec(VERIFIED);
  database.exec('DELETE FROM verified WHERE volume NOT IN (SELECT name FROM volume)');
  const rows = database
    .prepare(
      `SELECT volume.id AS id, name, kind, hash, coalesce(verified.count, 0) AS count, version.id AS version
       FROM volume LEFT JOIN verified ON verified.volume = volume.name LEFT JOIN version ON version.volume = volume.id
       WHERE state IN ('uploaded', 'verified') ORDER BY volume.id`,
    )
    .all();
  const volumes = rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    kind: kindOf(row.kind),
    hash: row.hash instanceof Uint8Array ? Buffer.from(row.hash) : undefined,
    count: Number(row.count),
    version: Number(row.version),
  }));
  return kinds.flatMap((kind) => {
    const own = volumes.filter((volume) => volume.kind === kind);
    if (kind === 'dlist' && versions) return own.filter(({ version }) => versions.includes(version));
    return takeRarest(own, samples, clock);
  });
}

/** Remembers that a volume was sound. One that is new catches up with the others. */
export function countVerified(database: LocalDatabase, name: string): void {
  database.exec(VERIFIED);
  database
    .prepare(
      `INSERT INTO verified(volume, count) VALUES (?, max(1, coalesce((SELECT max(count) FROM verified), 0)))
       ON CONFLICT(volume) DO UPDATE SET count = count + 1`,
    )
    .run(name);
}

/** New ones first, then those that were looked at least often; among equals by chance. */
function takeRarest<Item extends { count: number }>(
  items: readonly Item[],
  samples: number,
  clock: Pick<Clock, 'random'>,
): Item[] {
  if (samples >= items.length) return [...items];
  const mixed = items.map((item) => ({ item, order: clock.random(6).readUIntBE(0, 6) }));
  mixed.sort((a, b) => a.item.count - b.item.count || a.order - b.order);
  return mixed.slice(0, samples).map(({ item }) => item);
}

/** `--backup-test-samples`, or `--backup-test-percentage` of all volumes where that is more. */
export function countSamples(database: LocalDatabase, samples: number, percentage: number): number {
  const row = database.prepare("SELECT count(*) AS count FROM volume WHERE state IN ('uploaded', 'verified')").get();
  return Math.max(samples, Math.round((Number(row?.count) * percentage) / 100));
}

function kindOf(kind: unknown): VolumeKind {
  return kind === 'dlist' || kind === 'dindex' ? kind : 'dblock';
}
