import type { Option } from '../command-line/arguments.ts';
import type { Machine } from '../engine/backup/backup.ts';
import type { VolumePlan } from '../engine/backup/block-writer.ts';
import { systemClock } from '../engine/clock/clock.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { countSamples } from '../engine/test/choose-volumes.ts';
import { type Tested, testVolumes } from '../engine/test/test.ts';
import { SERIOUS, UserError } from '../errors.ts';
import { readEngineOptions } from './backup-options.ts';
import { chooseVersions } from './choose-versions.ts';
import type { Call, CliCommand } from './command.ts';
import { affectedJson, brokenEntries, reportAffected } from './damage-commands.ts';
import { formatPath } from './format.ts';
import { NamedError } from './named-error.ts';
import { withBackup } from './open-backup.ts';
import { backupOptions, type CliOption, versionOptions } from './options.ts';

const depthOptions = [
  {
    name: 'backup-test-samples',
    value: 'NUMBER',
    help: 'Volumes of each kind that are looked at. Default: 1.',
  },
  {
    name: 'backup-test-percentage',
    value: 'PERCENT',
    help: 'As many of all volumes, where that is more. Default: 0.1.',
  },
  {
    name: 'full-remote-verification',
    value: 'WHAT',
    bare: 'True',
    help: 'Also what is in volumes, not only that they are what was uploaded: True, ListAndIndexes or IndexesOnly. Default: False.',
  },
  { name: 'full-block-verification', help: 'With that, every block instead of every fifth.' },
] as const satisfies readonly Option<CliOption>[];

/** Of a backup, which tests some volumes when it is done. */
export const verificationOptions: readonly Option<CliOption>[] = [
  ...depthOptions,
  { name: 'no-backend-verification', help: 'Do not test any volumes after the backup.' },
];

export const testCommand: CliCommand = {
  name: 'test',
  operands: ['<storage-URL>', '[samples]'],
  help: 'Verify volumes at a destination: as many of each kind, those that were looked at least often, or "all". Names what is damaged or missing, and the files and versions it costs.',
  options: [
    ...depthOptions,
    ...versionOptions,
    { name: 'dry-run', aliases: ['dryrun'], help: 'Do not remember what was looked at.' },
    ...backupOptions,
  ],
  examples: [
    { line: 'duplicati-cli test file:///mnt/backup', help: 'One volume of each kind.' },
    { line: 'duplicati-cli test file:///mnt/backup all', help: 'The whole backup, as it was uploaded.' },
    { line: 'duplicati-cli test file:///mnt/backup 5 --full-remote-verification', help: 'Five, and what is in them.' },
  ],
  run: runTest,
};

/** A few volumes after a backup, by its options. */
export async function testAfter(
  machine: Machine,
  plan: VolumePlan,
  options: EngineOptions,
  { progress, signal }: Pick<Call, 'progress' | 'signal'>,
): Promise<Tested | undefined> {
  if (options['no-backend-verification']) return undefined;
  const samples = countSamples(machine.database, options['backup-test-samples'], options['backup-test-percentage']);
  if (samples === 0) return undefined;
  return testVolumes(machine, {
    manifest: plan.form.manifest,
    samples,
    verification: options['full-remote-verification'],
    allBlocks: options['full-block-verification'],
    dryRun: false,
    report: (_done, _total, name) => progress.fetching(name),
    signal,
  });
}

async function runTest(call: Call): Promise<number> {
  const { given, output, progress, signal, words } = call;
  const { options } = readEngineOptions(
    given,
    depthOptions.map(({ name }) => name),
  );
  const asked = readSamples(words[1]);
  return withBackup(call, async (backup) => {
    const { database, remote, manifest, versions, problems } = backup;
    const isChosen = given.text('version') || given.text('time');
    const { examined, damaged, extra } = await testVolumes(
      { database, remote, clock: systemClock },
      {
        manifest,
        samples: asked ?? countSamples(database, options['backup-test-samples'], options['backup-test-percentage']),
        verification: options['full-remote-verification'],
        allBlocks: options['full-block-verification'],
        versions: isChosen ? chooseVersions(given, versions).map(({ id }) => id) : undefined,
        dryRun: given.flag('dry-run'),
        report: progress.done,
        signal,
      },
    );
    // Without a local database all lists and indexes were read before: what was wrong with them is known.
    const found = new Map(damaged.map(({ name, why }) => [name, why]));
    for (const { volume, error } of problems) if (!found.has(volume)) found.set(volume, error.message);
    progress.end();
    const broken = found.size === 0 ? [] : brokenEntries(backup, [...found.keys()]);
    if (output.asJson)
      await output.json({
        examined: examined.length,
        damaged: [...found].map(([volume, message]) => ({ volume, message })),
        extra,
        broken: broken.map((entry) => affectedJson(entry, versions)),
      });
    else if (found.size === 0) await output.line(`Examined ${examined.length} files and found no errors`);
    else {
      for (const [volume, message] of found)
        await output.line(`Damaged: ${formatPath(volume)}: ${formatPath(message)}`);
      await reportAffected(call, backup, broken);
    }
    if (!output.asJson) for (const name of extra) await output.line(`Extra unknown file: ${formatPath(name)}`);
    if (found.size === 0) return 0;
    const isMissing = [...found.values()].every((message) => /not at the destination/.test(message));
    throw new NamedError(
      isMissing ? 'MissingRemoteFiles' : 'DamagedRemoteFiles',
      `${found.size} files at the destination are damaged or missing; what that costs is named above`,
      SERIOUS,
    );
  });
}

function readSamples(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (word.toLowerCase() === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new UserError(`"${word}" is neither a number of samples nor "all"`, 200);
}
