import type { LocalDatabase } from '../local-database/local-database.ts';

/** How well a dblock is used. Sizes in bytes. */
export interface VolumeFacts {
  id: number;
  name: string;
  /** Of its blocks, as they are. */
  dataSize: number;
  /** Of those among them that nothing uses. */
  wastedSize: number;
  /** Of the file at the destination. */
  compressedSize: number;
}

/** A block is used by a stream, or is a blocklist of one. */
export const IS_USED = '(block.id IN (SELECT block FROM stream_block) OR block.hash IN (SELECT hash FROM stream_list))';

/** Every dblock at the destination, the oldest first. */
export function readVolumeFacts(database: LocalDatabase): VolumeFacts[] {
  return database
    .prepare(
      `SELECT volume.id AS id, volume.name AS name, volume.size AS compressed, coalesce(sum(block.size), 0) AS data,
         coalesce(sum(CASE WHEN ${IS_USED} THEN 0 ELSE block.size END), 0) AS wasted
       FROM volume LEFT JOIN block ON block.volume = volume.id
       WHERE volume.kind = 'dblock' AND volume.state IN ('uploaded', 'verified') GROUP BY volume.id ORDER BY volume.id`,
    )
    .all()
    .map(({ id, name, compressed, data, wasted }) => ({
      id: Number(id),
      name: String(name),
      dataSize: Number(data),
      wastedSize: Number(wasted),
      compressedSize: Number(compressed),
    }));
}
