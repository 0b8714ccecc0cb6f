import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type BackedUp, backup, type Machine, UnknownVolumes } from '../engine/backup/backup.ts';
import type { VolumePlan } from '../engine/backup/block-writer.ts';
import { applySourceRules, KNOWN_ATTRIBUTES } from '../engine/filter/source-rules.ts';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import { applyRetention } from '../engine/maintain/maintain.ts';
import { uploadVerificationFile } from '../engine/maintain/verification-file.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { UserError } from '../errors.ts';
import {
  compactOptions,
  here,
  readEngineOptions,
  retentionOptions,
  sourceOptions,
  uploadsAtOnce,
  volumeOptions,
} from './backup-options.ts';
import { suppressWarnings, warnOfPath } from './backup-warnings.ts';
import { type Call, type CliCommand, WITH_ERRORS, WITH_WARNINGS } from './command.ts';
import { compactIfWorth } from './compact-command.ts';
import { readCompressedNames } from './compressed-names.ts';
import { formatDuration, formatPath, formatSize } from './format.ts';
import { NamedError } from './named-error.ts';
import { withWritable } from './open-writable.ts';
import { backupOptions, filterOptions } from './options.ts';
import { sayWarnings } from './output.ts';
import { askQuota, judgeQuota, quotaOptions } from './quota.ts';
import { readFilter } from './read-filter.ts';
import { testAfter, verificationOptions } from './test-command.ts';
import { verifyUploads } from './verify-uploads.ts';

/** Duplicati's exit codes: nothing changed, which is a success; stopped, with what was finished kept. */
const [UNCHANGED, STOPPED] = [1, 50];

export const backupCommand: CliCommand = {
  name: 'backup',
  operands: ['<storage-URL>', '<sources...>'],
  help: 'Back files and folders up to a destination, as a new version; where nothing changed there is none. Ctrl-C keeps what is finished, twice stops at once.',
  options: [
    ...filterOptions,
    ...retentionOptions,
    { name: 'dry-run', aliases: ['dryrun'], help: 'Read and count everything, and upload and change nothing.' },
    { name: 'abort-if-source-missing', help: 'Make no backup where one of several sources is not there.' },
    { name: 'no-auto-compact', help: 'Do not compact volumes after versions were deleted.' },
    { name: 'upload-unchanged-backups', help: 'Make a version also where nothing changed.' },
    ...sourceOptions,
    { name: 'upload-verification-file', help: 'Leave a list of all volumes with their hashes at the destination.' },
    {
      name: 'suppress-warnings',
      value: 'IDS',
      help: 'What is no warning, by the ids that a log has: PermissionDenied,FileLocked,PathNotFound,PathTooLong ...',
    },
    { name: 'list-verify-uploads', help: 'Ask the destination afterwards whether it lists all that was uploaded.' },
    { name: 'auto-vacuum', help: 'Give back unused room in the local database afterwards.' },
    ...volumeOptions,
    ...compactOptions,
    ...verificationOptions,
    ...quotaOptions,
    ...backupOptions,
  ],
  examples: [
    {
      line: 'duplicati-cli backup file:///mnt/backup /home --passphrase-file=/root/backup-passphrase --keep-versions=10',
      help: 'A folder to a mounted disk.',
    },
    {
      line: "duplicati-cli backup file:///mnt/backup /srv --exclude='*.tmp' --exclude='/srv/cache/'",
      help: 'Without some of it.',
    },
  ],
  run: runBackup,
};

