/** Commands that say what depends on volumes, and what is lost. */
import { createHash } from 'node:crypto';
import { type AffectedEntry, listAffected } from '../engine/list/entries.ts';
import type { ListedVersion } from '../engine/list/versions.ts';
import { HASHES, hashOfEntryName, nodeHash } from '../engine/volumes/hash-text.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import { SERIOUS, UserError } from '../errors.ts';
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
  {
    name: 'test',
    operands: ['<storage-URL>', '[samples]'],
    help: 'Verify volumes at a destination: every byte of each that is looked at. Names what is damaged, and the files and versions it costs. "all" looks at all.',
    options: backupOptions,
    examples: [
      { line: `duplicati-cli test ${url}`, help: 'One volume of each kind.' },
      { line: `duplicati-cli test ${url} all`, help: 'The whole backup.' },
    ],
    run: (call) => withBackup(call, (backup) => runTest(call, backup)),
  },
];

async function runTest(call: Call, backup: OpenBackup): Promise<number> {
  const { output, progress, signal } = call;
  const samples = readSamples(call.words[1] ?? '1');
  const damaged = new Map(backup.problems.map(({ volume, error }) => [volume, error.message]));
  const chosen = (['dlist', 'dindex', 'dblock'] as const).flatMap((kind) =>
    takeSome(
      backup.volumes.filter((volume) => volume.kind === kind),
      samples,
    ),
  );
  let done = 0;
  for (const volume of chosen) {
    signal.throwIfAborted();
    const why = damaged.get(volume.name) ?? (await findDamage(backup, volume.name));
    if (why !== undefined) damaged.set(volume.name, why);
    progress.done(++done, chosen.length, volume.name);
  }
  progress.end();
  if (damaged.size === 0) {
    if (output.asJson) await output.json({ examined: chosen.length, damaged: [], broken: [] });
    else await output.line(`Examined ${chosen.length} files and found no errors`);
    return 0;
  }
  const broken = brokenEntries(backup, [...damaged.keys()]);
  if (output.asJson) {
    await output.json({
      examined: chosen.length,
      damaged: [...damaged].map(([volume, message]) => ({ volume, message })),
      broken: broken.map((entry) => affectedJson(entry, backup.versions)),
    });
  } else {
    for (const [volume, message] of damaged)
      await output.line(`Damaged: ${formatPath(volume)}: ${formatPath(message)}`);
    await reportAffected(call, backup, broken);
  }
  const isMissing = [...damaged.values()].every((message) => /not at the destination/.test(message));
  throw new NamedError(
    isMissing ? 'MissingRemoteFiles' : 'DamagedRemoteFiles',
    `${damaged.size} of ${chosen.length} files at the destination are damaged or missing; what that costs is named above`,
    SERIOUS,
  );
}

/** Why a volume cannot be used; every byte of it is read. */
async function findDamage({ remote, database, manifest }: OpenBackup, name: string): Promise<string | undefined> {
  const hash = database.prepare('SELECT hash FROM volume WHERE name = ?').get(name)?.hash;
  const expected = hash instanceof Uint8Array ? { hash: Buffer.from(hash), hashName: manifest.fileHash } : undefined;
  try {
    const volume = await remote.open({ name }, expected);
    try {
      for (const entry of volume.entries.values()) {
        const key = entry.name.includes('.dblock.') ? undefined : hashOfEntryName(entry.name.replace(/^list\//, ''));
        if (key === undefined) {
          for await (const _part of volume.parts(entry)); // its own check sum is looked at
          continue;
        }
        const bytes = volume.read(entry, manifest.blocksize);
        const digest = createHash(nodeHash(manifest.blockHash)).update(bytes).digest('base64');
        if (Buffer.from(key, 'base64').length === HASHES[manifest.blockHash] && digest !== key) {
          return `block ${key} holds other bytes than it says`;
        }
      }
    } finally {
      volume.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof VolumeError)) throw thrown;
    return thrown.message;
  }
  return undefined;
}

/** What volumes cost that are not what they should be: what is in them, and what is in none. */
function brokenEntries({ database }: OpenBackup, names: readonly string[]): AffectedEntry[] {
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

function readSamples(word: string): number {
  if (word.toLowerCase() === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new UserError(`"${word}" is neither a number of samples nor "all"`, 200);
}

/** As many, without a pattern: another run looks at others. */
function takeSome<Item>(items: readonly Item[], count: number): Item[] {
  if (count >= items.length) return [...items];
  const rest = [...items];
  return Array.from({ length: count }, () => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!);
}
