import { readdirSync } from 'node:fs';
import path from 'node:path';
import { SERIOUS, UserError } from '../../errors.ts';
import { type FileCalls, loadFileCalls } from '../../posix/file-calls.ts';
import { tryGiveMemoryBack } from '../../posix/give-memory-back.ts';
import type { Clock } from '../clock/clock.ts';
import type { Disk } from '../disk/disk.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Remote } from '../remote/remote.ts';
import { readAccounts } from '../scan/accounts.ts';
import { readMountPoints } from '../scan/mount-points.ts';
import { type Found, type Skipped, scan } from '../scan/scan.ts';
import { FILE_LIST, writeFileList } from '../volumes/file-list.ts';
import { FILESET, TASK_SETUP, writeFileset } from '../volumes/manifest.ts';
import { createVolume, encryptionOf, packContent } from '../volumes/volume-writer.ts';
import { addEntries, type Counts } from './add-entries.ts';
import { createBlockWriter, type VolumePlan } from './block-writer.ts';
import { listedEntries } from './list-writer.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { restoreIndexes } from './restore-indexes.ts';
import { type Sink, startUploads, type Uploads } from './uploads.ts';
import { beginVersion, completeUnfinished, lastVersion, unfinishedVersion, type Version } from './versions.ts';

export interface BackupOrder extends VolumePlan {
  sources: readonly string[];
  isWanted(path: string, found: Found): boolean;
  canSkip?(folder: string): boolean;
  isCompressed(name: string): boolean;
  /** Uploads at once. */
  uploadsAtOnce: number;
  /** Leave folders out in which there is nothing but folders, `--exclude-empty-folders`. */
  excludeEmptyFolders?: boolean;
  /** Record no metadata but where links point to, `--skip-metadata`. */
  skipMetadata?: boolean;
  /** Read files also where nothing of them seems to be new, `--disable-filetime-check`. */
  readAll?: boolean;
  /** Write a version also where nothing changed, `--upload-unchanged-backups`. */
  uploadUnchanged: boolean;
  /** Threads that read, hash and compress; without a number as many as help. */
  threads?: number;
  /** Configurations of backups, to be read again where all else is lost. */
  carries?: string;
  /** Said before each entry. */
  report(path: string, counts: Counts): void;
  /** Aborted when the run shall end soon and keep what it has: a version that is not full. */
  stop: AbortSignal;
  /** Aborted when it shall end at once. */
  kill: AbortSignal;
}

export interface BackedUp {
  /** Absent where nothing changed. */
  version?: Version;
  counts: Counts;
  /** True where `stop` ended it before everything was looked at. */
  isPartial: boolean;
  deleted: number;
  uploadedBytes: number;
  /** What is not in this version, or not as it should be. */
  skipped: Skipped[];
  lost: Reconciled['lost'];
}

export interface Machine {
  database: LocalDatabase;
  remote: Remote;
  sink: Sink;
  disk: Disk;
  clock: Clock;
}

