import { openAesRange } from './aes-range.ts';
import { type ByteRange, openFileRange, readAhead } from './byte-range.ts';
import type { GpgOptions } from './gpg-call.ts';
import { openGpgRange } from './gpg-range.ts';
import { LARGEST_MANIFEST, MANIFEST, type Manifest, readManifest } from './manifest.ts';
import type { RemoteName } from './remote-name.ts';
import { damaged, VolumeError } from './volume-error.ts';
import { readPackedEntry, readZipEntry, zipEntryParts } from './zip-content.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import type { PackedContent } from './zip-writer.ts';

/** What is needed to read the volumes of one backup. */
export interface Keys {
  /** Absent where nothing is encrypted. */
  passphrase?: string;
  gpg: GpgOptions;
}

/** A volume that lies on this machine as it was at the destination. */
export interface Volume {
  readonly manifest: Manifest;
  /** By name, in the archive's order. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** All of an entry. @param limit most bytes that it may have. @throws VolumeError */
  read(entry: ZipEntry, limit: number): Buffer;
  /** All of an entry as it is compressed, after a look at what it holds. @throws VolumeError */
  readPacked(entry: ZipEntry, limit: number): PackedContent;
  /** An entry of any size, in parts. @throws VolumeError */
  parts(entry: ZipEntry): AsyncGenerator<Buffer>;
  close(): void;
}

/**
 * Decrypts, reads the directory and the manifest.
 * @param isKnown its bytes were held against a hash that nobody forges; they are not looked at again.
 * @throws VolumeError
 */
export async function openVolume(file: string, name: RemoteName, keys: Keys, isKnown = false): Promise<Volume> {
  if (name.compression !== 'zip') {
    throw new VolumeError('refused', `it is compressed by "${name.compression}"; only zip is read`);
  }
  const range = readAhead(await openPlain(file, name.encryption, keys, isKnown));
  try {
    const entries = readZipDirectory(range);
    const first = entries.get(MANIFEST);
    if (!first) throw damaged('it has no manifest');
    return {
      manifest: readManifest(readZipEntry(range, first, LARGEST_MANIFEST)),
      entries,
      read: (entry, limit) => readZipEntry(range, entry, limit),
      readPacked: (entry, limit) => readPackedEntry(range, entry, limit),
      parts: (entry) => zipEntryParts(range, entry),
      close: () => range.close(),
    };
  } catch (thrown) {
    range.close();
    throw thrown;
  }
}

/** A volume as a plain zip file. @throws VolumeError */
export async function openPlain(
  file: string,
  encryption: string | undefined,
  { passphrase, gpg }: Keys,
  isKnown: boolean,
): Promise<ByteRange> {
  if (encryption === undefined) return openFileRange(file);
  if (encryption !== 'aes' && encryption !== 'gpg') {
    throw new VolumeError('refused', `it is encrypted by "${encryption}"; aes and gpg are read`);
  }
  if (passphrase === undefined) throw new VolumeError('password', 'it is encrypted, and no passphrase was given');
  if (encryption === 'gpg') return openGpgRange(file, passphrase, gpg);
  const encrypted = openFileRange(file);
  try {
    return openAesRange(encrypted, passphrase, isKnown);
  } catch (thrown) {
    encrypted.close();
    throw thrown;
  }
}
