/** Turns blocklists into the blocks of their streams. */
import { createHash } from 'node:crypto';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { rowOf } from '../local-database/record-entries.ts';
import { entryNameOf, HASHES, nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { Volume } from '../volumes/open-volume.ts';

/** Blocklists held at once: of 1 MiB each at the largest blocks that are usual. */
const PAGE = 64;

/** Opens a volume of this name for as long as `use` takes. */
type WithVolume = (name: string, use: (volume: Volume) => void) => Promise<void>;

/** After this every stream has all of its blocks but those of which a blocklist is nowhere; blocks that no volume has have none. */
export async function fillStreams(database: LocalDatabase, manifest: Manifest, withVolume: WithVolume): Promise<void> {
  dropWrongLists(database, manifest);
  await fetchLists(database, manifest, withVolume);
  const block = rowOf(database, 'block', ['hash', 'size']);
  const add = database.prepare('INSERT OR IGNORE INTO stream_block(stream, position, block) VALUES (?, ?, ?)');
  const length = HASHES[manifest.blockHash];
  const perList = Math.floor(manifest.blocksize / length);
  const lists = database.prepare(
    `SELECT stream.id AS stream, stream.size AS size, stream_list.position AS position, list_content.bytes AS bytes
     FROM stream_list JOIN stream ON stream.id = stream_list.stream JOIN list_content ON list_content.hash = stream_list.hash
     WHERE (stream_list.stream, stream_list.position) > (?, ?) ORDER BY stream_list.stream, stream_list.position LIMIT ${PAGE}`,
  );
  for (let rows = lists.all(0, 0); rows.length > 0; ) {
    database.transaction(() => {
      for (const { stream, size, position, bytes } of rows) {
        const hashes = Buffer.from(asBytes(bytes));
        for (let at = 0; at + length <= hashes.length; at += length) {
          const index = Number(position) * perList + at / length;
          const left = Number(size) - index * manifest.blocksize;
          if (left <= 0) break;
          const { id } = block(hashes.subarray(at, at + length), Math.min(left, manifest.blocksize));
          add.run(stream!, index, id);
        }
      }
    });
    const { stream, position } = rows.at(-1)!;
    rows = lists.all(stream!, position!);
  }
}

/** A list that is not what its name says is looked for in the dblocks. */
function dropWrongLists(database: LocalDatabase, { blockHash }: Manifest): void {
  const wrong: Uint8Array[] = [];
  for (const { hash, bytes } of database.prepare('SELECT hash, bytes FROM list_content').iterate()) {
    const key = asBytes(hash);
    if (!createHash(nodeHash(blockHash)).update(asBytes(bytes)).digest().equals(key)) wrong.push(key);
  }
  const drop = database.prepare('DELETE FROM list_content WHERE hash = ?');
  for (const key of wrong) drop.run(key);
}

/** Every blocklist is also a block: those that no dindex has are taken out of dblocks, one volume after the other. */
async function fetchLists(
  database: LocalDatabase,
  { blocksize, blockHash }: Manifest,
  withVolume: WithVolume,
): Promise<void> {
  const wanted = database
    .prepare(
      `SELECT DISTINCT volume.name AS name, block.hash AS hash FROM stream_list
       JOIN block ON block.hash = stream_list.hash JOIN volume ON volume.id = block.volume
       WHERE stream_list.hash NOT IN (SELECT hash FROM list_content) ORDER BY volume.name`,
    )
    .all();
  const insert = database.prepare('INSERT OR IGNORE INTO list_content(hash, bytes) VALUES (?, ?)');
  const byVolume = Map.groupBy(wanted, ({ name }) => String(name));
  for (const [name, rows] of byVolume) {
    await withVolume(name, (volume) => {
      for (const { hash } of rows) {
        const key = Buffer.from(asBytes(hash));
        const entry = volume.entries.get(entryNameOf(key.toString('base64')));
        if (!entry) continue;
        const bytes = volume.read(entry, blocksize);
        if (createHash(nodeHash(blockHash)).update(bytes).digest().equals(key)) insert.run(key, bytes);
      }
    });
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('a column of bytes holds none');
}
