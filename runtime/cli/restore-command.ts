import path from 'node:path';
import { restore, type Shortfall } from '../engine/restore/restore.ts';
import { SERIOUS, UserError } from '../errors.ts';
import { chooseVersions } from './choose-versions.ts';
import { type Call, type CliCommand, WITH_WARNINGS } from './command.ts';
import { formatDuration, formatSize, formatWhen } from './format.ts';
import { NamedError } from './named-error.ts';
import { withBackup } from './open-backup.ts';
import { backupOptions, filterOptions, restoreOptions, versionOptions } from './options.ts';
import { damage, sayWarnings } from './output.ts';
import { readPathFilter } from './path-filter.ts';

export const restoreCommand: CliCommand = {
  name: 'restore',
  operands: ['<storage-URL>', '[files...]'],
  help: 'Restore files from a destination. What a damaged or missing volume costs is said by name; everything else is restored.',
  options: [...restoreOptions, ...versionOptions, ...filterOptions, ...backupOptions],
  examples: [
    {
      line: 'duplicati-cli restore file:///mnt/backup --restore-path=/tmp/restored',
      help: 'All of the newest version.',
    },
    {
      line: "duplicati-cli restore file:///mnt/backup '*.odt' --version=3 --restore-path=/tmp/restored",
      help: 'Some files as they were three versions ago.',
    },
    {
      line: 'sudo duplicati-cli restore file:///mnt/backup /etc/ --overwrite --restore-permissions',
      help: 'A folder, back to where it was.',
    },
  ],
  run: runRestore,
};

async function runRestore(call: Call): Promise<number> {
  const { given, words, argv, output, progress, signal } = call;
  const filter = readPathFilter(words.slice(1), argv);
  const folder = given.text('restore-path');
  const began = performance.now();
  return withBackup(call, async ({ database, remote, manifest, versions, problems }) => {
    const [version, another] = chooseVersions(given, versions);
    if (!version || another) throw new UserError('--version: one version is restored at a time', 200);
    const { entries, bytes, kept, local, shortfalls } = await restore(database, remote, manifest, {
      version: version.id,
      into: path.resolve(folder ?? '/'),
      keepPaths: folder === undefined || given.flag('dont-compress-restore-paths'),
      isWanted: filter.isWanted,
      permissions: given.flag('restore-permissions'),
      skipMetadata: given.flag('skip-metadata'),
      overwrite: given.flag('overwrite'),
      verify: !given.flag('skip-restore-verification'),
      localBlocks: localBlocksOf(given),
      report: progress.done,
      signal,
      ...(call.mayWrite ? { mayWrite: call.mayWrite } : {}),
    });
    progress.end();
    if (entries === 0) {
      throw new NamedError('EmptyRestoreOperation', 'Restore selection matched zero files, nothing to restore');
    }
    const lost = shortfalls.filter(({ kind }) => kind === 'lost');
    const duration = (performance.now() - began) / 1000;
    await sayWarnings(output, 'Damaged: ', damage(problems));
    await sayWarnings(
      output,
      '',
      shortfalls.map((shortfall) => ({ id: 'RestoreShortfall', text: describe(shortfall) })),
    );
    if (output.asJson) {
      await output.json({
        version: { number: version.number, time: new Date(version.time * 1000).toISOString() },
        into: path.resolve(folder ?? '/'),
        entries,
        kept,
        bytes,
        local,
        seconds: duration,
        lost: lost.length,
        shortfalls,
        problems: problems.map(({ volume, error }) => ({ volume, message: error.message })),
      });
    } else {
      await output.line(
        `Restored ${entries - lost.length} of ${entries} entries (${formatSize(bytes)}) of version ${version.number} (${formatWhen(version.time)}) to ${path.resolve(folder ?? '/')}`,
      );
      if (kept > 0) await output.line(`${kept} files were there already with the same content`);
      if (local > 0) await output.line(`${formatSize(local)} were taken from files of this machine`);
      await output.line(`Duration of restore: ${formatDuration(duration)}`);
    }
    if (lost.length > 0) {
      const id = problems.some(({ error }) => /not at the destination/.test(error.message))
        ? 'MissingRemoteFiles'
        : 'RestoreIncomplete';
      throw new NamedError(
        id,
        `${lost.length} of ${entries} entries could not be restored; they are named above`,
        SERIOUS,
      );
    }
    return shortfalls.length > 0 || problems.length > 0 ? WITH_WARNINGS : 0;
  });
}

function describe({ path: name, kind, message }: Shortfall): string {
  return `${kind === 'lost' ? 'Not restored' : 'Restored in part'}: ${name}: ${message}`;
}

function localBlocksOf(given: Call['given']): 'none' | 'target' | 'sources' {
  if (given.flag('no-local-blocks')) return 'none';
  return given.flag('restore-with-local-blocks') || given.flag('patch-with-local-blocks') ? 'sources' : 'target';
}
