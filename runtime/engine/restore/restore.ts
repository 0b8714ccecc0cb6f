import { tryGiveMemoryBack } from '../../posix/give-memory-back.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Remote } from '../remote/remote.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { chooseEntries, commonFolder } from './choose-entries.ts';
import { fetchBlocks } from './fetch-blocks.ts';
import { finishEntries } from './finish-entries.ts';
import { useLocalBlocks } from './local-blocks.ts';
import { openTarget } from './target.ts';
import { createFileWriter } from './write-files.ts';

export interface RestoreOrder {
  /** Row of the version. */
  version: number;
  /** An absolute folder of this machine, into which everything goes without the folders that all of it has in common. */
  into: string;
  isWanted(path: string): boolean;
  /** Owner and mode as they were; without it files are this account's own, readable by nobody else. */
  permissions: boolean;
  /** No metadata at all: new files are this account's own, of now. */
  skipMetadata?: boolean;
  /** False for paths of this machine that nothing is restored to. */
  mayWrite?(file: string): boolean;
  /** True: all folders of a path are made below `into`. */
  keepPaths?: boolean;
  /** False: what is on the disk is not read again. */
  verify?: boolean;
  /** Whose blocks need not be fetched: those of files that are in the target (as where it is absent), and of the files that were backed up, too. */
  localBlocks?: 'none' | 'target' | 'sources';
  /** Bytes that are there, of how many, and what is worked on. */
  report?(bytes: number, total: number, path?: string): void;
  /** Ends the restore after what it is at; no file is left half done. */
  signal?: AbortSignal;
  /** What is there and differs is replaced; without it what comes from the backup gets another name. */
  overwrite: boolean;
}

/** Something that could not be restored as it was, and why. */
export interface Shortfall {
  path: string;
  /** `lost`: it is not there. `partly`: it is, but something of it is not as it was. */
  kind: 'lost' | 'partly';
  message: string;
}

export interface Restored {
  entries: number;
  /** Of files that were written. */
  bytes: number;
  /** Files that were there with the same content; they were not written. */
  kept: number;
  /** Bytes that other files of this machine had, so that they were not fetched. */
  local: number;
  shortfalls: Shortfall[];
}

/**
 * Restores entries of a version. Each volume is fetched once; a file gets its name when its last byte is there and its hash is right, so
 * that none is ever half there under its name. What a damaged or missing volume costs is in the answer; everything else is restored.
 */
export async function restore(
  database: LocalDatabase,
  remote: Remote,
  manifest: Manifest,
  order: RestoreOrder,
): Promise<Restored> {
  tryGiveMemoryBack();
  const entries = chooseEntries(database, order.version, order.isWanted);
  if (entries === 0) return { entries, bytes: 0, kept: 0, local: 0, shortfalls: [] };
  const prefix = order.keepPaths ? '' : commonFolder(database);
  const target = openTarget(order.into, order.mayWrite);
  const writer = createFileWriter(database, target, prefix, manifest.blocksize);
  try {
    const local = await useLocalBlocks(database, target, manifest, writer, { ...order, prefix });
    await fetchBlocks(database, remote, manifest, writer, { ...order, done: local });
    writer.close();
    const finished = await finishEntries(database, target, { ...order, prefix, manifest, writer });
    return { entries, ...finished, local };
  } finally {
    writer.close();
    writer.discard();
    target.close();
  }
}
