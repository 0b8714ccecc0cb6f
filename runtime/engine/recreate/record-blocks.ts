/** Writes which dblock holds which blocks into the local database. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import { bytesOf } from '../local-database/record-entries.ts';
import { hashOfEntryName } from '../volumes/hash-text.ts';
import { type IndexedVolume, LIST_FOLDER, readIndexedVolume, VOLUME_FOLDER } from '../volumes/index.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { damaged } from '../volumes/volume-error.ts';

/** Most bytes of an entry of `vol/`: a dblock of 2 GB in blocks of 1 KiB has 2 million, of 75 bytes each. */
const LARGEST_INDEX = 256 << 20;

export interface BlockRecorder {
  addIndex(name: string, dindex: Volume): void;
  /** A dblock that no dindex speaks of: its own directory has its blocks. @param fileHash of its file, with which it can get a dindex again */
  addVolume(name: string, dblock: Volume, fileHash: Buffer | undefined): void;
  isIndexed(dblock: string): boolean;
  /** Names of dblocks that a dindex speaks of and that are not there. */
  readonly missing: ReadonlySet<string>;
}

/** @param ids row of every volume that is at the destination. */
export function recordBlocks(database: LocalDatabase, ids: ReadonlyMap<string, number>): BlockRecorder {
  database.exec('CREATE TEMP TABLE list_content(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID');
  const block = database.prepare(
    `INSERT INTO block(hash, size, volume) VALUES (?, ?, ?)
     ON CONFLICT(hash, size) DO UPDATE SET volume = excluded.volume WHERE volume IS NULL`,
  );
  const content = database.prepare(
    `INSERT OR IGNORE INTO list_content(hash, bytes) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM stream_list WHERE hash = ?)`,
  );
  const facts = database.prepare('UPDATE volume SET size = ?, hash = ? WHERE id = ?');
  const ofFile = database.prepare('UPDATE volume SET hash = ? WHERE id = ?');
  const link = database.prepare('INSERT OR IGNORE INTO indexed_by(dblock, dindex) VALUES (?, ?)');
  const indexed = new Set<string>();
  const missing = new Set<string>();

  const addIndexed = (name: string, dindex: number, { blocks, file }: IndexedVolume) => {
    const id = ids.get(name);
    if (id === undefined) {
      missing.add(name);
      return;
    }
    indexed.add(name);
    for (const { hash, size } of blocks) block.run(bytesOf(hash), size, id);
    if (file) facts.run(file.size, bytesOf(file.hash), id);
    link.run(id, dindex);
  };
  return {
    missing,
    isIndexed: (name) => indexed.has(name),
    addIndex(name, dindex) {
      const { blocksize } = dindex.manifest;
      // Read whole before anything is recorded: one that is damaged at its end has told nothing.
      const [volumes, lists]: [[string, IndexedVolume][], [string, Buffer][]] = [[], []];
      for (const entry of dindex.entries.values()) {
        if (entry.name.startsWith(VOLUME_FOLDER)) {
          const bytes = dindex.read(entry, LARGEST_INDEX);
          volumes.push([entry.name.slice(VOLUME_FOLDER.length), readIndexedVolume(bytes, entry.name)]);
        } else if (entry.name.startsWith(LIST_FOLDER)) {
          const hash = hashOfEntryName(entry.name.slice(LIST_FOLDER.length));
          if (hash === undefined) throw damaged(`${entry.name} is no name of a blocklist`);
          lists.push([hash, dindex.read(entry, blocksize)]);
        }
      }
      database.transaction(() => {
        for (const [dblock, volume] of volumes) addIndexed(dblock, ids.get(name)!, volume);
        for (const [hash, bytes] of lists) content.run(bytesOf(hash), bytes, bytesOf(hash));
      });
    },
    addVolume(name, dblock, fileHash) {
      database.transaction(() => {
        if (fileHash) ofFile.run(fileHash, ids.get(name)!);
        for (const entry of dblock.entries.values()) {
          const hash = hashOfEntryName(entry.name);
          if (hash !== undefined) block.run(bytesOf(hash), entry.size, ids.get(name)!);
        }
      });
      indexed.add(name);
    },
  };
}
