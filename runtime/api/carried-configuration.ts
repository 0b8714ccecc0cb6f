import type { Backup, BackupOption } from '../backups/backup.ts';
import { optionNamed } from '../jobs/job-document.ts';
import { version } from '../paths.ts';
import { writeConfiguration } from './backup-json.ts';

/**
 * The configuration that a version takes along to its destination, as `store-task-config` says: of this backup or of all, with secrets or
 * without. Where the destination can be read by others, secrets go there only by the name that says so; without the option, nothing does.
 * @returns undefined for nothing
 */
export function writeCarried(
  backup: Backup,
  options: readonly BackupOption[],
  all: () => readonly Backup[],
): string | undefined {
  const isEncrypted =
    !/^(true|1|on|yes|)$/i.test(optionNamed(options, 'no-encryption') ?? 'false') &&
    optionNamed(options, 'encryption-module') !== '';
  const sent = optionNamed(options, 'store-task-config')?.trim().toLowerCase() || 'auto';
  const mode = sent === 'auto' ? (isEncrypted ? 'self' : 'none') : sent;
  if (!/^(self|all)(with(unencrypted)?secrets)?$/.test(mode)) return undefined;
  const takesSecrets = mode.endsWith('unencryptedsecrets') || (isEncrypted && mode.endsWith('secrets'));
  const taken = mode.startsWith('all') ? all() : [backup];
  return JSON.stringify(taken.map((one) => writeConfiguration(one, version, takesSecrets ? 'shown' : 'left out')));
}
