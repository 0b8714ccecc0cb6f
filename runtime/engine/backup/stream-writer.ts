/** The bytes of a file or of metadata become blocks, and a row that says which. */
import { createHash, type Hash, hash as hashAtOnce } from 'node:crypto';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { rowOf } from '../local-database/record-entries.ts';
import { HASHES, nodeHash } from '../volumes/hash-text.ts';
import { packContent, type VolumeForm } from '../volumes/volume-writer.ts';
import type { BlockWriter } from './block-writer.ts';

export interface StreamWriter {
  /** Bytes that are at hand. @returns the row of the stream. */
  addBytes(bytes: Buffer): number;
  /** Bytes that come block by block, all but the last of a block's size. @param isStored what would not become smaller is not compressed. */
  addBlocks(blocks: Iterable<Buffer>, isStored: boolean): Promise<{ stream: number; size: number; isNew: boolean }>;
}

export function createStreamWriter(database: LocalDatabase, blocks: BlockWriter, form: VolumeForm): StreamWriter {
  const { blocksize, blockHash, fileHash } = form.manifest;
  const [block, whole] = [nodeHash(blockHash), nodeHash(fileHash)];
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
  const stored = { method: 0, level: 0 } as const;

  const addBlock = (bytes: Buffer, isStored: boolean): { id: number; hash: Buffer } => {
    const hash = hashAtOnce(block, bytes, 'buffer');
    return { id: blocks.add(hash, bytes.length, () => packContent(bytes, isStored ? stored : form.compression)), hash };
  };
  /** Of more than one block, also their hashes as blocklists. */
  function record(
    hash: Buffer,
    size: number,
    parts: readonly { id: number; hash: Buffer }[],
  ): { stream: number; isNew: boolean } {
    const { id, isNew } = stream(hash, size);
    if (!isNew) for (const statement of drop) statement.run(id);
    for (const [position, part] of parts.entries()) streamBlock.run(id, position, part.id);
    for (let at = 0; parts.length > 1 && at < parts.length; at += perList) {
      const list = Buffer.concat(parts.slice(at, at + perList).map((part) => part.hash));
      const listHash = hashAtOnce(block, list, 'buffer');
      blocks.addList(listHash, list);
      streamList.run(id, at / perList, listHash);
    }
    return { stream: id, isNew };
  }
  return {
    addBytes(bytes) {
      const hash = hashAtOnce(whole, bytes, 'buffer');
      const known = find.get(hash, bytes.length)?.id;
      if (known !== undefined && isBroken.get(known) === undefined) return Number(known);
      const parts = [];
      for (let at = 0; at < bytes.length; at += blocksize)
        parts.push(addBlock(bytes.subarray(at, at + blocksize), false));
      return record(hash, bytes.length, parts).stream;
    },
    async addBlocks(source, isStored) {
      const parts: { id: number; hash: Buffer }[] = [];
      let [size, digest]: [number, Hash | undefined] = [0, undefined];
      for (const bytes of source) {
        // Of a file of one block, the block's hash is the file's where both are made the same way.
        if (size > 0 || bytes.length === blocksize || block !== whole) digest ??= createHash(whole);
        digest?.update(bytes);
        size += bytes.length;
        parts.push(addBlock(bytes, isStored));
        if (blocks.isFull) await blocks.flush();
      }
      const hash = digest?.digest() ?? parts[0]?.hash ?? hashAtOnce(whole, '', 'buffer');
      return { ...record(hash, size, parts), size };
    },
  };
}
