import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { listVersions } from '../engine/list/versions.ts';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import { recreate } from '../engine/recreate/recreate.ts';
import { prepareDataFolder } from '../service/data-folder.ts';
import { type Call, type CliCommand, WITH_WARNINGS } from './command.ts';
import { formatPath } from './format.ts';
import { NamedError } from './named-error.ts';
import { localDatabaseFile, type OpenBackup, withBackup, withRemote } from './open-backup.ts';
import { backupOptions } from './options.ts';

export const repairCommand: CliCommand = {
  name: 'repair',
  operands: ['<storage-URL>'],
  help: 'Recreate the local database from the destination; where there is one, check it against the destination.',
  options: backupOptions,
  examples: [
    { line: 'duplicati-cli repair file:///mnt/backup --dbpath=/var/lib/backup.sqlite', help: 'On a new machine.' },
  ],
  run: (call) =>
    existsSync(localDatabaseFile(call)) ? withBackup(call, (backup) => checkDatabase(call, backup)) : runRecreate(call),
};

async function runRecreate(call: Call): Promise<number> {
  const { output, progress } = call;
  const file = localDatabaseFile(call);
  const { say } = progress;
  return withRemote(call, async (remote) => {
    // Whole before it has its name: a run that ends in the middle leaves nothing that looks like a database.
    const temporary = `${file}.${randomUUID()}`;
    if (!call.given.text('dbpath'))
      prepareDataFolder(path.dirname(path.dirname(file)), false, {
        error: say,
        warning: say,
        notice: say,
        information: say,
        verbose: say,
      });
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const database = await openLocalDatabase(temporary);
    try {
      const { problems } = await recreate(database, remote);
      const versions = listVersions(database).length;
      database.close();
      linkSync(temporary, file);
      progress.end();
      if (output.asJson) {
        await output.json({
          database: file,
          versions,
          problems: problems.map(({ volume, error }) => ({ volume, message: error.message })),
        });
      } else {
        for (const { volume, error } of problems)
          await output.line(`Damaged: ${formatPath(volume)}: ${formatPath(error.message)}`);
        await output.line(`Recreated ${file} with ${versions} version(s)`);
      }
      return problems.length > 0 ? WITH_WARNINGS : 0;
    } finally {
      database.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(temporary + suffix, { force: true });
    }
  });
}

async function checkDatabase(
  { output, progress, ...call }: Call,
  { database, volumes, problems }: OpenBackup,
): Promise<number> {
  progress.end();
  const known = database.prepare('SELECT 1 FROM volume WHERE name = ?');
  const extra = volumes.filter(({ name }) => !known.get(name)).map(({ name }) => name);
  const lost = problems.map(({ volume }) => volume);
  if (output.asJson) await output.json({ missing: lost, extra });
  else {
    for (const { volume, error } of problems)
      await output.line(`Damaged: ${formatPath(volume)}: ${formatPath(error.message)}`);
    for (const name of extra) await output.line(`Extra unknown file: ${formatPath(name)}`);
  }
  if (lost.length > 0) {
    throw new NamedError(
      'MissingDblockFiles',
      `${lost.length} files at the destination are missing or damaged; list-broken-files says what that costs`,
    );
  }
  if (extra.length > 0) {
    const file = localDatabaseFile({ ...call });
    throw new NamedError(
      'ExtraRemoteFiles',
      `the local database does not know ${extra.length} files at the destination; move ${file} away and call repair again to read everything anew`,
    );
  }
  if (!output.asJson) await output.line('The local database and the destination agree');
  return 0;
}