async function runBackup(call: Call): Promise<number> {
  const { given, words, argv, output, progress, signal } = call;
  const sources = words.slice(1).map((source) => path.resolve(source));
  const { options } = readEngineOptions(given, [
    'no-auto-compact',
    'upload-unchanged-backups',
    'upload-verification-file',
    'auto-vacuum',
    'suppress-warnings',
    'list-verify-uploads',
    ...sourceOptions.map(({ name }) => name),
    ...verificationOptions.map(({ name }) => name),
    ...quotaOptions.map(({ name }) => name),
  ]);
  const filter = readFilter(argv);
  const began = performance.now();
  const rules = readSourceRules(options);
  const isCompressed = readCompressedNames(options['compression-extension-file']);
  requireSources(sources, given.flag('abort-if-source-missing'));
  const dryRun = given.flag('dry-run');
  const work = async (machine: Machine, plan: VolumePlan): Promise<number> => {
    const done = await explainUnknown(
      backup(machine, {
        ...plan,
        sources,
        isWanted: (place, { status }) => filter.match(place) === 'include' && rules.isWanted(place, status),
        canSkip: (folder) => filter.canSkipFolder(folder) || rules.canSkip(folder),
        isCompressed,
        uploadsAtOnce: uploadsAtOnce(options),
        ...(call.carries === undefined ? {} : { carries: call.carries }),
        excludeEmptyFolders: options['exclude-empty-folders'],
        skipMetadata: options['skip-metadata'],
        readAll: options['disable-filetime-check'],
        uploadUnchanged: options['upload-unchanged-backups'],
        report: (place, { examinedFiles, examinedBytes }) => progress.counting(examinedFiles, examinedBytes, place),
        stop: signal,
        kill: new AbortController().signal,
      }),
    );
    const retention = {
      keepVersions: options['keep-versions'],
      keepTime: options['keep-time'],
      retentionPolicy: options['retention-policy'],
      allowFullRemoval: options['allow-full-removal'],
    };
    const deleted = done.isPartial ? [] : await applyRetention(machine, retention, here(), { dryRun: false, signal });
    const compacted =
      dryRun || deleted.length === 0 || options['no-auto-compact']
        ? undefined
        : await compactIfWorth(machine, plan, options, false, signal);
    const tested = done.isPartial || dryRun ? undefined : await testAfter(machine, plan, options, call);
    if (options['upload-verification-file'] && !dryRun) await uploadVerificationFile(machine, plan, signal);
    if (options['auto-vacuum'] && !dryRun) machine.database.exec('VACUUM');
    const unlisted = options['list-verify-uploads'] && !dryRun ? await verifyUploads(machine) : [];
    const quota = done.isPartial || dryRun ? undefined : await askQuota(machine, options, signal);
    const room = quota && judgeQuota(quota, options['quota-warning-threshold']);
    progress.end();
    const seconds = (performance.now() - began) / 1000;
    const told = [
      ...done.lost.map(({ name, why }) => ({
        id: 'MissingRemoteFile',
        text: `${name}: ${why}; what it held is uploaded again where it is still here`,
      })),
      ...done.skipped.map(({ path: place, why }) => warnOfPath(place, why)),
      ...(compacted?.done?.problems ?? []).map(({ volume, error }) => ({
        id: 'DamagedRemoteFile',
        text: `${volume}: ${error.message}`,
      })),
      ...(tested?.damaged ?? []).map(({ name, why }) => ({
        id: 'DamagedRemoteFile',
        text: `${name}: ${why}; "repair" and "test all" say what that costs`,
      })),
      ...(room?.level === 'Warning' ? [room] : []),
    ];
    const warnings = suppressWarnings(output, told, options['suppress-warnings']);
    const errors = [...unlisted, ...(room?.level === 'Error' ? [room] : [])];
    await sayWarnings(output, 'Warning: ', warnings);
    await sayWarnings(output, 'Error: ', errors, 'Error');
    const result = {
      ...summary(done),
      dryRun,
      deletedVersions: deleted,
      compaction: compacted,
      tested,
      quota,
      warnings: warnings.map(({ text }) => text),
      errors: errors.map(({ text }) => text),
      seconds,
    };
    output.sum?.(result);
    if (output.asJson) {
      await output.json(result);
    } else {
      for (const line of describe(done)) await output.line(dryRun ? `Dry run: ${line}` : line);
      for (const { time, why } of deleted)
        await output.line(`Deleted the version of ${new Date(time * 1000).toISOString()}: ${why}`);
      if (compacted?.done) await output.line(`Compacted: ${compacted.why}`);
      await output.line(`Duration of backup: ${formatDuration(seconds)}`);
    }
    if (done.isPartial) return STOPPED;
    if (errors.length > 0) return WITH_ERRORS;
    if (warnings.length > 0) return WITH_WARNINGS;
    return done.version && !dryRun ? 0 : UNCHANGED;
  };
  return withWritable(call, options, async (machine, plan) => {
    if (!dryRun) return work(machine, plan);
    const rehearsed = await rehearse(machine, plan.scratch);
    try {
      return await work(rehearsed, plan);
    } finally {
      rehearsed.database.close();
    }
  });
}

