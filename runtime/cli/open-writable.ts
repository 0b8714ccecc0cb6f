/** A backup, opened for writing: its destination, its local database, and the form that it keeps. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../engine/backup/backup.ts';
import type { VolumePlan } from '../engine/backup/block-writer.ts';
import { systemClock } from '../engine/clock/clock.ts';
import { systemDisk } from '../engine/disk/disk.ts';
import { isSamePassphrase, keepForm, readForm } from '../engine/local-database/kept-form.ts';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { openRemote } from '../engine/remote/remote.ts';
import { openGpgWriter } from '../engine/volumes/gpg-writer.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import { version } from '../paths.ts';
import { prepareDataFolder } from '../service/data-folder.ts';
import { StorageError } from '../storage/storage.ts';
import { watchStorage } from '../storage/watched-storage.ts';
import { agreeOnForm, chooseEncryption, readCompression, requireWritten } from './agree-on-form.ts';
import { askPassphrase } from './ask-passphrase.ts';
import type { Call } from './command.ts';
import { explainStorageError, openDestination, sourceOf } from './destination.ts';
import { explainDatabaseError, explainVolumeError } from './explain.ts';
import { readGpgOptions } from './gpg-options.ts';
import { NamedError } from './named-error.ts';
import { localDatabaseFile, sayWhichDatabase } from './open-backup.ts';
import { fillDatabase, makeDatabase, makeEmpty, volumesFolder } from './rebuild.ts';

/** Opens it for as long as `use` takes. A backup that this machine does not know is read from its destination first. @throws UserError */
export async function withWritable(
  call: Call,
  options: EngineOptions,
  use: (machine: Machine, plan: VolumePlan) => Promise<number>,
): Promise<number> {
  const { given, progress } = call;
  const prefix = given.text('prefix')!;
  const file = localDatabaseFile(call);
  sayWhichDatabase(call, file);
  if (!given.text('dbpath')) prepareFolderOf(file, progress.say);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const scratch = volumesFolder(file, given.text('tempdir'));
  const opened = await openDestination(call);
  const storage = call.watch ? watchStorage(opened, call.watch) : opened;
  const source = sourceOf(storage);
  const kill = new AbortController().signal;
  try {
    return await explained(file, async () => {
      await storage.createFolder(kill);
      const gpg = readGpgOptions(given);
      const volumes = await openRemote(source, { prefix, keys: { gpg }, scratch, signal: kill }).list();
      const passphrase = await askPassphrase(given, true);
      requireWritten(volumes, passphrase);
      const keys = { gpg, ...(passphrase === undefined ? {} : { passphrase }) };
      const openAt = (folder: string) => openRemote(source, { prefix, keys, scratch: folder, signal: kill });
      if (!existsSync(file) && volumes.length > 0) {
        progress.say('This machine does not know this backup: reading the destination ...');
        const problems = await makeDatabase(file, (database, folder) =>
          fillDatabase(database, openAt(folder), { prefix, passphrase }),
        );
        for (const { volume, error } of problems) progress.say(`Damaged: ${volume}: ${error.message}`);
      }
      // Its lock is that of the folder too: what lies there is of a run that has ended.
      const database = await openLocalDatabase(file);
      try {
        makeEmpty(scratch);
        const remote = openAt(scratch);
        const form = agreeOnForm(call, options, readForm(database), { prefix, isEncrypted: passphrase !== undefined });
        if (passphrase !== undefined && !isSamePassphrase(database, passphrase)) {
          throw new NamedError(
            'PassphraseChangeNotSupported',
            'the passphrase is another than that of this backup; it cannot be changed',
          );
        }
        const encryption = passphrase === undefined ? undefined : chooseEncryption(given, volumes, database);
        const startGpg = encryption === 'gpg' ? await openGpgWriter(passphrase!, gpg) : undefined;
        if (!readForm(database)) keepForm(database, systemClock, form, passphrase);
        const { blocksize, blockHash, fileHash } = form;
        const plan: VolumePlan = {
          prefix,
          form: {
            manifest: { version: 2, blocksize, blockHash, fileHash, appVersion: fourParts(version) },
            compression: readCompression(call, options),
            ...(passphrase === undefined ? {} : { passphrase }),
            ...(startGpg ? { gpg: startGpg } : {}),
          },
          volumeSize: options['dblock-size'],
          scratch,
        };
        return await use({ database, remote, sink: storage, disk: systemDisk, clock: systemClock }, plan);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
        database.close();
      }
    });
  } finally {
    await storage.close();
  }
}

async function explained<Result>(database: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof VolumeError) throw explainVolumeError(thrown);
    if (thrown instanceof StorageError) throw explainStorageError(thrown);
    throw explainDatabaseError(thrown, database);
  }
}

function prepareFolderOf(file: string, say: (text: string) => void): void {
  prepareDataFolder(path.dirname(path.dirname(file)), false, {
    error: say,
    warning: say,
    notice: say,
    information: say,
    verbose: say,
  });
}

/** `1.2.3` as the four numbers that Duplicati writes. */
function fourParts(text: string): string {
  const numbers = text.split(/[.-]/).filter((part) => /^\d+$/.test(part));
  return [...numbers, '0', '0', '0', '0'].slice(0, 4).join('.');
}
