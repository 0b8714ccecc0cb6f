import { applyRetention } from '../engine/maintain/maintain.ts';
import { UserError } from '../errors.ts';
import { compactOptions, here, readEngineOptions, retentionOptions } from './backup-options.ts';
import type { Call, CliCommand } from './command.ts';
import { compactIfWorth } from './compact-command.ts';
import { formatWhen } from './format.ts';
import { withWritable } from './open-writable.ts';
import { backupOptions } from './options.ts';

export const deleteCommand: CliCommand = {
  name: 'delete',
  operands: ['<storage-URL>'],
  help: 'Delete versions: those that are named, or that the rules of retention choose.',
  options: [
    { name: 'version', value: 'NUMBERS', help: 'Versions, 0 is the newest: 0 or 0,2-4.' },
    ...retentionOptions,
    { name: 'dry-run', aliases: ['dryrun'], help: 'Say what would be deleted, and do nothing.' },
    { name: 'no-auto-compact', help: 'Do not compact volumes afterwards.' },
    ...compactOptions,
    ...backupOptions,
  ],
  examples: [{ line: 'duplicati-cli delete file:///mnt/backup --version=3-5 --dry-run', help: 'What would go?' }],
  run: runDelete,
};

async function runDelete(call: Call): Promise<number> {
  const { given, output, progress, signal } = call;
  const { options } = readEngineOptions(given, ['version', 'no-auto-compact']);
  const dryRun = given.flag('dry-run');
  const rules = {
    versions: options.version,
    keepVersions: options['keep-versions'],
    keepTime: options['keep-time'],
    retentionPolicy: options['retention-policy'],
    allowFullRemoval: options['allow-full-removal'],
  };
  if (!rules.versions && !rules.keepVersions && !rules.keepTime && !rules.retentionPolicy) {
    throw new UserError('delete needs --version, --keep-versions, --keep-time or --retention-policy', 200);
  }
  return withWritable(call, options, async (machine, plan) => {
    const deleted = await applyRetention(machine, rules, here(), { dryRun, signal });
    const compaction =
      dryRun || deleted.length === 0 || options['no-auto-compact']
        ? undefined
        : await compactIfWorth(machine, plan, options, false, signal);
    progress.end();
    if (output.asJson) await output.json({ dryRun, deletedVersions: deleted, compaction });
    else {
      for (const { version, time, why } of deleted) {
        await output.line(`${dryRun ? 'Would delete' : 'Deleted'} version ${version} (${formatWhen(time)}): ${why}`);
      }
      if (deleted.length === 0) await output.line('No version is to be deleted');
      if (compaction?.done) await output.line(`Compacted: ${compaction.why}`);
    }
    return 0;
  });
}
