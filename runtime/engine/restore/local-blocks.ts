/** Blocks that files of this machine hold need not be fetched. Each is held against its hash, like any other. */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { namesOf } from './choose-entries.ts';
import { placeOfSource, readAt, stampOf, withFile } from './local-files.ts';
import type { Target } from './target.ts';
import type { BlockUse } from './use-pages.ts';
import type { FileWriter } from './write-files.ts';

export interface LocalOrder {
  prefix: string;
  localBlocks?: 'none' | 'target' | 'sources';
  signal?: AbortSignal;
}

const PAGE = 1000;

type Row = Record<string, unknown>;

/**
 * Fills the tables `left_alone`, with files that stand in the target with the same content and are not wanted any more, and `had`, with blocks
 * that were written from other files.
 * @returns bytes that were written.
 */
export async function useLocalBlocks(
  database: LocalDatabase,
  target: Target,
  manifest: Manifest,
  writer: FileWriter,
  { prefix, localBlocks = 'target', signal }: LocalOrder,
): Promise<number> {
  database.exec(`DROP TABLE IF EXISTS temp.had; DROP TABLE IF EXISTS temp.left_alone;
    CREATE TEMP TABLE had(block INTEGER PRIMARY KEY) STRICT;
    CREATE TEMP TABLE left_alone(entry INTEGER PRIMARY KEY, stamp TEXT NOT NULL) STRICT`);
  const [fromTarget, fromSources] = [localBlocks !== 'none' && !target.isNew, localBlocks === 'sources'];
  if (!fromTarget && !fromSources) return 0;
  const files = database.prepare(
    `SELECT entry, path, content, size FROM wanted JOIN stream ON stream.id = content
     WHERE type = 'File' AND size > 0 AND entry > ? AND content IN (SELECT stream FROM wanted_stream WHERE is_metadata <> 1) ORDER BY entry LIMIT ${PAGE}`,
  );
  const blocks = database.prepare(
    `SELECT position, block.id AS block, block.hash AS hash, block.size AS size, block.id IN (SELECT block FROM had) AS had
     FROM stream_block JOIN block ON block.id = stream_block.block WHERE stream = ? AND position >= ? ORDER BY position LIMIT ${PAGE}`,
  );
  const usesOf = database.prepare(
    `SELECT stream_block.stream AS stream, position, is_metadata, wanted_stream.size AS size, ifnull(wanted.entry, 0) AS entry, path
     FROM stream_block JOIN wanted_stream ON wanted_stream.stream = stream_block.stream
     LEFT JOIN wanted ON wanted.content = stream_block.stream AND wanted.entry NOT IN (SELECT entry FROM left_alone)
     WHERE stream_block.block = ? ORDER BY stream_block.stream, position, wanted.entry`,
  );
  const leave = database.prepare('INSERT INTO left_alone VALUES (?, ?)');
  const have = database.prepare('INSERT INTO had VALUES (?)');
  const buffer = Buffer.allocUnsafe(manifest.blocksize);
  let written = 0;

  const blocksOf = (content: number) => pagesOf((after) => blocks.all(content, after + 1), 'position', -1);

  /** The block's bytes, if they are there. */
  function readBlock(handle: number, { position, hash: expected, size }: Row): Buffer | undefined {
    const length = Number(size);
    if (length > buffer.length || !(expected instanceof Uint8Array)) return undefined;
    const bytes = readAt(handle, buffer.subarray(0, length), Number(position) * manifest.blocksize);
    if (bytes.length !== length) return undefined;
    return hash(nodeHash(manifest.blockHash), bytes, 'buffer').equals(expected) ? bytes : undefined;
  }
  function isSame(handle: number, { content, size }: Row): boolean {
    let bytes = 0;
    for (const block of blocksOf(Number(content))) {
      if (Number(block.position) * manifest.blocksize !== bytes || !readBlock(handle, block)) return false;
      bytes += Number(block.size);
    }
    return bytes === Number(size);
  }
  function write(block: number, bytes: Buffer): void {
    let last: Row | undefined;
    for (const row of usesOf.all(block)) {
      const isFirst = row.stream !== last?.stream || row.position !== last?.position;
      last = row;
      if (isFirst) written += bytes.length;
      writer.write(useOf(block, row), bytes, isFirst);
    }
    have.run(block);
  }
  function takeFrom(place: string | Buffer, { content }: Row): void {
    withFile(place, (handle) => {
      database.transaction(() => {
        for (const row of blocksOf(Number(content))) {
          const bytes = Number(row.had) > 0 ? undefined : readBlock(handle, row);
          if (bytes) write(Number(row.block), bytes);
        }
      });
    });
  }
  async function eachFile(work: (row: Row) => void): Promise<void> {
    let count = 0;
    for (const row of pagesOf((after) => files.all(after), 'entry', 0)) {
      work(row);
      if (++count % 16 !== 0) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
  }

  if (fromTarget) {
    await eachFile((row) => {
      const place = placeIn(target, namesOf(String(row.path), prefix));
      withFile(place, (handle, status) => {
        if (status.size === BigInt(Number(row.size)) && isSame(handle, row))
          leave.run(Number(row.entry), stampOf(status));
      });
    });
    database.exec(`CREATE TEMP VIEW IF NOT EXISTS still AS SELECT content FROM wanted WHERE entry NOT IN (SELECT entry FROM left_alone);
      DELETE FROM wanted_stream WHERE is_metadata = 0 AND stream NOT IN (SELECT content FROM still);
      UPDATE wanted_stream SET is_metadata = 1 WHERE is_metadata = 2 AND stream NOT IN (SELECT content FROM still)`);
  }
  await eachFile((row) => {
    if (fromTarget) takeFrom(placeIn(target, namesOf(String(row.path), prefix)), row);
    if (fromSources) takeFrom(placeOfSource(String(row.path)), row);
  });
  return written;
}

function* pagesOf(read: (after: number) => Row[], key: string, before: number): Generator<Row> {
  for (let rows = read(before); rows.length > 0; rows = read(Number(rows.at(-1)![key]))) yield* rows;
}

function useOf(block: number, row: Row): BlockUse {
  return {
    block,
    stream: Number(row.stream),
    isMetadata: Number(row.is_metadata) > 0,
    size: Number(row.size),
    position: Number(row.position),
    entry: Number(row.entry),
    path: String(row.path),
  };
}

/** Empty where nothing is restored to: what the entry costs is said when its turn comes. */
function placeIn(target: Target, names: readonly string[]): string | Buffer {
  try {
    return target.at(names);
  } catch (thrown) {
    if (thrown instanceof UserError || (thrown as NodeJS.ErrnoException).code !== undefined) return '';
    throw thrown;
  }
}
