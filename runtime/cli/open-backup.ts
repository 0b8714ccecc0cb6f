/** A backup, opened for reading: its destination, and what is in it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ListedVersion, listVersions } from '../engine/list/versions.ts';
import { ownDatabaseFile } from '../engine/local-database/foreign-database.ts';
import { type LocalDatabase, openLocalDatabase } from '../engine/local-database/local-database.ts';
import { type Problem, recreate } from '../engine/recreate/recreate.ts';
import { openRemote, type Remote, type RemoteVolume, type Source } from '../engine/remote/remote.ts';
import type { Manifest } from '../engine/volumes/manifest.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import { findDataFolder } from '../service/data-folder.ts';
import { StorageError } from '../storage/storage.ts';
import { askPassphrase } from './ask-passphrase.ts';
import { explainStorageError, openDestination, sourceOf } from './destination.ts';
import { explainVolumeError } from './explain.ts';
import { formatSize } from './format.ts';
import { readGpgOptions } from './gpg-options.ts';
import { NamedError } from './named-error.ts';
import type { GivenOptions } from './options.ts';
import type { Progress } from './progress.ts';

export interface OpenBackup {
  database: LocalDatabase;
  remote: Remote;
  manifest: Manifest;
  versions: ListedVersion[];
  /** Volumes at the destination. */
  volumes: RemoteVolume[];
  /** Volumes that are missing or could not be read, as far as that is known. */
  problems: Problem[];
}

export interface Opening {
  url: string;
  given: GivenOptions;
  progress: Progress;
  signal: AbortSignal;
}

/** Opens a backup for as long as `use` takes: by the local database, or where there is none by a temporary one. @throws UserError */
export async function withBackup<Result>(
  opening: Opening,
  use: (backup: OpenBackup) => Promise<Result>,
): Promise<Result> {
  return withRemote(opening, async (remote, volumes, scratch) => {
    const file = localDatabaseFile(opening);
    sayWhichDatabase(opening, file);
    const isLocal = !opening.given.flag('no-local-db') && existsSync(file);
    const database = await openLocalDatabase(isLocal ? file : path.join(scratch, 'database.sqlite'));
    try {
      const { manifest, problems } = isLocal
        ? await lookAt(database, remote, volumes)
        : await recreate(database, remote);
      return await use({ database, remote, manifest, problems, volumes, versions: listVersions(database) });
    } finally {
      database.close();
    }
  });
}

/** The destination alone, and a folder that is gone afterwards. What goes wrong with volumes becomes an error for people. */
export async function withRemote<Result>(
  { url, given, progress, signal }: Opening,
  use: (remote: Remote, volumes: RemoteVolume[], scratch: string, passphrase: string | undefined) => Promise<Result>,
): Promise<Result> {
  const prefix = given.text('prefix')!;
  const storage = await openDestination({ url, given, progress });
  const source = reported(sourceOf(storage), progress);
  const scratch = mkdtempSync(path.join(given.text('tempdir') ?? tmpdir(), 'duplicati-'));
  try {
    const options = { prefix, scratch, signal };
    const gpg = readGpgOptions(given);
    const volumes = await openRemote(source, { ...options, keys: { gpg } }).list();
    if (volumes.length === 0) throw await explainEmpty(source, prefix, url, signal);
    const passphrase = await askPassphrase(
      given,
      volumes.some(({ encryption }) => encryption !== undefined),
    );
    const keys = { gpg, ...(passphrase === undefined ? {} : { passphrase }) };
    return await use(openRemote(source, { ...options, keys }), volumes, scratch, passphrase);
  } catch (thrown) {
    if (thrown instanceof StorageError) throw explainStorageError(thrown);
    throw thrown instanceof VolumeError ? explainVolumeError(thrown) : thrown;
  } finally {
    await storage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** `--dbpath`, else one of our own for each destination and prefix, below the data folder. */
export function localDatabaseFile({ url, given }: Pick<Opening, 'url' | 'given'>): string {
  const named = given.text('dbpath');
  if (named) return ownDatabaseFile(path.resolve(named));
  // Behind the question mark are words that may change: options, and secrets among them.
  const key = `${url.split('?', 1)[0]!.replace(/\/+$/, '')}\n${given.text('prefix')}`;
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return path.join(findDataFolder(given.text('server-datafolder')), 'local-databases', `${name}.sqlite`);
}

/** Where `--dbpath` is a real Duplicati's database, says that another is used. */
export function sayWhichDatabase({ given, progress }: Pick<Opening, 'given' | 'progress'>, file: string): void {
  const named = given.text('dbpath');
  if (named && path.resolve(named) !== file)
    progress.say(`${path.resolve(named)} is the database of a Duplicati and is left untouched; ours is ${file}`);
}

/** What the local database says, held against what is there. Nothing is written. */
async function lookAt(
  database: LocalDatabase,
  remote: Remote,
  volumes: readonly RemoteVolume[],
): Promise<{ manifest: Manifest; problems: Problem[] }> {
  const there = new Map(volumes.map((volume) => [volume.name, volume.size]));
  const problems: Problem[] = [];
  for (const row of database
    .prepare("SELECT name, size FROM volume WHERE state IN ('uploaded', 'verified', 'missing')")
    .iterate()) {
    const [name, size] = [String(row.name), there.get(String(row.name))];
    const why =
      size === undefined
        ? 'it is not at the destination any more'
        : row.size !== null && size !== Number(row.size)
          ? `it has ${formatSize(size)} and should have ${formatSize(Number(row.size))}`
          : undefined;
    if (why) problems.push({ volume: name, error: new VolumeError('damaged', why) });
  }
  const damaged = new Set(problems.map(({ volume }) => volume));
  let first: unknown;
  for (const volume of volumes.toSorted((a, b) => a.size - b.size)) {
    if (damaged.has(volume.name)) continue;
    try {
      const opened = await remote.open(volume);
      opened.close();
      return { manifest: opened.manifest, problems };
    } catch (thrown) {
      first ??= thrown;
      if (!(thrown instanceof VolumeError) || thrown.reason === 'password') throw thrown;
    }
  }
  throw first ?? new NamedError('EmptyRemoteLocation', 'no volume at the destination can be read');
}

/** What people look for when nothing is there: the wrong folder, or the wrong prefix. */
async function explainEmpty(source: Source, prefix: string, url: string, signal: AbortSignal): Promise<NamedError> {
  const prefixes = new Set<string>();
  for await (const { name } of source.list(signal)) {
    const found = /^([^-]{1,100})-.*\.(?:dblock|dindex|dlist)\./.exec(name)?.[1];
    if (found && prefixes.size < 5) prefixes.add(found);
  }
  const hint =
    prefixes.size > 0
      ? `it holds backups with the prefix ${[...prefixes].map((one) => `"${one}"`).join(', ')}: give --prefix`
      : 'it holds no backup; is it the right folder?';
  return new NamedError(
    'EmptyRemoteLocation',
    `${url.split('?', 1)[0]} has no files of a backup with the prefix "${prefix}"; ${hint}`,
  );
}

function reported(source: Source, progress: Progress): Source {
  return {
    list: (signal) => {
      progress.say('Listing remote folder ...');
      return source.list(signal);
    },
    async get(name, file, signal) {
      signal.throwIfAborted();
      progress.fetching(name);
      await source.get(name, file, signal);
    },
  };
}