/** @throws UserError for a policy or an attribute that is not there */
function readSourceRules(options: EngineOptions): ReturnType<typeof applySourceRules> {
  const attributes = options['exclude-files-attributes'] ?? [];
  const unknown = attributes.find((name) => !KNOWN_ATTRIBUTES.some((known) => known === name));
  if (unknown !== undefined)
    throw new UserError(`--exclude-files-attributes: files have no attribute ${unknown} here`, 200);
  if (options['symlink-policy'] === 'Follow')
    throw new UserError(
      '--symlink-policy=Follow cannot be used: a link that is followed can lead anywhere; name what it leads to as a source',
      200,
    );
  return applySourceRules({
    largest: options['skip-files-larger-than'],
    ignoreLinks: options['symlink-policy'] === 'Ignore',
    hardLinks: options['hardlink-policy'],
    attributes,
    markers: options['ignore-filenames'],
  });
}

/** The same backup, of which nothing lasts: a copy of the database, and a destination that takes everything and keeps nothing. */
async function rehearse(machine: Machine, scratch: string): Promise<Machine> {
  const folder = mkdtempSync(path.join(path.dirname(scratch), 'dry-run-'));
  const copy = path.join(folder, 'database.sqlite');
  try {
    machine.database.prepare('VACUUM INTO ?').run(copy);
    const database = await openLocalDatabase(copy);
    const close = () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { ...machine, database: { ...database, close }, sink: { put: async () => {}, delete: async () => {} } };
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
}

async function explainUnknown<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    throw thrown instanceof UnknownVolumes
      ? new NamedError('ExtraRemoteFiles', thrown.message, thrown.exitCode, thrown)
      : thrown;
  }
}

/** A backup of nothing would look as if everything had been deleted. */
function requireSources(sources: readonly string[], isEach: boolean): void {
  const missing = sources.filter((source) => !existsSync(source));
  if (missing.length === 0 || (missing.length < sources.length && !isEach)) return;
  throw new NamedError(
    isEach && missing.length < sources.length ? 'SourceIsMissing' : 'NoSources',
    `there is nothing at ${missing.map(formatPath).join(', ')}: no backup is made, or what is missing would look deleted`,
  );
}

function summary({ version, counts, isPartial, deleted, uploadedBytes }: BackedUp) {
  return {
    version: version ? new Date(version.time * 1000).toISOString() : null,
    ...counts,
    deletedEntries: deleted,
    uploadedBytes,
    isPartial,
  };
}

function* describe({ version, counts, deleted, uploadedBytes, isPartial }: BackedUp): Generator<string> {
  const { examinedFiles, examinedBytes, openedFiles, openedBytes, addedFiles, modifiedFiles } = counts;
  yield `Examined ${examinedFiles} files (${formatSize(examinedBytes)}), read ${openedFiles} of them (${formatSize(openedBytes)})`;
  yield `${addedFiles} files added, ${modifiedFiles} changed; ${deleted} entries are not there any more`;
  if (isPartial) yield 'Stopped before everything was looked at: this version is not complete';
  yield version
    ? `Uploaded ${formatSize(uploadedBytes)} as the version of ${new Date(version.time * 1000).toISOString()}`
    : 'Nothing changed: there is no new version';
}
