/** Blocks that no volume has any more are looked for where they can still be, and go into new volumes. */
import { hash as hashAtOnce } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../errors.ts';
import { type FileCalls, loadFileCalls } from '../../posix/file-calls.ts';
import type { Machine } from '../backup/backup.ts';
import type { BlockWriter } from '../backup/block-writer.ts';
import { readAccounts } from '../scan/accounts.ts';
import { describeEntry } from '../scan/describe.ts';
import { readMountPoints } from '../scan/mount-points.ts';
import { scan } from '../scan/scan.ts';
import { HASHES, hashOfEntryName, nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { type Compression, packContent } from '../volumes/volume-writer.ts';

export interface Search {
  manifest: Omit<Manifest, 'created'>;
  compression: Compression;
  /** dblocks that are damaged, or that the database does not know: what is whole in them is taken. */
  volumes: readonly string[];
  report(what: string): void;
  signal: AbortSignal;
}

/** A transaction has to be open. */
export async function rebuildBlocks(
  { database, remote }: Pick<Machine, 'database' | 'remote'>,
  blocks: BlockWriter,
  search: Search,
): Promise<void> {
  const { blocksize, blockHash, fileHash } = search.manifest;
  const isSought = database.prepare('SELECT 1 FROM block WHERE hash = ? AND size = ? AND volume IS NULL');
  const digest = (bytes: Buffer) => hashAtOnce(nodeHash(blockHash), bytes, 'buffer');
  /** Takes bytes that are sought; all others are left. */
  const offer = async (bytes: Buffer) => {
    const hash = digest(bytes);
    if (!isSought.get(hash, bytes.length)) return;
    blocks.add(hash, bytes.length, () => packContent(bytes, search.compression));
    if (blocks.isFull) await blocks.flush();
  };

  /** Blocklists are made of what the database knows. */
  async function rebuildLists(): Promise<void> {
    const perList = Math.floor(blocksize / HASHES[blockHash]);
    const hashes = database.prepare(
      `SELECT block.hash AS hash FROM stream_block JOIN block ON block.id = stream_block.block
       WHERE stream = ? AND position >= ? AND position < ? ORDER BY position`,
    );
    const lists = database.prepare(
      `SELECT stream, position, hash FROM stream_list WHERE NOT EXISTS
         (SELECT 1 FROM block WHERE block.hash = stream_list.hash AND block.volume IS NOT NULL) GROUP BY hash`,
    );
    for (const { stream, position, hash } of lists.all()) {
      const from = Number(position) * perList;
      const list = Buffer.concat(hashes.all(stream!, from, from + perList).map((row) => bytesOf(row.hash)));
      if (!digest(list).equals(bytesOf(hash))) continue;
      blocks.addList(bytesOf(hash), list);
      if (blocks.isFull) await blocks.flush();
    }
  }

  async function searchVolume(name: string): Promise<void> {
    try {
      const volume = await remote.open({ name });
      try {
        for (const entry of volume.entries.values()) {
          const hash = hashOfEntryName(entry.name);
          if (hash === undefined || !isSought.get(Buffer.from(hash, 'base64'), entry.size)) continue;
          try {
            await offer(volume.read(entry, blocksize));
          } catch (thrown) {
            if (!(thrown instanceof VolumeError)) throw thrown;
          }
        }
      } finally {
        volume.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) throw thrown; // nothing of it can be read
    }
  }

  async function searchFiles(): Promise<void> {
    database.exec(`DROP TABLE IF EXISTS temp.sought; CREATE TEMP TABLE sought AS
      SELECT DISTINCT folder.path || entry.name AS path, stream_block.position AS position, block.size AS size
      FROM block JOIN stream_block ON stream_block.block = block.id JOIN entry ON entry.content = stream_block.stream
      JOIN folder ON folder.id = entry.folder WHERE block.volume IS NULL ORDER BY path, position`);
    const page = database.prepare(
      'SELECT rowid, path, position, size FROM sought WHERE rowid > ? ORDER BY rowid LIMIT 1000',
    );
    let open: { path: string; handle: number | undefined } = { path: '', handle: undefined };
    try {
      for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)!.rowid!)) {
        for (const { path, position, size } of rows) {
          search.signal.throwIfAborted();
          if (open.path !== path) {
            if (open.handle !== undefined) closeSync(open.handle);
            open = { path: String(path), handle: openFile(String(path)) };
            search.report(String(path));
          }
          const bytes =
            open.handle === undefined ? undefined : readAt(open.handle, Number(position) * blocksize, Number(size));
          if (bytes) await offer(bytes);
        }
      }
    } finally {
      if (open.handle !== undefined) closeSync(open.handle);
    }
  }

  /** Metadata of what has not changed since. */
  async function searchMetadata(): Promise<void> {
    const describer = { accounts: readAccounts(), mounts: readMountPoints(), calls: fileCalls() };
    const rows = database
      .prepare(
        `SELECT DISTINCT folder.path || entry.name AS path, stream.hash AS hash FROM block JOIN stream_block ON stream_block.block = block.id
         JOIN entry ON entry.metadata = stream_block.stream JOIN stream ON stream.id = entry.metadata
         JOIN folder ON folder.id = entry.folder WHERE block.volume IS NULL`,
      )
      .all();
    for (const { path, hash } of rows) {
      search.signal.throwIfAborted();
      const place = String(path);
      for (const found of scan({ sources: [place], isWanted: () => true, skip: () => {} })) {
        const { metadata, plain } = describeEntry(found, describer);
        for (const bytes of [metadata, plain()]) {
          const isSame = hashAtOnce(nodeHash(fileHash), bytes, 'buffer').equals(bytesOf(hash));
          for (let at = 0; isSame && at < bytes.length; at += blocksize)
            await offer(bytes.subarray(at, at + blocksize));
        }
        break; // the entry itself, nothing below it
      }
    }
  }

  await rebuildLists();
  for (const name of search.volumes) await searchVolume(name);
  await searchFiles();
  await searchMetadata();
}

function openFile(path: string): number | undefined {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  try {
    const handle = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (fstatSync(handle).isFile()) return handle;
    closeSync(handle);
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown;
  }
  return undefined;
}

/** As many bytes from there, or undefined. */
function readAt(handle: number, position: number, size: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(size);
  try {
    let filled = 0;
    for (let count = -1; count !== 0 && filled < size; filled += count)
      count = readSync(handle, bytes, filled, size - filled, position + filled);
    return filled === size ? bytes : undefined;
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown;
    return undefined;
  }
}

function fileCalls(): FileCalls | undefined {
  try {
    return loadFileCalls();
  } catch {
    return undefined; // metadata without extended attributes may still be the same
  }
}

function bytesOf(hash: unknown): Buffer {
  if (!(hash instanceof Uint8Array)) throw new TypeError('a column of bytes holds none');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength);
}
