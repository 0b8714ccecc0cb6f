/** A backup, opened for writing: its destination, its local database, and the form that it keeps. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../engine/backup/backup.ts';
import type { VolumePlan } from '../engine/backup/block-writer.ts';
import { systemClock } from '../engine/clock/clock.ts';
import { systemDisk } from '../engine/disk/disk.ts';
import { isSamePassphrase, type KeptForm, keepForm, readForm } from '../engine/local-database/kept-form.ts';
import { type LocalDatabase, openLocalDatabase } from '../engine/local-database/local-database.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { recreate } from '../engine/recreate/recreate.ts';
import { openRemote, type Remote, type RemoteVolume } from '../engine/remote/remote.ts';
import { openGpgWriter } from '../engine/volumes/gpg-writer.ts';
import { parseRemoteName } from '../engine/volumes/remote-name.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import type { Compression } from '../engine/volumes/volume-writer.ts';
import { SERIOUS, UserError } from '../errors.ts';
import { version } from '../paths.ts';
import { prepareDataFolder } from '../service/data-folder.ts';
import { StorageError } from '../storage/storage.ts';
import { watchStorage } from '../storage/watched-storage.ts';
import { askPassphrase } from './ask-passphrase.ts';
import type { Call } from './command.ts';
import { explainStorageError, openDestination, sourceOf } from './destination.ts';
import { explainVolumeError } from './explain.ts';
import { readEncryptionModule, readGpgOptions } from './gpg-options.ts';
import { NamedError } from './named-error.ts';
import { localDatabaseFile, sayWhichDatabase } from './open-backup.ts';

const METHODS: Readonly<Record<string, Compression['method']>> = { None: 0, Deflate: 8, ZStandard: 93 };
/** zlib's level: a third of the time of Duplicati's 9, for some 5 % more bytes. */
const LEVEL = 4;

