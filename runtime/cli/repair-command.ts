import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { listAffected } from '../engine/list/entries.ts';
import { listVersions } from '../engine/list/versions.ts';
import { type Repaired, repair } from '../engine/repair/repair.ts';
import { prepareDataFolder } from '../service/data-folder.ts';
import { readEngineOptions, uploadsAtOnce, volumeOptions } from './backup-options.ts';
import { type Call, type CliCommand, WITH_WARNINGS } from './command.ts';
import { affectedJson, reportAffected } from './damage-commands.ts';
import { formatPath } from './format.ts';
import { NamedError } from './named-error.ts';
import { localDatabaseFile, sayWhichDatabase, withRemote } from './open-backup.ts';
import { withWritable } from './open-writable.ts';
import { backupOptions } from './options.ts';
import { damage, sayWarnings } from './output.ts';
import { fillDatabase, makeDatabase } from './rebuild.ts';

export const repairCommand: CliCommand = {
  name: 'repair',
  operands: ['<storage-URL>'],
  help: 'Recreate the local database from the destination. Where there is one, write again what the destination lacks: lists and indexes from the database, blocks of missing volumes from wherever they still are, source files among them. What stays lost is named.',
  options: [
    { name: 'dry-run', aliases: ['dryrun'], help: 'Say what would be done, and do nothing.' },
    {
      name: 'rebuild-missing-dblock-files',
      help: 'Look for the blocks of missing volumes. Done unless it is =false.',
    },
    ...volumeOptions,
    ...backupOptions,
  ],
  examples: [
    { line: 'duplicati-cli repair file:///mnt/backup --dbpath=/var/lib/backup.sqlite', help: 'On a new machine.' },
    { line: 'duplicati-cli repair file:///mnt/backup --dry-run', help: 'What is missing?' },
  ],
  run: (call) => (existsSync(localDatabaseFile(call)) ? runRepair(call) : runRecreate(call)),
};

async function runRecreate(call: Call): Promise<number> {
  const { output, progress, given } = call;
  const file = localDatabaseFile(call);
  sayWhichDatabase(call, file);
  const { say } = progress;
  return withRemote(call, async (remote, volumes, _scratch, passphrase) => {
    if (given.flag('dry-run')) {
      progress.end();
      const text = `Would recreate ${file} from ${volumes.length} files at the destination`;
      if (output.asJson) await output.json({ dryRun: true, database: file, problems: [] });
      else await output.line(text);
      return 0;
    }
    if (!given.text('dbpath'))
      prepareDataFolder(path.dirname(path.dirname(file)), false, {
        error: say,
        warning: say,
        notice: say,
        information: say,
        verbose: say,
      });
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const { problems, versions } = await makeDatabase(file, async (database) => ({
      problems: await fillDatabase(database, remote, { prefix: given.text('prefix')!, passphrase }),
      versions: listVersions(database).length,
    }));
    progress.end();
    await sayWarnings(output, 'Damaged: ', damage(problems));
    if (output.asJson) {
      await output.json({
        database: file,
        versions,
        problems: problems.map(({ volume, error }) => ({ volume, message: error.message })),
      });
    } else await output.line(`Recreated ${file} with ${versions} version(s)`);
    return problems.length > 0 ? WITH_WARNINGS : 0;
  });
}

async function runRepair(call: Call): Promise<number> {
  const { given, output, progress, signal } = call;
  const { options } = readEngineOptions(given);
  const dryRun = given.flag('dry-run');
  return withWritable(call, options, async (machine, plan) => {
    const { database, remote } = machine;
    const isKnown =
      database.prepare("SELECT 1 FROM volume WHERE state IN ('uploaded', 'verified')").get() !== undefined;
    if (isKnown && (await remote.list()).length === 0)
      throw new NamedError(
        'EmptyRemoteLocation',
        'the destination is empty: is it the right one, and is it mounted? Nothing was changed',
      );
    const done = await repair(machine, {
      ...plan,
      uploadsAtOnce: uploadsAtOnce(options),
      dryRun,
      rebuild: given.text('rebuild-missing-dblock-files') !== 'false',
      report: (file) => progress.counting(0, 0, file),
      signal,
    });
    progress.end();
    const versions = listVersions(database);
    const lost = dryRun || done.lostBlocks === 0 ? [] : [...listAffected(database, [])];
    if (output.asJson) {
      const { missing, extra, made, deleted, lostBlocks } = done;
      await output.json({
        dryRun,
        missing: missing.map(({ name, why }) => ({ name, why })),
        extra,
        made,
        deleted,
        lostBlocks,
        lost: lost.map((entry) => affectedJson(entry, versions)),
        problems: missing.map(({ name, why }) => ({ volume: name, message: why })),
      });
    } else {
      for (const line of describe(done, dryRun)) await output.line(line);
      if (lost.length > 0) await reportAffected(call, { versions }, lost);
    }
    if (done.lostBlocks > 0 && !dryRun)
      throw new NamedError(
        'MissingDblockFiles',
        `${done.lostBlocks} blocks are nowhere any more; what that costs is named above. Everything else can be restored; purge-broken-files takes what is lost out of the versions`,
      );
    if (done.extra.length > 0)
      throw new NamedError(
        'ExtraRemoteFiles',
        `the local database does not know ${done.extra.length} files at the destination, which were left as they are; move ${localDatabaseFile(call)} away and call repair again to read everything anew`,
      );
    return 0;
  });
}

function* describe({ missing, extra, made, deleted, lostBlocks }: Repaired, dryRun: boolean): Generator<string> {
  for (const { name, why } of missing) yield `Missing: ${formatPath(name)}: ${why}`;
  for (const { name } of made) yield `${dryRun ? 'Would upload' : 'Uploaded'} ${formatPath(name)}`;
  for (const name of deleted) yield `Deleted ${formatPath(name)}: nothing needs it any more`;
  for (const name of extra) yield `Extra unknown file: ${formatPath(name)}`;
  if (dryRun && lostBlocks > 0) yield `${lostBlocks} blocks would be looked for in source files and other volumes`;
  if (missing.length === 0 && extra.length === 0) yield 'The local database and the destination agree';
}
