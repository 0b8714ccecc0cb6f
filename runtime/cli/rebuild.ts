/** A local database, read from a destination that this machine does not know, and the folder that volumes lie in meanwhile. */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../engine/clock/clock.ts';
import { keepForm } from '../engine/local-database/kept-form.ts';
import { type LocalDatabase, openLocalDatabase } from '../engine/local-database/local-database.ts';
import { type Problem, recreate } from '../engine/recreate/recreate.ts';
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
 * A new local database. It is whole before it has its name: a run that ends in the middle leaves nothing that looks like one. Two runs that do this
 * at once each have a file of their own, and the first to end names it.
 * @param fill puts everything into it; the folder is for volumes that are looked at meanwhile.
 */
export async function makeDatabase<Result>(
  file: string,
  fill: (database: LocalDatabase, scratch: string) => Promise<Result>,
): Promise<Result> {
  removeUnfinished(file);
  const temporary = `${file}.new-${process.pid}-${randomBytes(6).toString('hex')}`;
  const database = await openLocalDatabase(temporary);
  try {
    makeEmpty(volumesFolder(temporary, undefined));
    const result = await fill(database, volumesFolder(temporary, undefined));
    database.close();
    linkUnlessThere(temporary, file);
    return result;
  } finally {
    database.close();
    remove(temporary);
  }
}

/** Fills it with what is at a destination. */
export async function fillDatabase(
  database: LocalDatabase,
  remote: Remote,
  { prefix, passphrase }: { prefix: string; passphrase: string | undefined },
): Promise<Problem[]> {
  const { manifest, problems } = await recreate(database, remote);
  const { blocksize, blockHash, fileHash } = manifest;
  const form = { prefix, blocksize, blockHash, fileHash, isEncrypted: passphrase !== undefined };
  keepForm(database, systemClock, form, passphrase);
  return problems;
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
