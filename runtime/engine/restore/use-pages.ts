import type { LocalDatabase } from '../local-database/local-database.ts';
import { HASHES } from '../volumes/hash-text.ts';
import { type BlockAsks, type BlockForm, roomOf } from './decode-blocks.ts';

/** Where a block belongs: to one file, or to metadata, or both. */
export interface BlockUse {
  block: number;
  stream: number;
  /** The stream is metadata, whatever else it is. */
  isMetadata: boolean;
  /** Bytes of the stream. */
  size: number;
  /** Which block of the stream it is, from 0. */
  position: number;
  /** The file, and its path as it was backed up; 0 where none has this for its content. */
  entry: number;
  path: string;
}

/** Uses in the order of their blocks, and those blocks, each once. */
export interface UsePage {
  uses: BlockUse[];
  blocks: BlockAsks;
}

const PAGE = 1000;

/** What is wanted of a volume, page by page; the blocks of each page take no more than this room. */
export function* usePages(database: LocalDatabase, volume: number, room: number, form: BlockForm): Generator<UsePage> {
  const rowsAfter = database.prepare(
    `SELECT block.id AS block, block.hash AS hash, block.size AS size, stream_block.stream AS stream, position, is_metadata,
       wanted_stream.size AS whole, ifnull(entry, 0) AS entry, path
     FROM block JOIN stream_block ON stream_block.block = block.id JOIN wanted_stream ON wanted_stream.stream = stream_block.stream
     LEFT JOIN wanted ON wanted.content = stream_block.stream AND wanted.entry NOT IN (SELECT entry FROM left_alone)
     WHERE block.volume = ? AND block.id NOT IN (SELECT block FROM had) AND block.id >= ? AND (block.id, stream_block.stream, position, ifnull(entry, 0)) > (?, ?, ?, ?)
     ORDER BY block.id, stream_block.stream, position, entry LIMIT ${PAGE}`,
  );
  const hashSize = HASHES[form.blockHash];
  for (let rows = rowsAfter.all(volume, 0, 0, 0, 0, -1); rows.length > 0; ) {
    let [uses, hashes, sizes, taken]: [BlockUse[], Uint8Array[], number[], number] = [[], [], [], 0];
    for (const row of rows) {
      const block = Number(row.block);
      if (uses.at(-1)?.block !== block) {
        const size = Number(row.size);
        if (taken + roomOf(size, form) > room) {
          yield { uses, blocks: { hashes: Buffer.concat(hashes), sizes } };
          [uses, hashes, sizes, taken] = [[], [], [], 0];
        }
        hashes.push(asHash(row.hash, hashSize));
        sizes.push(size);
        taken += roomOf(size, form);
      }
      uses.push({
        block,
        stream: Number(row.stream),
        isMetadata: Number(row.is_metadata) > 0,
        size: Number(row.whole),
        position: Number(row.position),
        entry: Number(row.entry),
        path: String(row.path),
      });
    }
    if (uses.length > 0) yield { uses, blocks: { hashes: Buffer.concat(hashes), sizes } };
    const end = rows.at(-1)!;
    rows = rowsAfter.all(volume, end.block!, end.block!, end.stream!, end.position!, end.entry!);
  }
}

/** One of another length is no block's, and none is found by it. */
function asHash(value: unknown, size: number): Uint8Array {
  return value instanceof Uint8Array && value.length === size ? value : new Uint8Array(size);
}
