/** Every volume that holds a wanted block is fetched once. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Remote } from '../remote/remote.ts';
import { entryNameOf, nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import type { FileWriter } from './write-files.ts';

/** Fills the table `unread` with the blocks that could not be had, and why. The destination's own errors end everything. */
export async function fetchBlocks(
  database: LocalDatabase,
  remote: Remote,
  manifest: Manifest,
  writer: FileWriter,
  { report, signal }: { report?(bytes: number, total: number, path?: string): void; signal?: AbortSignal },
): Promise<void> {
  database.exec(`DROP TABLE IF EXISTS temp.unread;
    CREATE TEMP TABLE unread(block INTEGER PRIMARY KEY, why TEXT NOT NULL) STRICT`);
  const unread = database.prepare('INSERT OR REPLACE INTO unread VALUES (?, ?)');
  const needed = `block JOIN stream_block ON stream_block.block = block.id JOIN wanted_stream ON wanted_stream.stream = stream_block.stream`;
  database.exec(
    `INSERT OR IGNORE INTO unread SELECT block.id, 'no volume holds it' FROM ${needed} WHERE block.volume IS NULL`,
  );
  const volumes = database
    .prepare(`SELECT id, name, hash FROM volume WHERE id IN (SELECT DISTINCT block.volume FROM ${needed}) ORDER BY id`)
    .all();
  const uses = database.prepare(
    `SELECT block.id AS block, block.hash AS hash, block.size AS size, stream_block.stream AS stream, position
     FROM ${needed} WHERE block.volume = ? AND block.id >= ? AND (block.id, stream_block.stream, position) > (?, ?, ?)
     ORDER BY block.id, stream_block.stream, position LIMIT 1000`,
  );

  const wanted = database.prepare(
    'SELECT total(size) AS total FROM stream WHERE id IN (SELECT stream FROM wanted_stream)',
  );
  const total = Number(wanted.get()?.total);
  let done = 0;

  /** Blocks of a volume in the order of their rows; each is read once, however many streams have it. */
  async function writeBlocks(volume: number, read: (hash: Buffer, size: number) => Buffer): Promise<void> {
    let last: { block: number; bytes: Buffer | undefined } | undefined;
    for (let rows = uses.all(volume, 0, 0, 0, 0); rows.length > 0; ) {
      // One transaction a page: metadata goes into a table.
      database.transaction(() => {
        for (const row of rows) {
          const block = Number(row.block);
          if (last?.block !== block) last = { block, bytes: readOrNote(block, row.hash, Number(row.size), read) };
          done += Number(row.size);
          if (last.bytes) writer.write(Number(row.stream), Number(row.position), last.bytes);
        }
      });
      const end = rows.at(-1)!;
      rows = uses.all(volume, end.block!, end.block!, end.stream!, end.position!);
      report?.(done, total);
      // Between two pages Ctrl-C is heard.
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  function readOrNote(block: number, hash: unknown, size: number, read: (hash: Buffer, size: number) => Buffer) {
    try {
      return read(asBuffer(hash), size);
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) throw thrown;
      unread.run(block, thrown.message);
      return undefined;
    }
  }

  for (const { id, name, hash } of volumes) {
    let volume: Volume;
    const expected = hash === null ? undefined : { hash: asBuffer(hash), hashName: manifest.fileHash };
    try {
      volume = await remote.open({ name: String(name) }, expected);
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) throw thrown;
      const { message } = thrown;
      await writeBlocks(Number(id), () => {
        throw new VolumeError(thrown.reason, `${name}: ${message}`);
      });
      continue;
    }
    try {
      await writeBlocks(Number(id), (key, size) => readBlock(volume, key, size, manifest));
    } finally {
      volume.close();
    }
  }
}

function readBlock(volume: Volume, key: Buffer, size: number, manifest: Manifest): Buffer {
  const text = key.toString('base64');
  const entry = volume.entries.get(entryNameOf(text));
  if (!entry) throw new VolumeError('damaged', `block ${text} is not in its volume`);
  const bytes = volume.read(entry, manifest.blocksize);
  if (bytes.length !== size || !createHash(nodeHash(manifest.blockHash)).update(bytes).digest().equals(key)) {
    throw new VolumeError('damaged', `block ${text} holds other bytes than it says`);
  }
  return bytes;
}

function asBuffer(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError('a column of bytes holds none');
}
