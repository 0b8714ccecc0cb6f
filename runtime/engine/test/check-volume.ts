/** One volume, held against what the local database says of it. */
import { hash as hashAtOnce } from 'node:crypto';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { splitPath } from '../local-database/split-path.ts';
import type { Remote } from '../remote/remote.ts';
import { FILE_LIST, readFileList } from '../volumes/file-list.ts';
import { HASHES, hashOfEntryName, nodeHash } from '../volumes/hash-text.ts';
import { LIST_FOLDER, readIndexedVolume, VOLUME_FOLDER } from '../volumes/index.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { damaged, VolumeError } from '../volumes/volume-error.ts';
import type { Testable } from './choose-volumes.ts';

/** Most bytes of an entry of `vol/`. */
const LARGEST_INDEX = 256 << 20;

export interface Depth {
  /** Also what is in it, where its hash is that of the file that was uploaded. */
  contents: boolean;
  /** Of every so many blocks one is read; 1 reads all. */
  everyBlock: number;
}

/** Why a volume is not what it should be; undefined where it is. A wrong passphrase is thrown. @throws what the destination throws */
export async function checkVolume(
  { database, remote, manifest }: { database: LocalDatabase; remote: Remote; manifest: Omit<Manifest, 'created'> },
  { id, name, kind, hash }: Testable,
  { contents, everyBlock }: Depth,
): Promise<string | undefined> {
  try {
    if (hash && !contents) {
      await remote.verify({ name }, { hash, hashName: manifest.fileHash });
      return undefined;
    }
    const volume = await remote.open({ name }, hash ? { hash, hashName: manifest.fileHash } : undefined);
    try {
      for (const part of ['blocksize', 'blockHash', 'fileHash'] as const)
        if (volume.manifest[part] !== manifest[part])
          return `its ${part} is ${volume.manifest[part]}, not ${manifest[part]}`;
      if (kind === 'dlist') return await checkList(database, volume, id);
      if (kind === 'dindex') return checkIndex(database, volume, manifest, id);
      return await checkBlocks(database, volume, manifest, id, hash ? everyBlock : 1);
    } finally {
      volume.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof VolumeError)) throw thrown;
    return thrown.message;
  }
}

/** Every entry of the version is in the list as the database has it, and no other. */
async function checkList(database: LocalDatabase, volume: Volume, id: number): Promise<string | undefined> {
  const version = database.prepare('SELECT id FROM version WHERE volume = ?').get(id)?.id;
  if (version === undefined) return 'the local database has no version of it';
  const list = volume.entries.get(FILE_LIST);
  if (!list) throw damaged(`it has no ${FILE_LIST}`);
  const find = database.prepare(
    `SELECT content.hash AS hash, content.size AS size, metadata.hash AS metahash, modified FROM folder JOIN entry ON entry.folder = folder.id
     JOIN version_entry ON version_entry.entry = entry.id AND version_entry.version = ?
     LEFT JOIN stream AS content ON content.id = entry.content LEFT JOIN stream AS metadata ON metadata.id = entry.metadata
     WHERE folder.path = ? AND entry.name = ? AND entry.type = ?`,
  );
  let count = 0;
  for await (const entry of readFileList(volume.parts(list))) {
    count++;
    const { folder, name } = splitPath(entry.path);
    const rows = find.all(version!, folder, name, entry.type);
    const isKnown = rows.some(
      (row) =>
        isHash(row.metahash, entry.metadata?.hash) &&
        (entry.type !== 'File' ||
          (isHash(row.hash, entry.content.hash) && row.size === entry.content.size && row.modified === entry.time)),
    );
    if (!isKnown) return `it has another ${entry.path} than the local database`;
  }
  const { count: known } =
    database.prepare('SELECT count(*) AS count FROM version_entry WHERE version = ?').get(version!) ?? {};
  return Number(known) === count ? undefined : `it names ${count} entries, the local database ${known}`;
}

/** Every block that the database has in a dblock is in what the index says of it, and its blocklists are what they are called. */
function checkIndex(
  database: LocalDatabase,
  volume: Volume,
  { blocksize, blockHash }: Pick<Manifest, 'blocksize' | 'blockHash'>,
  id: number,
): string | undefined {
  const find = database.prepare('SELECT id, size, hash FROM volume WHERE name = ?');
  const blocks = database.prepare('SELECT hash, size FROM block WHERE volume = ?');
  const speaksOf = new Set(
    database
      .prepare('SELECT name FROM indexed_by JOIN volume ON volume.id = dblock WHERE dindex = ?')
      .all(id)
      .map((row) => String(row.name)),
  );
  for (const entry of volume.entries.values()) {
    if (entry.name.startsWith(LIST_FOLDER)) {
      const bytes = volume.read(entry, blocksize);
      if (hashOfEntryName(entry.name.slice(LIST_FOLDER.length)) !== hashAtOnce(nodeHash(blockHash), bytes, 'base64'))
        return `${entry.name} holds other bytes than it says`;
      continue;
    }
    if (!entry.name.startsWith(VOLUME_FOLDER)) {
      volume.read(entry, blocksize);
      continue;
    }
    const name = entry.name.slice(VOLUME_FOLDER.length);
    const indexed = readIndexedVolume(volume.read(entry, LARGEST_INDEX), entry.name);
    const dblock = find.get(name);
    speaksOf.delete(name);
    if (!dblock) continue; // one that is gone: what it said is of no use, and of no harm
    if (
      indexed.file &&
      dblock.hash !== null &&
      (!isHash(dblock.hash, indexed.file.hash) || indexed.file.size !== dblock.size)
    )
      return `it says that ${name} is another file than it is`;
    const listed = new Set(indexed.blocks.map(({ hash, size }) => `${hash} ${size}`));
    for (const { hash, size } of blocks.iterate(dblock.id!)) {
      if (!listed.has(`${textOf(hash)} ${size}`)) return `it lacks block ${textOf(hash)} of ${name}`;
    }
  }
  const [forgotten] = speaksOf;
  return forgotten === undefined ? undefined : `it says nothing of ${forgotten}`;
}

/** Every block is there with its size, and those that are read hold what their name says. */
async function checkBlocks(
  database: LocalDatabase,
  volume: Volume,
  { blocksize, blockHash }: Pick<Manifest, 'blocksize' | 'blockHash'>,
  id: number,
  every: number,
): Promise<string | undefined> {
  const sizes = new Map<string, number>();
  let number = 0;
  for (const entry of volume.entries.values()) {
    const hash = hashOfEntryName(entry.name);
    if (hash === undefined || Buffer.byteLength(hash, 'base64') !== HASHES[blockHash]) {
      for await (const _part of volume.parts(entry)); // its own check sum is looked at
      continue;
    }
    sizes.set(hash, entry.size);
    if (number++ % every !== 0) continue;
    const bytes = volume.read(entry, blocksize);
    if (hashAtOnce(nodeHash(blockHash), bytes, 'base64') !== hash)
      return `block ${hash} holds other bytes than it says`;
  }
  for (const { hash, size } of database.prepare('SELECT hash, size FROM block WHERE volume = ?').iterate(id)) {
    if (sizes.get(textOf(hash)) !== size) return `block ${textOf(hash)} is not in it`;
  }
  return undefined;
}

function isHash(bytes: unknown, text: string | undefined): boolean {
  return bytes instanceof Uint8Array ? textOf(bytes) === text : text === undefined;
}

function textOf(hash: unknown): string {
  if (!(hash instanceof Uint8Array)) throw new TypeError('a column of bytes holds none');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('base64');
}
