/** A backup that is in a bad way, in steps that a person looks at: every volume to a folder of this machine, an index of what is in them, then files. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import { recreate } from '../engine/recreate/recreate.ts';
import { openRemote, type Source } from '../engine/remote/remote.ts';
import { openPlain } from '../engine/volumes/open-volume.ts';
import { formatRemoteName, parseRemoteName } from '../engine/volumes/remote-name.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import { UserError } from '../errors.ts';
import { writeWhole } from '../storage/file/write-file.ts';
import { StorageError } from '../storage/storage.ts';
import { type Call, type CliCommand, WITH_WARNINGS } from './command.ts';
import { explainStorageError, openDestination, sourceOf } from './destination.ts';
import { explainVolumeError } from './explain.ts';
import { readGpgOptions } from './gpg-options.ts';
import { listCommands } from './list-commands.ts';
import { withRemote } from './open-backup.ts';
import { backupOptions, type CliOption, filterOptions, restoreOptions, versionOptions } from './options.ts';
import { damage, sayWarnings } from './output.ts';
import { restoreCommand } from './restore-command.ts';

/** The index, in the folder of the volumes. */
const INDEX = 'recovery-index.sqlite';
/** Bytes that are written at once. */
const PART = 1 << 20;

export const recoveryCommand: CliCommand = {
  name: 'recovery-tool',
  operands: ['<download|index|list|restore>', '<storage-URL or folder>', '[folder or filters...]'],
  help: 'Get files out of a backup whose indexes or local database cannot be relied on: "download URL FOLDER" fetches and decrypts all volumes that can be read, "index FOLDER" finds out from the volumes themselves which block lies where, "list FOLDER" and "restore FOLDER" work with that. Downloaded volumes are not encrypted any more.',
  options: [
    ...restoreOptions,
    ...versionOptions,
    ...filterOptions,
    { name: 'all-versions', help: 'List what fits in every version.' },
    ...backupOptions,
  ],
  examples: [
    {
      line: 'duplicati-cli recovery-tool download ssh://host/backup /mnt/large/rescue',
      help: 'What is there; again goes on.',
    },
    { line: 'duplicati-cli recovery-tool index /mnt/large/rescue', help: 'What is in it.' },
    {
      line: 'duplicati-cli recovery-tool restore /mnt/large/rescue --restore-path=/mnt/large/files',
      help: 'The newest version.',
    },
  ],
  run: runRecovery,
};

async function runRecovery(call: Call): Promise<number> {
  const [verb = '', place = '', ...more] = call.words;
  switch (verb.toLowerCase()) {
    case 'download':
      if (more.length !== 1) throw new UserError('recovery-tool download needs a storage-URL and a folder', 200);
      return download({ ...call, url: place }, path.resolve(more[0]!));
    case 'index':
      if (more.length > 0) throw new UserError('recovery-tool index needs a folder and nothing else', 200);
      return index(call, path.resolve(place));
    case 'list':
      return indexed(call, place, more, listCommands.find(({ name }) => name === 'list')!);
    case 'restore':
      return indexed(call, place, more, restoreCommand);
  }
  throw new UserError(`recovery-tool does download, index, list and restore, not "${verb}"`, 200);
}

/** Every volume by itself: what is wrong with one costs that one. */
async function download(call: Call, folder: string): Promise<number> {
  const { given, output, progress, signal } = call;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return withRemote(call, async (remote, volumes, _, passphrase) => {
    const keys = { gpg: readGpgOptions(given), ...(passphrase === undefined ? {} : { passphrase }) };
    const problems: { volume: string; error: Error }[] = [];
    let [written, kept] = [0, 0];
    for (const { name, size: _size, ...parts } of volumes) {
      const { encryption, ...plain } = parts;
      const target = path.join(folder, formatRemoteName(plain));
      if (existsSync(target)) {
        kept += 1;
        continue;
      }
      signal.throwIfAborted();
      try {
        const { file, remove } = await remote.bring({ name });
        try {
          const range = await openPlain(file, encryption, keys, false);
          try {
            await writeWhole(target, partsOf(range));
          } finally {
            range.close();
          }
        } finally {
          remove();
        }
        written += 1;
      } catch (thrown) {
        if (!(thrown instanceof VolumeError)) throw thrown;
        if (thrown.reason === 'password' && written + kept === 0) throw explainVolumeError(thrown);
        problems.push({ volume: name, error: thrown });
      }
    }
    progress.end();
    await sayWarnings(output, 'Not usable: ', damage(problems));
    if (output.asJson)
      await output.json({
        folder,
        written,
        kept,
        problems: problems.map(({ volume, error }) => ({ volume, message: error.message })),
      });
    else
      await output.line(
        `${written} volumes are in ${folder} now, ${kept} were there already, ${problems.length} cannot be used`,
      );
    return problems.length > 0 ? WITH_WARNINGS : 0;
  });
}

