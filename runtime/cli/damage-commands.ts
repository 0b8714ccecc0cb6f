/** Commands that say what depends on volumes, and what is lost. */
import { type AffectedEntry, listAffected } from '../engine/list/entries.ts';
import type { ListedVersion } from '../engine/list/versions.ts';
import type { Call, CliCommand } from './command.ts';
import { formatPath, formatSize, formatWhen } from './format.ts';
import { isoOf } from './list-commands.ts';
import { NamedError } from './named-error.ts';
import { type OpenBackup, withBackup } from './open-backup.ts';
import { backupOptions } from './options.ts';

const url = 'file:///mnt/backup';

export const damageCommands: readonly CliCommand[] = [
  {
    name: 'affected',
    operands: ['<storage-URL>', '<volumes...>'],
    help: 'Show what depends on given volumes.',
    options: backupOptions,
    examples: [
      { line: `duplicati-cli affected ${url} duplicati-b0123abcd.dblock.zip.aes`, help: 'What would its loss cost?' },
    ],
    run: (call) =>
      withBackup(call, async (backup) => {
        const rows = call.words.slice(1).map((name) => volumeRow(backup, name));
        await reportAffected(call, backup, [...listAffected(backup.database, rows)]);
        return 0;
      }),
  },
  {
    name: 'list-broken-files',
    operands: ['<storage-URL>'],
    help: 'List files that cannot be restored, or not as they were.',
    options: backupOptions,
    examples: [{ line: `duplicati-cli list-broken-files ${url}`, help: 'What do missing volumes cost?' }],
    run: (call) =>
      withBackup(call, async (backup) => {
        const broken = brokenEntries(
          backup,
          backup.problems.map(({ volume }) => volume),
        );
        await reportAffected(call, backup, broken);
        return 0;
      }),
  },
];

/** What volumes cost that are not what they should be: what is in them, and what is in none. */
export function brokenEntries({ database }: Pick<OpenBackup, 'database'>, names: readonly string[]): AffectedEntry[] {
  const find = database.prepare("SELECT id FROM volume WHERE name = ? AND kind = 'dblock'");
  const rows = names.flatMap((name) => find.get(name)?.id ?? []).map(Number);
  const found = new Map<string, AffectedEntry>();
  for (const entry of [...listAffected(database, []), ...(rows.length > 0 ? listAffected(database, rows) : [])]) {
    found.set(`${entry.version}/${entry.path}/${entry.type}`, entry);
  }
  return [...found.values()];
}

export async function reportAffected(
  { output, progress }: Call,
  { versions }: Pick<OpenBackup, 'versions'>,
  entries: readonly AffectedEntry[],
): Promise<void> {
  progress.end();
  if (output.asJson) {
    await output.rows(entries, String, (entry) => affectedJson(entry, versions));
    return;
  }
  for (const version of versions) {
    const own = entries.filter((entry) => entry.version === version.id);
    if (own.length === 0) continue;
    await output.line(`Fileset ${version.number}: ${formatWhen(version.time)} (${own.length} match(es))`);
    for (const { path, type, size, isMetadata } of own) {
      const what = isMetadata ? 'its metadata' : type === 'File' ? formatSize(size) : type.toLowerCase();
      await output.line(`  ${formatPath(path)} (${what})`);
    }
  }
  await output.line(`A total of ${new Set(entries.map(({ path }) => path)).size} path(s) are affected`);
}

export function affectedJson(
  { path, type, size, version, isMetadata }: AffectedEntry,
  versions: readonly ListedVersion[],
) {
  const of = versions.find(({ id }) => id === version);
  return {
    path,
    type,
    size,
    lost: isMetadata ? 'metadata' : 'content',
    version: of?.number,
    time: of && isoOf(of.time),
  };
}

function volumeRow({ database }: OpenBackup, name: string): number {
  const row = database.prepare('SELECT id FROM volume WHERE name = ?').get(name);
  if (row) return Number(row.id);
  throw new NamedError('VolumeNotFound', `the backup has no file called ${name}`);
}