/** Opens it for as long as `use` takes. A backup that this machine does not know is read from its destination first. @throws UserError */
export async function withWritable(
  call: Call,
  options: EngineOptions,
  use: (machine: Machine, plan: VolumePlan) => Promise<number>,
): Promise<number> {
  const { given, progress } = call;
  const prefix = given.text('prefix')!;
  const file = localDatabaseFile(call);
  sayWhichDatabase(call, file);
  if (!given.text('dbpath')) prepareFolderOf(file, progress.say);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const scratch = `${file}.volumes`;
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const opened = await openDestination(call);
  const storage = call.watch ? watchStorage(opened, call.watch) : opened;
  const source = sourceOf(storage);
  const kill = new AbortController().signal;
  try {
    return await explained(async () => {
      await storage.createFolder(kill);
      const gpg = readGpgOptions(given);
      const volumes = await openRemote(source, { prefix, keys: { gpg }, scratch, signal: kill }).list();
      const passphrase = await askPassphrase(given, true);
      requireWritten(volumes, passphrase);
      const keys = { gpg, ...(passphrase === undefined ? {} : { passphrase }) };
      const remote = openRemote(source, { prefix, keys, scratch, signal: kill });
      if (!existsSync(file) && volumes.length > 0) await rebuild(file, remote, { prefix, passphrase }, progress.say);
      const database = await openLocalDatabase(file);
      try {
        const form = agreeOnForm(call, options, readForm(database), { prefix, isEncrypted: passphrase !== undefined });
        if (passphrase !== undefined && !isSamePassphrase(database, passphrase)) {
          throw new NamedError(
            'PassphraseChangeNotSupported',
            'the passphrase is another than that of this backup; it cannot be changed',
          );
        }
        const encryption = passphrase === undefined ? undefined : chooseEncryption(given, volumes, database);
        const startGpg = encryption === 'gpg' ? await openGpgWriter(passphrase!, gpg) : undefined;
        if (!readForm(database)) keepForm(database, systemClock, form, passphrase);
        const { blocksize, blockHash, fileHash } = form;
        const plan: VolumePlan = {
          prefix,
          form: {
            manifest: { version: 2, blocksize, blockHash, fileHash, appVersion: fourParts(version) },
            compression: readCompression(call, options),
            ...(passphrase === undefined ? {} : { passphrase }),
            ...(startGpg ? { gpg: startGpg } : {}),
          },
          volumeSize: options['dblock-size'],
          scratch,
        };
        return await use({ database, remote, sink: storage, disk: systemDisk, clock: systemClock }, plan);
      } finally {
        database.close();
      }
    });
  } finally {
    await storage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Whole before it has its name: a run that ends in the middle leaves nothing that looks like a database. */
async function rebuild(
  file: string,
  remote: Remote,
  { prefix, passphrase }: { prefix: string; passphrase: string | undefined },
  say: (text: string) => void,
): Promise<void> {
  say('This machine does not know this backup: reading the destination ...');
  const temporary = `${file}.new`;
  const removeAll = () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(temporary + suffix, { force: true });
  };
  removeAll();
  const database = await openLocalDatabase(temporary);
  try {
    const { manifest, problems } = await recreate(database, remote);
    for (const { volume, error } of problems) say(`Damaged: ${volume}: ${error.message}`);
    const { blocksize, blockHash, fileHash } = manifest;
    keepForm(
      database,
      systemClock,
      { prefix, blocksize, blockHash, fileHash, isEncrypted: passphrase !== undefined },
      passphrase,
    );
    database.close();
    renameSync(temporary, file);
  } finally {
    database.close();
    removeAll();
  }
}

/** What was given, held against what the backup has been from its first version on. */
function agreeOnForm(
  { given }: Call,
  options: EngineOptions,
  kept: KeptForm | undefined,
  now: Pick<KeptForm, 'prefix' | 'isEncrypted'>,
): KeptForm {
  const asked: KeptForm = {
    ...now,
    blocksize: options.blocksize,
    blockHash: options['block-hash-algorithm'],
    fileHash: options['file-hash-algorithm'],
  };
  if (!kept) return asked;
  const names = { blocksize: 'blocksize', blockHash: 'block-hash-algorithm', fileHash: 'file-hash-algorithm' } as const;
  for (const [member, option] of Object.entries(names) as [keyof typeof names, (typeof names)[keyof typeof names]][]) {
    if (given.text(option) !== undefined && asked[member] !== kept[member]) {
      throw new NamedError(
        'ParameterChangeNotSupported',
        `--${option} is ${kept[member]} in this backup and cannot be changed; leave it out, or begin another backup`,
      );
    }
  }
  if (kept.prefix !== now.prefix || kept.isEncrypted !== now.isEncrypted) {
    const what = kept.isEncrypted ? 'is encrypted' : 'is not encrypted';
    throw new NamedError(
      kept.isEncrypted && !now.isEncrypted ? 'PassphraseRemovalNotSupported' : 'PassphraseChangeNotSupported',
      `this backup (prefix "${kept.prefix}") ${what}, and that cannot be changed`,
    );
  }
  return kept;
}

function readCompression({ given }: Call, options: EngineOptions): Compression {
  const method = METHODS[options['zip-compression-method']];
  if (method === undefined) {
    throw new UserError(
      `--zip-compression-method=${options['zip-compression-method']} is not written; Deflate, ZStandard and None are`,
      200,
    );
  }
  const level = given.text('zip-compression-level') === undefined ? LEVEL : Number(options['zip-compression-level']);
  return { method: level === 0 && method === 8 ? 0 : method, level: Math.max(level, 1) };
}

/** @throws UserError for volumes that nobody here can encrypt, NamedError where a passphrase came or went */
function requireWritten(volumes: readonly RemoteVolume[], passphrase: string | undefined): void {
  const other = volumes.find(({ encryption = 'aes' }) => encryption !== 'aes' && encryption !== 'gpg');
  if (other)
    throw new UserError(`this backup is encrypted by ${other.encryption}; only aes and gpg are known`, SERIOUS);
  const isEncrypted = volumes[0]?.encryption !== undefined;
  if (volumes.length > 0 && isEncrypted !== (passphrase !== undefined)) {
    throw new NamedError(
      isEncrypted ? 'PassphraseRemovalNotSupported' : 'PassphraseChangeNotSupported',
      `the backup there is ${isEncrypted ? '' : 'not '}encrypted, and that cannot be changed`,
    );
  }
}

/** What new volumes are encrypted by: what those that are there are, else what was asked for. @throws NamedError where these differ */
function chooseEncryption(
  given: Call['given'],
  volumes: readonly RemoteVolume[],
  database: LocalDatabase,
): 'aes' | 'gpg' {
  const asked = readEncryptionModule(given) || undefined;
  const known = database.prepare("SELECT name FROM volume WHERE state <> 'temporary' LIMIT 1").get()?.name;
  const there =
    volumes[0]?.encryption ?? (known === undefined ? undefined : parseRemoteName(String(known))?.encryption);
  if (there === undefined) return asked ?? 'aes';
  const kept = there === 'gpg' ? 'gpg' : 'aes';
  if (asked === undefined || asked === kept) return kept;
  throw new NamedError(
    'ParameterChangeNotSupported',
    `--encryption-module is ${kept} in this backup and cannot be changed; leave it out, or begin another backup`,
  );
}

async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof VolumeError) throw explainVolumeError(thrown);
    if (thrown instanceof StorageError) throw explainStorageError(thrown);
    throw thrown;
  }
}

function prepareFolderOf(file: string, say: (text: string) => void): void {
  prepareDataFolder(path.dirname(path.dirname(file)), false, {
    error: say,
    warning: say,
    notice: say,
    information: say,
    verbose: say,
  });
}

/** `1.2.3` as the four numbers that Duplicati writes. */
function fourParts(text: string): string {
  const numbers = text.split(/[.-]/).filter((part) => /^\d+$/.test(part));
  return [...numbers, '0', '0', '0', '0'].slice(0, 4).join('.');
}
