import type { LocalDatabase } from '../local-database/local-database.ts';
import { entryRows, recordEntries } from '../local-database/record-entries.ts';
import { hashOf, openBrought, type Remote, type RemoteVolume } from '../remote/remote.ts';
import { FILE_LIST, type ListEntry, readFileList } from '../volumes/file-list.ts';
import type { HashName } from '../volumes/hash-text.ts';
import { FILESET, LARGEST_MANIFEST, type Manifest, readFileset } from '../volumes/manifest.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { damaged, VolumeError } from '../volumes/volume-error.ts';
import { fillStreams } from './fill-streams.ts';
import { recordBlocks } from './record-blocks.ts';

/** A volume that could not be used, and why. */
export interface Problem {
  volume: string;
  error: VolumeError;
}

export interface Recreated {
  /** How this backup cuts and hashes. */
  manifest: Manifest;
  /** Damaged or missing volumes: what they held is lost, and everything else is there. */
  problems: Problem[];
}

const BATCH = 1000;

/**
 * Fills an empty local database from the destination: dlists, then dindexes, and of dblocks only what those do not tell.
 * @param isWanted which dlists; all without it.
 * @throws VolumeError when nothing can be read with this passphrase, or no list is left; the destination's errors
 */
export async function recreate(
  database: LocalDatabase,
  remote: Remote,
  isWanted: (dlist: RemoteVolume) => boolean = () => true,
): Promise<Recreated> {
  const volumes = await remote.list();
  const ids = recordVolumes(database, volumes);
  const problems: Problem[] = [];
  let manifest: Manifest | undefined;

  /** Opens a volume for as long as `use` takes. What is wrong with it is noted; a wrong passphrase ends everything. */
  async function withVolume(
    volume: RemoteVolume,
    use: (opened: Volume, hash?: Buffer) => Promise<void> | void,
    hashName?: HashName,
  ): Promise<void> {
    try {
      const opened: Volume & { fileHash?: Buffer } = hashName
        ? await openUnknown(remote, volume, hashName)
        : await remote.open(volume);
      try {
        manifest ??= opened.manifest;
        requireSame(manifest, opened.manifest);
        await use(opened, opened.fileHash);
      } finally {
        opened.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof VolumeError) || (thrown.reason === 'password' && manifest === undefined)) throw thrown;
      problems.push({ volume: volume.name, error: thrown });
    }
  }
  const ofKind = (kind: RemoteVolume['kind']) => volumes.filter((volume) => volume.kind === kind);

  for (const dlist of ofKind('dlist').filter(isWanted)) {
    await withVolume(dlist, (opened) => readVersion(database, ids.get(dlist.name)!, Number(dlist.ident), opened));
  }
  if (!manifest) {
    throw (
      problems[0]?.error ??
      damaged('the destination has no list of files (dlist) with this prefix; is it the right folder and prefix?')
    );
  }
  const blocks = recordBlocks(database, ids);
  for (const dindex of ofKind('dindex')) await withVolume(dindex, (opened) => blocks.addIndex(dindex.name, opened));
  for (const dblock of ofKind('dblock')) {
    if (blocks.isIndexed(dblock.name)) continue;
    await withVolume(dblock, (opened, hash) => blocks.addVolume(dblock.name, opened, hash), manifest.fileHash);
  }
  for (const name of blocks.missing)
    problems.push({ volume: name, error: damaged('it is not at the destination any more') });
  await fillStreams(database, manifest, (name, use) =>
    withVolume(volumes.find((volume) => volume.name === name)!, use),
  );
  return { manifest, problems };
}

/** One that no index tells the hash of. */
async function openUnknown(
  remote: Remote,
  volume: RemoteVolume,
  hashName: HashName,
): Promise<Volume & { fileHash: Buffer }> {
  const { file, remove } = await remote.bring(volume);
  try {
    const fileHash = await hashOf(file, hashName);
    const opened = await openBrought(file, remote.order(volume));
    const close = () => {
      opened.close();
      remove();
    };
    return { ...opened, fileHash, close };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

function recordVolumes(database: LocalDatabase, volumes: readonly RemoteVolume[]): Map<string, number> {
  const insert = database.prepare("INSERT INTO volume(name, kind, state, size) VALUES (?, ?, 'uploaded', ?)");
  return database.transaction(
    () => new Map(volumes.map(({ name, kind, size }) => [name, Number(insert.run(name, kind, size).lastRowId)])),
  );
}

/** A list that breaks in the middle leaves no version behind: what it holds would look deleted. */
async function readVersion(database: LocalDatabase, volume: number, time: number, opened: Volume): Promise<void> {
  const list = opened.entries.get(FILE_LIST);
  if (!list) throw damaged(`it has no ${FILE_LIST}`);
  const fileset = opened.entries.get(FILESET);
  const isFull = readFileset(fileset && opened.read(fileset, LARGEST_MANIFEST));
  const version = Number(
    database.prepare('INSERT INTO version(volume, time, is_full) VALUES (?, ?, ?)').run(volume, time, isFull ? 1 : 0)
      .lastRowId,
  );
  const rows = entryRows(database);
  try {
    let batch: ListEntry[] = [];
    for await (const entry of readFileList(opened.parts(list))) {
      batch.push(entry);
      if (batch.length < BATCH) continue;
      recordEntries(database, rows, version, batch);
      batch = [];
    }
    recordEntries(database, rows, version, batch);
  } catch (thrown) {
    database.transaction(() => {
      database.prepare('DELETE FROM version_entry WHERE version = ?').run(version);
      database.prepare('DELETE FROM version WHERE id = ?').run(version);
    });
    throw thrown;
  }
}

function requireSame(first: Manifest, other: Manifest): void {
  for (const name of ['blocksize', 'blockHash', 'fileHash'] as const) {
    if (first[name] !== other[name]) {
      throw new VolumeError('refused', `its ${name} is ${other[name]}, that of the other volumes ${first[name]}`);
    }
  }
}
