import { type Change, compareVersions } from '../engine/list/entries.ts';
import { UserError } from '../errors.ts';
import { versionAt } from './choose-versions.ts';
import type { Call, CliCommand } from './command.ts';
import { formatPath, formatSize, formatWhen } from './format.ts';
import { isoOf } from './list-commands.ts';
import { withBackup } from './open-backup.ts';
import { backupOptions, filterOptions } from './options.ts';
import { readPathFilter } from './path-filter.ts';

/** Most paths of a kind without --full-result. */
const MOST_NAMED = 10;
const SIGNS = { added: '+', modified: '~', deleted: '-' } as const;

export const compareCommand: CliCommand = {
  name: 'compare',
  operands: ['<storage-URL>', '[base-version]', '[later-version]'],
  help: 'Show what changed between two versions; without numbers between the newest (0) and the one before (1).',
  options: [
    { name: 'full-result', help: `All paths, not the first ${MOST_NAMED}.` },
    ...filterOptions,
    ...backupOptions,
  ],
  examples: [
    { line: 'duplicati-cli compare file:///mnt/backup 5 0 --full-result', help: 'All that changed since version 5.' },
  ],
  run: runCompare,
};

function runCompare(call: Call): Promise<number> {
  const { words, given, output, progress, argv } = call;
  const [base = 1, later = 0] = words.slice(1).map(readNumber);
  const filter = readPathFilter([], argv);
  return withBackup(call, async ({ database, versions }) => {
    const [before, after] = [versionAt(versions, base), versionAt(versions, later)];
    const found: Record<Change['kind'], Change[]> = { added: [], modified: [], deleted: [] };
    for (const change of compareVersions(database, before.id, after.id)) {
      if (filter.isWanted(change.path)) found[change.kind].push(change);
    }
    progress.end();
    if (output.asJson) {
      const pathsOf = (kind: Change['kind']) => found[kind].map(({ path, type }) => ({ path, type }));
      await output.json({
        from: { version: before.number, time: isoOf(before.time), bytes: before.bytes },
        to: { version: after.number, time: isoOf(after.time), bytes: after.bytes },
        added: pathsOf('added'),
        modified: pathsOf('modified'),
        deleted: pathsOf('deleted'),
      });
      return 0;
    }
    await output.line('Listing changes');
    for (const { number, time } of [before, after]) await output.line(`  ${number}: ${formatWhen(time)}`);
    await output.line(`\nSize of backup ${before.number}: ${formatSize(before.bytes)}\n`);
    for (const kind of ['added', 'modified', 'deleted'] as const) {
      const changes = found[kind];
      if (changes.length === 0) continue;
      await output.line(`  ${changes.length} ${kind} entries:`);
      const shown = given.flag('full-result') ? changes : changes.slice(0, MOST_NAMED);
      for (const { path } of shown) await output.line(`  ${SIGNS[kind]} ${formatPath(path)}`);
      if (shown.length < changes.length)
        await output.line(`  ... and ${changes.length - shown.length} more (--full-result)`);
      await output.line('');
    }
    for (const kind of ['added', 'deleted', 'modified'] as const) {
      for (const [type, name] of [
        ['Folder', 'folders'],
        ['File', 'files'],
        ['Symlink', 'symlinks'],
      ] as const) {
        const count = found[kind].filter((change) => change.type === type).length;
        const title = `${kind[0]!.toUpperCase()}${kind.slice(1)} ${name}:`;
        if (count > 0) await output.line(`  ${title.padEnd(18)} ${count}`);
      }
    }
    await output.line(`Size of backup ${after.number}: ${formatSize(after.bytes)}`);
    return 0;
  });
}

function readNumber(word: string): number {
  if (/^\d{1,6}$/.test(word)) return Number(word);
  throw new UserError(`"${word}" is no number of a version; 0 is the newest`, 200);
}
