/** Every volume that holds a wanted block is fetched once, the next one while one is written. */
import { setImmediate } from 'node:timers/promises';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Brought, Remote } from '../remote/remote.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { parseRemoteName } from '../volumes/remote-name.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { type Complaint, roomOf } from './decode-blocks.ts';
import { type Decoder, openDecoder } from './decoder.ts';
import { type BlockUse, type UsePage, usePages } from './use-pages.ts';
import type { FileWriter } from './write-files.ts';

/** A page of uses, and the memory that their blocks lie in. */
interface Decoded extends UsePage {
  slab: Buffer;
  complaints: Complaint[];
}

interface VolumeRow {
  id: number;
  name: string;
  hash: Buffer | undefined;
}

/** Fills the table `unread` with the blocks that could not be had, and why. The destination's own errors end everything. */
export async function fetchBlocks(
  database: LocalDatabase,
  remote: Remote,
  manifest: Manifest,
  writer: FileWriter,
  order: { done: number; report?(bytes: number, total: number, path?: string): void; signal?: AbortSignal },
): Promise<void> {
  const { report, signal } = order;
  const volumes = prepare(database);
  const unread = database.prepare('INSERT OR REPLACE INTO unread VALUES (?, ?)');
  const wanted = database.prepare('SELECT total(size) AS total FROM wanted_stream').get();
  const total = Number(wanted?.total);
  const isByGpg = volumes.some(({ name }) => parseRemoteName(name)?.encryption === 'gpg');
  const decoder = await openDecoder(manifest, total, isByGpg);
  const pages = decoded(database, remote, manifest, volumes, decoder);
  let { done } = order;

  function write({ uses, blocks, slab, complaints }: Decoded): void {
    let [index, at, room] = [-1, 0, 0];
    let last: BlockUse | undefined;
    for (const use of uses) {
      const isFirst = use.stream !== last?.stream || use.position !== last.position;
      if (use.block !== last?.block) {
        at += room;
        room = roomOf(blocks.sizes[++index]!, manifest);
        const complaint = complaints[index] ?? undefined;
        if (complaint !== undefined) unread.run(use.block, complaint);
      }
      last = use;
      if (isFirst) done += blocks.sizes[index]!;
      if (complaints[index] === null) writer.write(use, slab.subarray(at, at + room), isFirst);
    }
  }
  let next = pages.next();
  try {
    for (;;) {
      const { value, done: isEnd } = await next;
      if (isEnd) return;
      // The page after this one is decoded while this one is written.
      next = pages.next();
      next.catch(() => {});
      // One transaction a page: metadata goes into a table.
      database.transaction(() => write(value));
      report?.(done, total);
      // Between two pages Ctrl-C is heard.
      await setImmediate();
      signal?.throwIfAborted();
    }
  } finally {
    await next.catch(() => {});
    await pages.return(undefined);
    await decoder.close();
  }
}

/** Blocks that no volume holds are noted; of the others, the volumes. */
function prepare(database: LocalDatabase): VolumeRow[] {
  const needed =
    'block JOIN stream_block ON stream_block.block = block.id JOIN wanted_stream ON wanted_stream.stream = stream_block.stream';
  const isWanted = 'block.id NOT IN (SELECT block FROM had)';
  database.exec(`DROP TABLE IF EXISTS temp.unread;
    CREATE TEMP TABLE unread(block INTEGER PRIMARY KEY, why TEXT NOT NULL) STRICT;
    INSERT OR IGNORE INTO unread SELECT block.id, 'no volume holds it' FROM ${needed} WHERE block.volume IS NULL AND ${isWanted}`);
  return database
    .prepare(
      `SELECT id, name, hash FROM volume WHERE id IN (SELECT DISTINCT block.volume FROM ${needed} WHERE ${isWanted}) ORDER BY id`,
    )
    .all()
    .map(({ id, name, hash }) => ({
      id: Number(id),
      name: String(name),
      hash: hash instanceof Uint8Array ? Buffer.from(hash) : undefined,
    }));
}

/** Slabs take turns: what is given out may be used until the page after the next one is asked for. */
async function* decoded(
  database: LocalDatabase,
  remote: Remote,
  manifest: Manifest,
  volumes: readonly VolumeRow[],
  decoder: Decoder,
): AsyncGenerator<Decoded, undefined> {
  const room = decoder.slabs[0]!.length;
  let ahead: Promise<Brought | VolumeError> | undefined;
  let turn = 0;
  try {
    for (const [index, { id, name, hash }] of volumes.entries()) {
      const brought = await (ahead ?? bring(remote, name));
      const following = volumes[index + 1];
      ahead = following && bring(remote, following.name);
      ahead?.catch(() => {});
      try {
        const expected = hash && { hash, hashName: manifest.fileHash };
        const refused =
          brought instanceof VolumeError
            ? brought.message
            : await decoder.open(brought.file, remote.order({ name }, expected));
        for (const page of usePages(database, id, room, manifest)) {
          const slab = turn++ % decoder.slabs.length;
          const complaints =
            refused === null
              ? await decoder.read(slab, page.blocks)
              : page.blocks.sizes.map(() => `${name}: ${refused}`);
          yield { ...page, slab: decoder.slabs[slab]!, complaints };
        }
      } finally {
        if (!(brought instanceof VolumeError)) brought.remove();
      }
    }
  } finally {
    const brought = await ahead?.catch(() => undefined);
    if (brought && !(brought instanceof VolumeError)) brought.remove();
  }
  return undefined;
}

async function bring(remote: Remote, name: string): Promise<Brought | VolumeError> {
  try {
    return await remote.bring({ name });
  } catch (thrown) {
    if (thrown instanceof VolumeError) return thrown;
    throw thrown;
  }
}
