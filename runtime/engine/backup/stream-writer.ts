/** Blocks of a file or of metadata become a row that says which. */
import { hash as hashAtOnce } from 'node:crypto';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { rowOf } from '../local-database/record-entries.ts';
import { HASHES, nodeHash } from '../volumes/hash-text.ts';
import type { VolumeForm } from '../volumes/volume-writer.ts';
import type { BlockWriter } from './block-writer.ts';

export interface StreamWriter {
  /** The row of a stream that is known with all its blocks. */
  find(hash: Buffer, size: number): number | undefined;
  /** Rows and hashes of its blocks, in order, make a stream; of more than one block also their hashes as blocklists. @returns its row */
  record(hash: Buffer, size: number, blocks: readonly StreamBlock[]): number;
}

export interface StreamBlock {
  id: number;
  hash: Buffer;
}

export function createStreamWriter(database: LocalDatabase, blocks: BlockWriter, form: VolumeForm): StreamWriter {
  const { blocksize, blockHash } = form.manifest;
  const perList = Math.floor(blocksize / HASHES[blockHash]);
  const stream = rowOf(database, 'stream', ['hash', 'size']);
  const find = database.prepare('SELECT id FROM stream WHERE hash = ? AND size = ?');
  const streamBlock = database.prepare('INSERT INTO stream_block(stream, position, block) VALUES (?, ?, ?)');
  const streamList = database.prepare('INSERT INTO stream_list(stream, position, hash) VALUES (?, ?, ?)');
  const isBroken = database.prepare(
    'SELECT 1 FROM stream_block JOIN block ON block.id = stream_block.block WHERE stream = ? AND block.volume IS NULL LIMIT 1',
  );
  const drop = [
    database.prepare('DELETE FROM stream_block WHERE stream = ?'),
    database.prepare('DELETE FROM stream_list WHERE stream = ?'),
  ];
  return {
    find(hash, size) {
      const known = find.get(hash, size)?.id;
      return known !== undefined && isBroken.get(known) === undefined ? Number(known) : undefined;
    },
    record(hash, size, parts) {
      const { id, isNew } = stream(hash, size);
      if (!isNew) for (const statement of drop) statement.run(id);
      for (const [position, part] of parts.entries()) streamBlock.run(id, position, part.id);
      for (let at = 0; parts.length > 1 && at < parts.length; at += perList) {
        const list = Buffer.concat(parts.slice(at, at + perList).map((part) => part.hash));
        const listHash = hashAtOnce(nodeHash(blockHash), list, 'buffer');
        blocks.addList(listHash, list);
        streamList.run(id, at / perList, listHash);
      }
      return id;
    },
  };
}
