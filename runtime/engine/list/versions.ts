/** Versions of a backup, newest first: 0 is the newest. */
import type { LocalDatabase } from '../local-database/local-database.ts';

export interface ListedVersion {
  /** Row. */
  id: number;
  /** As people count: 0 is the newest. */
  number: number;
  /** Seconds since 1970. */
  time: number;
  isFull: boolean;
  files: number;
  /** Of all files. */
  bytes: number;
}

/** All versions whose lists are at the destination. */
export function listVersions(database: LocalDatabase): ListedVersion[] {
  const facts = database.prepare(
    `SELECT count(*) AS files, total(stream.size) AS bytes FROM version_entry
     JOIN entry ON entry.id = version_entry.entry LEFT JOIN stream ON stream.id = entry.content
     WHERE version = ? AND type = 'File'`,
  );
  return database
    .prepare(
      `SELECT version.id AS id, time, is_full FROM version JOIN volume ON volume.id = version.volume
       WHERE state IN ('uploaded', 'verified') ORDER BY time DESC`,
    )
    .all()
    .map(({ id, time, is_full }, number) => {
      const { files, bytes } = facts.get(id!) ?? {};
      return {
        id: Number(id),
        number,
        time: Number(time),
        isFull: Number(is_full) === 1,
        files: Number(files),
        bytes: Number(bytes),
      };
    });
}
