/** Commands that take something out of versions that are there. */
import { listVersions } from '../engine/list/versions.ts';
import { EmptyVersions, type PurgedEntry, purge } from '../engine/purge/purge.ts';
import { purgeBroken } from '../engine/purge/purge-broken.ts';
import { compactOptions, readEngineOptions, volumeOptions } from './backup-options.ts';
import { chooseVersions } from './choose-versions.ts';
import type { Call, CliCommand } from './command.ts';
import { compactIfWorth } from './compact-command.ts';
import { formatPath, formatSize, formatWhen } from './format.ts';
import { NamedError } from './named-error.ts';
import { withWritable } from './open-writable.ts';
import { backupOptions, filterOptions, versionOptions } from './options.ts';
import { readPathFilter } from './path-filter.ts';

const dryRunOption = { name: 'dry-run', aliases: ['dryrun'], help: 'Say what would be done, and do nothing.' } as const;
const fullRemoval = {
  name: 'allow-full-removal',
  help: 'Also where a version would be left without any file.',
} as const;
const noCompact = { name: 'no-auto-compact', help: 'Do not compact volumes afterwards.' } as const;

export const purgeCommands: readonly CliCommand[] = [
  {
    name: 'purge',
    operands: ['<storage-URL>', '[files...]'],
    help: 'Take files out of versions that are there: of all, or of those that --version or --time name. Each version is written again under the next second; what only those files needed goes when volumes are compacted.',
    options: [
      ...versionOptions,
      { name: 'all-versions', help: 'Of all versions, as without --version and --time.' },
      ...filterOptions,
      dryRunOption,
      fullRemoval,
      noCompact,
      ...compactOptions,
      ...volumeOptions,
      ...backupOptions,
    ],
    examples: [
      { line: "duplicati-cli purge file:///mnt/backup '*.iso' --dry-run", help: 'What would go, and how large is it?' },
      { line: 'duplicati-cli purge file:///mnt/backup /home/me/secret/ --version=0-3', help: 'A folder out of some.' },
    ],
    run: runPurge,
  },
  {
    name: 'purge-broken-files',
    operands: ['<storage-URL>'],
    help: 'Take what cannot be restored any more out of all versions, and forget the volumes that are missing. What lost only its metadata stays without it.',
    options: [
      dryRunOption,
      { name: 'allow-full-removal', help: 'Also delete versions of which nothing is left.' },
      { name: 'disable-replace-missing-metadata', help: 'Also take out what lost only its metadata.' },
      noCompact,
      ...compactOptions,
      ...volumeOptions,
      ...backupOptions,
    ],
    examples: [{ line: 'duplicati-cli purge-broken-files file:///mnt/backup --dry-run', help: 'What would go?' }],
    run: runPurgeBroken,
  },
];

async function runPurge(call: Call): Promise<number> {
  const { given, words, argv, output, progress, signal } = call;
  const filter = readPathFilter(words.slice(1), argv);
  if (filter.isEmpty)
    throw new NamedError(
      'EmptyFilterPurgeNotAllowed',
      'purge needs a path or a filter; whole versions are for "delete"',
      200,
    );
  const { options } = readEngineOptions(given, ['no-auto-compact']);
  const dryRun = given.flag('dry-run');
  return withWritable(call, options, async (machine, plan) => {
    const versions = listVersions(machine.database);
    const isChosen = !given.flag('all-versions') && (given.text('version') || given.text('time'));
    const chosen = isChosen ? chooseVersions(given, versions) : versions;
    const entries: PurgedEntry[] = [];
    const done = await explainEmpty('PurgeWouldRemoveEntireFileset', versions, () =>
      purge(machine, {
        ...plan,
        versions: chosen.map(({ id }) => id),
        isPurged: filter.isWanted,
        dryRun,
        allowEmpty: given.flag('allow-full-removal'),
        report: (entry) => void entries.push(entry),
        signal,
      }),
    );
    const compaction =
      dryRun || done.rewritten.length === 0 || options['no-auto-compact']
        ? undefined
        : await compactIfWorth(machine, plan, options, false, signal);
    progress.end();
    const numberOf = (version: number) => versions.find(({ id }) => id === version)?.number;
    if (output.asJson) {
      await output.json({
        dryRun,
        entries: entries.map(({ version, path, type, size }) => ({ version: numberOf(version), path, type, size })),
        rewritten: done.rewritten.map(({ version, ...rest }) => ({ version: numberOf(version), ...rest })),
        bytes: done.bytes,
        compaction,
      });
      return 0;
    }
    for (const { version, path, type, size } of entries)
      await output.line(
        `${dryRun ? 'Would purge' : 'Purged'} ${formatPath(path)} (${type === 'File' ? formatSize(size) : type.toLowerCase()}) of version ${numberOf(version)}`,
      );
    if (entries.length === 0) await output.line('Nothing fits the filter: no version was changed');
    else
      await output.line(
        `${dryRun ? 'Would take' : 'Took'} ${done.entries} entries (${formatSize(done.bytes)}) out of ${done.rewritten.length} version(s)`,
      );
    if (compaction?.done) await output.line(`Compacted: ${compaction.why}`);
    return 0;
  });
}

async function runPurgeBroken(call: Call): Promise<number> {
  const { given, output, progress, signal } = call;
  const { options } = readEngineOptions(given, ['no-auto-compact']);
  const dryRun = given.flag('dry-run');
  return withWritable(call, options, async (machine, plan) => {
    const versions = listVersions(machine.database);
    const done = await explainEmpty('AllFilesetsBroken', versions, () =>
      purgeBroken(machine, {
        ...plan,
        dryRun,
        allowFullRemoval: given.flag('allow-full-removal'),
        replaceMetadata: !given.flag('disable-replace-missing-metadata'),
        signal,
      }),
    );
    const compaction =
      dryRun || done.versions.length === 0 || options['no-auto-compact']
        ? undefined
        : await compactIfWorth(machine, plan, options, false, signal);
    progress.end();
    const rows = done.versions.map(({ version: id, ...rest }) => {
      const { number, time } = versions.find((one) => one.id === id)!; // a version with a broken file is one of them
      return { number, time, ...rest };
    });
    if (output.asJson) {
      await output.json({
        dryRun,
        missing: done.missing.map(({ name, why }) => ({ name, why })),
        versions: rows,
        compaction,
      });
      return 0;
    }
    for (const { name, why } of done.missing) await output.line(`Missing: ${formatPath(name)}: ${why}`);
    for (const { number, time, removed, stripped, isDeleted } of rows) {
      const what = isDeleted
        ? 'all of it is lost, it is deleted'
        : `${removed} entries taken out, ${stripped} left without metadata`;
      await output.line(`${dryRun ? 'Would change version' : 'Version'} ${number} (${formatWhen(time)}): ${what}`);
    }
    if (rows.length === 0) await output.line('Every file of every version can be restored');
    if (compaction?.done) await output.line(`Compacted: ${compaction.why}`);
    return 0;
  });
}

async function explainEmpty<Result>(
  id: string,
  versions: readonly { id: number; number: number }[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof EmptyVersions)) throw thrown;
    const numbers = versions.filter((one) => thrown.versions.includes(one.id)).map(({ number }) => number);
    throw new NamedError(
      id,
      `nothing would be left of version ${numbers.join(', ')}; nothing was changed. Delete it with "delete", or add --allow-full-removal`,
      undefined,
      thrown,
    );
  }
}
