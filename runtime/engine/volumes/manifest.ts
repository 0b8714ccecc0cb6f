/** `manifest`, the first entry of every volume, and `fileset`, the second of a dlist. */
import { type HashName, isHashName } from './hash-text.ts';
import { countOf, markedJson, parseObject, textOf } from './json-text.ts';
import { formatTime, parseTime } from './time-text.ts';
import { damaged, VolumeError } from './volume-error.ts';

export const MANIFEST = 'manifest';
export const FILESET = 'fileset';
/** Where a dlist of Duplicati's server has configurations of backups. */
export const TASK_SETUP = 'extra/task-setup.json';
/** Most bytes of manifest or fileset. */
export const LARGEST_MANIFEST = 1 << 20;
/** Newest version of the format that is read, and the one that is written. */
const VERSION = 2;
/** Bounds of `--blocksize`. */
const [SMALLEST_BLOCK, LARGEST_BLOCK] = [1024, 2 ** 31 - 1];

export interface Manifest {
  version: 1 | 2;
  /** Seconds since 1970. */
  created: number;
  /** Bytes; fixed for the life of a backup, as are the hashes. */
  blocksize: number;
  blockHash: HashName;
  fileHash: HashName;
  appVersion: string;
}

/** @throws VolumeError */
export function readManifest(bytes: Buffer): Manifest {
  const object = parseObject(bytes, MANIFEST);
  const version = countOf(object, 'Version', MANIFEST);
  if (version !== 1 && version !== VERSION) {
    throw new VolumeError('refused', `its format has version ${version}; this program reads up to ${VERSION}`);
  }
  if (textOf(object, 'Encoding', MANIFEST) !== 'utf8') throw damaged('its manifest has an encoding other than utf8');
  const created = parseTime(textOf(object, 'Created', MANIFEST));
  if (created === undefined) throw damaged('its manifest has no time');
  const blocksize = countOf(object, 'Blocksize', MANIFEST);
  if (blocksize < SMALLEST_BLOCK || blocksize > LARGEST_BLOCK) throw damaged(`its blocks have ${blocksize} bytes`);
  return {
    version,
    created,
    blocksize,
    blockHash: hashOf(textOf(object, 'BlockHash', MANIFEST)),
    fileHash: hashOf(textOf(object, 'FileHash', MANIFEST)),
    appVersion: typeof object.AppVersion === 'string' ? object.AppVersion : '',
  };
}

export function writeManifest(manifest: Manifest): Buffer {
  return markedJson({
    Version: manifest.version,
    Created: formatTime(manifest.created),
    Encoding: 'utf8',
    Blocksize: manifest.blocksize,
    BlockHash: manifest.blockHash,
    FileHash: manifest.fileHash,
    AppVersion: manifest.appVersion,
  });
}

/** True of a version that was finished; false where it was stopped or put together after an interruption. @throws VolumeError */
export function readFileset(bytes: Buffer | undefined): boolean {
  if (bytes === undefined) return true;
  const isFull = parseObject(bytes, FILESET).IsFullBackup;
  if (typeof isFull !== 'boolean') throw damaged('its fileset does not say whether it is full');
  return isFull;
}

export function writeFileset(isFull: boolean): Buffer {
  return markedJson({ IsFullBackup: isFull });
}

function hashOf(name: string): HashName {
  if (!isHashName(name))
    throw new VolumeError('refused', `it is hashed by ${JSON.stringify(name)}, which is not known`);
  return name;
}
