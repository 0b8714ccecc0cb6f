import type { Machine } from '../engine/backup/backup.ts';
import type { VolumePlan } from '../engine/backup/block-writer.ts';
import { type Compaction, compactWhereWorth } from '../engine/maintain/maintain.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { compactOptions, readEngineOptions, uploadsAtOnce } from './backup-options.ts';
import { type Call, type CliCommand, WITH_WARNINGS } from './command.ts';
import { formatSize } from './format.ts';
import { withWritable } from './open-writable.ts';
import { backupOptions } from './options.ts';
import { damage, sayWarnings } from './output.ts';

export const compactCommand: CliCommand = {
  name: 'compact',
  operands: ['<storage-URL>'],
  help: 'Repack volumes that hold deleted data, where the rules say that it is worth it.',
  options: [
    ...compactOptions,
    { name: 'dry-run', aliases: ['dryrun'], help: 'Say what would be done, and do nothing.' },
    ...backupOptions,
  ],
  examples: [{ line: 'duplicati-cli compact file:///mnt/backup --threshold=10', help: 'Also where little is wasted.' }],
  run: runCompact,
};

/** Compacts by the rules that were given. */
export function compactIfWorth(
  machine: Machine,
  plan: VolumePlan,
  options: EngineOptions,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<Compaction> {
  return compactWhereWorth(machine, {
    ...plan,
    rules: {
      threshold: options.threshold,
      volumeSize: plan.volumeSize,
      smallFileSize: options['small-file-size'],
      smallFileMaxCount: options['small-file-max-count'],
    },
    uploadsAtOnce: uploadsAtOnce(options),
    dryRun,
    signal,
  });
}

async function runCompact(call: Call): Promise<number> {
  const { given, output, progress, signal } = call;
  const { options } = readEngineOptions(given);
  return withWritable(call, options, async (machine, plan) => {
    const { why, remove, rewrite, done } = await compactIfWorth(machine, plan, options, given.flag('dry-run'), signal);
    progress.end();
    await sayWarnings(output, 'Damaged: ', damage(done?.problems ?? []));
    if (output.asJson) await output.json({ why, remove, rewrite, done });
    else {
      await output.line(why);
      if (remove.length > 0) await output.line(`${remove.length} volumes hold nothing that is needed`);
      if (done) {
        const { deletedVolumes, deletedBytes, writtenVolumes, writtenBytes } = done;
        await output.line(
          `Deleted ${deletedVolumes} volumes (${formatSize(deletedBytes)}), wrote ${writtenVolumes} (${formatSize(writtenBytes)})`,
        );
      }
    }
    return (done?.problems.length ?? 0) > 0 ? WITH_WARNINGS : 0;
  });
}