/** Makes a new version at the destination. Whatever interrupts it, the next run goes on from what is there. */
export async function backup(machine: Machine, order: BackupOrder): Promise<BackedUp> {
  const { database, remote, sink, disk, clock } = machine;
  tryGiveMemoryBack();
  // Whatever lies there is an interrupted run's: the database lets in one run at a time.
  for (const name of readdirSync(order.scratch)) disk.remove(path.join(order.scratch, name));
  const found = await remote.list();
  const reconciled = reconcile(database, found);
  const { lost, unknown, unindexed } = reconciled;
  if (unknown.length > 0) throw unknownVolumes(unknown);
  await removeLeftovers(reconciled, sink, order.kill);
  const uploads = startUploads(database, sink, {
    most: order.uploadsAtOnce,
    signal: order.kill,
    remove: (file) => disk.remove(file),
  });
  const blocks = createBlockWriter({ database, disk, clock, uploads }, order);
  let isOpen = false;
  const begin = () => {
    database.exec('BEGIN IMMEDIATE');
    isOpen = true;
  };
  const commit = () => {
    database.exec('COMMIT');
    isOpen = false;
  };
  try {
    await restoreIndexes(machine, order, uploads, unindexed);
    const unfinished = unfinishedVersion(database);
    if (unfinished) {
      begin();
      const isUsable = completeUnfinished(database, unfinished, lastVersion(database));
      commit();
      if (isUsable) await uploadList(machine, order, uploads, unfinished, false);
    }
    const before = lastVersion(database);
    begin();
    const version = beginVersion(database, Math.floor(clock.now() / 1000), nameOf(order));
    const isSkipped = order.skipMetadata === true;
    const skipped: Skipped[] = [];
    const skip = (one: Skipped) => void skipped.push(one);
    const entries = scan({
      sources: order.sources,
      isWanted: order.isWanted,
      skip,
      ...(order.canSkip ? { canSkip: order.canSkip } : {}),
      excludeEmptyFolders: order.excludeEmptyFolders === true,
    });
    const {
      counts,
      deleted: gone,
      recordUnchanged,
    } = await addEntries(entries, {
      database,
      blocks,
      form: order.form,
      describer: { accounts: readAccounts(), mounts: readMountPoints(), calls: fileCalls(skip), isSkipped },
      readAll: order.readAll === true,
      version,
      before,
      isCompressed: order.isCompressed,
      skip,
      report: order.report,
      stop: order.stop,
      ...(order.threads === undefined ? {} : { threads: order.threads }),
    });
    const isPartial = order.stop.aborted;
    const deleted = isPartial ? 0 : gone;
    const result = { counts, isPartial, deleted, skipped, lost };
    if (before && !isPartial && !order.uploadUnchanged && deleted === 0 && !hasChanges(counts)) {
      blocks.discard();
      database.exec('ROLLBACK');
      isOpen = false;
      return { ...result, uploadedBytes: uploads.bytes };
    }
    recordUnchanged();
    await blocks.flush();
    commit();
    await uploads.done();
    await uploadList(machine, order, uploads, version, !isPartial);
    return { ...result, version, uploadedBytes: uploads.bytes };
  } catch (thrown) {
    blocks.discard();
    if (isOpen) rollBack(database);
    throw thrown;
  }
}

/** SQLite may have done it by itself, when the disk is full for one; what was thrown before says why. */
function rollBack(database: LocalDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {}
}

/** The list goes last: everything that it names is at the destination. */
async function uploadList(
  { database, disk, clock }: Machine,
  order: BackupOrder,
  uploads: Uploads,
  version: Version,
  isFull: boolean,
): Promise<void> {
  const file = path.join(order.scratch, version.name);
  const writer = createVolume(disk, clock, file, order.form);
  writer.add(FILESET, packContent(writeFileset(isFull), order.form.compression));
  if (order.carries !== undefined)
    writer.add(TASK_SETUP, packContent(Buffer.from(order.carries), order.form.compression));
  writer.addParts(FILE_LIST, writeFileList(listedEntries(database, version.id, order.form.manifest)));
  const { size, hash } = writer.finish();
  database.transaction(() => {
    database
      .prepare("UPDATE volume SET state = 'uploading', size = ?, hash = ? WHERE id = ?")
      .run(size, hash, version.volume);
    database.prepare('UPDATE version SET is_full = ? WHERE id = ?').run(isFull ? 1 : 0, version.id);
  });
  await uploads.add([{ id: version.volume, name: version.name, file }]);
  await uploads.done();
}

function nameOf({ prefix, form }: VolumePlan): { prefix: string; encryption?: string } {
  return { prefix, ...encryptionOf(form) };
}

function hasChanges(counts: Counts): boolean {
  return Object.entries(counts).some(([name, count]) => /^(?:added|modified)/.test(name) && count > 0);
}

/** Said once, and not for every entry. */
function fileCalls(skip: (one: Skipped) => void): FileCalls | undefined {
  try {
    return loadFileCalls();
  } catch (thrown) {
    const isWindows = process.platform === 'win32';
    skip({
      path: isWindows ? 'attributes and access rules of Windows' : 'extended attributes and holes',
      why: `they are not backed up${isWindows ? ' yet' : `: ${thrown instanceof Error ? thrown.message : ''}`}`,
    });
    return undefined;
  }
}

/** Somebody else writes to the destination, or the database is an older one. */
export class UnknownVolumes extends UserError {}

function unknownVolumes(names: readonly string[]): UserError {
  return new UnknownVolumes(
    `the destination has ${names.length} volumes that this machine's database does not know, such as ${names[0]}; ` +
      'another machine may back up to the same place, or the database is an older one: run "repair", or choose another folder or prefix',
    SERIOUS,
  );
}