async function* partsOf(range: { size: number; read(at: number, length: number): Buffer }): AsyncGenerator<Buffer> {
  for (let at = 0; at < range.size; at += PART) yield range.read(at, Math.min(PART, range.size - at));
}

/** From lists and blocks alone: indexes are not asked, since they may be what is wrong. */
async function index(call: Call, folder: string): Promise<number> {
  const { given, output, progress, signal } = call;
  if (!existsSync(folder)) throw new UserError(`there is no folder ${folder}; "recovery-tool download" makes it`, 100);
  const storage = await openDestination({ url: addressOf(folder), given, progress });
  const scratch = mkdtempSync(path.join(given.text('tempdir') ?? tmpdir(), 'duplicati-'));
  const file = path.join(scratch, INDEX);
  try {
    const source = withoutIndexes(sourceOf(storage));
    const remote = openRemote(source, {
      prefix: given.text('prefix')!,
      keys: { gpg: readGpgOptions(given) },
      scratch,
      signal,
    });
    const database = await openLocalDatabase(file);
    let problems: { volume: string; error: Error }[];
    try {
      ({ problems } = await recreate(database, remote));
      database.exec(`VACUUM INTO '${path.join(folder, `${INDEX}.part`).replaceAll("'", "''")}'`);
    } finally {
      database.close();
    }
    renameSync(path.join(folder, `${INDEX}.part`), path.join(folder, INDEX));
    progress.end();
    await sayWarnings(output, 'Damaged: ', damage(problems));
    if (output.asJson)
      await output.json({
        index: path.join(folder, INDEX),
        problems: problems.map(({ volume, error }) => ({ volume, message: error.message })),
      });
    else await output.line(`${path.join(folder, INDEX)} knows what is in the volumes now`);
    return problems.length > 0 ? WITH_WARNINGS : 0;
  } catch (thrown) {
    if (thrown instanceof StorageError) throw explainStorageError(thrown);
    throw thrown instanceof VolumeError ? explainVolumeError(thrown) : thrown;
  } finally {
    await storage.close();
    rmSync(path.join(folder, `${INDEX}.part`), { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

function withoutIndexes(source: Source): Source {
  return {
    ...source,
    async *list(signal) {
      for await (const entry of source.list(signal)) if (parseRemoteName(entry.name)?.kind !== 'dindex') yield entry;
    },
  };
}

/** A command that reads, by the index of the folder. */
async function indexed(call: Call, place: string, filters: readonly string[], command: CliCommand): Promise<number> {
  const folder = path.resolve(place);
  const file = path.join(folder, INDEX);
  if (!existsSync(file)) throw new UserError(`there is no index of ${folder}; run "recovery-tool index" first`, 100);
  const { given } = call;
  const text = (name: CliOption) => (name === 'dbpath' ? file : name === 'no-local-db' ? undefined : given.text(name));
  const flag = (name: CliOption) => name === 'no-encryption' || (name !== 'no-local-db' && given.flag(name));
  return command.run({
    ...call,
    words: [addressOf(folder), ...filters],
    url: addressOf(folder),
    given: { ...given, text, flag },
  });
}

/** A folder as an address: what would end it, or stand for another character, is encoded. */
function addressOf(folder: string): string {
  return `file://${folder.replace(/[%?#]/g, encodeURIComponent)}`;
}
