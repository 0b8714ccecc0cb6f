import type { VolumeError } from '../engine/volumes/volume-error.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import { NamedError } from './named-error.ts';

/** What a volume's error means for the whole run. */
export function explainVolumeError(error: VolumeError): NamedError {
  if (error.reason === 'password') {
    return new NamedError(
      'WrongPassphrase',
      `the backup cannot be opened with this passphrase: ${error.message}`,
      SERIOUS,
      error,
    );
  }
  return new NamedError('DamagedRemoteFiles', `the backup cannot be read: ${error.message}`, SERIOUS, error);
}

/** Failures of the system, in words that say what to do. Everything else as it is. */
export function explainSystemError(thrown: unknown): unknown {
  const code = codeOf(thrown);
  const words = WORDS[code];
  if (thrown instanceof UserError || !words) return thrown;
  return new NamedError(words.id, `${words.what}: ${messageOf(thrown)}`, SERIOUS, thrown);
}

const WORDS: Readonly<Record<string, { id: string; what: string }>> = {
  ENOSPC: { id: 'DiskFull', what: 'the disk is full; make room and run it again, files that are done are not touched' },
  EDQUOT: { id: 'DiskFull', what: 'the quota of this account is used up' },
  EROFS: { id: 'ReadOnlyFileSystem', what: 'the file system can only be read' },
  EACCES: {
    id: 'PermissionDenied',
    what: 'this account may not do that; run it as another one or choose another folder',
  },
  EPERM: {
    id: 'PermissionDenied',
    what: 'this account may not do that; run it as another one or choose another folder',
  },
  EIO: { id: 'DiskError', what: 'the disk cannot be read or written' },
  ENOENT: { id: 'FolderMissing', what: 'a folder is not there' },
  ENOTDIR: { id: 'FolderMissing', what: 'a file stands where a folder has to be' },
  EEXIST: { id: 'FolderMissing', what: 'a file stands where a folder has to be' },
  EMFILE: { id: 'TooManyOpenFiles', what: 'too many files are open (ulimit -n)' },
};
