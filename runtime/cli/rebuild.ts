/** A local database, read from a destination that this machine does not know, and the folder that volumes lie in meanwhile. */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../engine/clock/clock.ts';
import { keepForm } from '../engine/local-database/kept-form.ts';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import { recreate } from '../engine/recreate/recreate.ts';
import type { Remote } from '../engine/remote/remote.ts';

/** Where the volumes of a backup lie that are made or looked at: beside its local database, or below `--tempdir` under a name of their own. */
export function volumesFolder(database: string, tempdir: string | undefined): string {
  if (tempdir === undefined) return `${database}.volumes`;
  const mark = createHash('sha256').update(path.resolve(database)).digest('hex').slice(0, 12);
  return path.join(tempdir, `${path.basename(database)}-${mark}.volumes`);
}

/** Makes a folder that nobody else can look into. What lay there goes. @throws {Error} EEXIST when another user was quicker */
export function makeEmpty(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
}

/**
 * Whole before it has its name: a run that ends in the middle leaves nothing that looks like a database. Two runs that do this at once each have a
 * file of their own, and the first to end names it.
 */
export async function rebuild(
  file: string,
  openAt: (scratch: string) => Remote,
  { prefix, passphrase }: { prefix: string; passphrase: string | undefined },
  say: (text: string) => void,
): Promise<void> {
  say('This machine does not know this backup: reading the destination ...');
  removeUnfinished(file);
  const temporary = `${file}.new-${process.pid}-${randomBytes(6).toString('hex')}`;
  const scratch = `${temporary}.volumes`;
  const database = await openLocalDatabase(temporary);
  try {
    makeEmpty(scratch);
    const { manifest, problems } = await recreate(database, openAt(scratch));
    for (const { volume, error } of problems) say(`Damaged: ${volume}: ${error.message}`);
    const { blocksize, blockHash, fileHash } = manifest;
    keepForm(
      database,
      systemClock,
      { prefix, blocksize, blockHash, fileHash, isEncrypted: passphrase !== undefined },
      passphrase,
    );
    database.close();
    linkUnlessThere(temporary, file);
  } finally {
    database.close();
    remove(temporary);
  }
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return; // another run was quicker
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw thrown;
    renameSync(from, to); // a file system without hard links
  }
}

/** What rebuilds left that were killed: those whose process is gone. */
function removeUnfinished(file: string): void {
  const start = `${path.basename(file)}.new-`;
  for (const name of readdirSync(path.dirname(file))) {
    const pid = name.startsWith(start) ? /^(\d+)-[0-9a-f]{12}$/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid !== undefined && !isRunning(Number(pid))) remove(path.join(path.dirname(file), name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(database: string): void {
  for (const suffix of ['', '-wal', '-shm', '.volumes']) rmSync(database + suffix, { recursive: true, force: true });
}
