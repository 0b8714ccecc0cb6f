/** The form of a backup: what it was begun with holds, and what is asked for may not differ. */
import type { KeptForm } from '../engine/local-database/kept-form.ts';
import type { LocalDatabase } from '../engine/local-database/local-database.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import type { RemoteVolume } from '../engine/remote/remote.ts';
import { parseRemoteName } from '../engine/volumes/remote-name.ts';
import type { Compression } from '../engine/volumes/volume-writer.ts';
import { SERIOUS, UserError } from '../errors.ts';
import type { Call } from './command.ts';
import { readEncryptionModule } from './gpg-options.ts';
import { NamedError } from './named-error.ts';

const METHODS: Readonly<Record<string, Compression['method']>> = { None: 0, Deflate: 8, ZStandard: 93 };
/** zlib's level: a third of the time of Duplicati's 9, for some 5 % more bytes. */
const LEVEL = 4;

/** What was given, held against what the backup has been from its first version on. */
export function agreeOnForm(
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

export function readCompression({ given }: Call, options: EngineOptions): Compression {
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
export function requireWritten(volumes: readonly RemoteVolume[], passphrase: string | undefined): void {
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
export function chooseEncryption(
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
