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
  const words = WORDS[sqliteCodeOf(thrown) ?? codeOf(thrown)];
  if (thrown instanceof UserError || !words) return thrown;
  return new NamedError(words.id, `${words.what}: ${messageOf(thrown)}`, SERIOUS, thrown);
}

/** The same where the local database is at hand: it is named. */
export function explainDatabaseError(thrown: unknown, file: string): unknown {
  const words = WORDS[sqliteCodeOf(thrown) ?? ''];
  return words ? new NamedError(words.id, `${words.what}: ${file}: ${messageOf(thrown)}`, SERIOUS, thrown) : thrown;
}

/** One name for both drivers' errors: the primary result code (https://www.sqlite.org/rescode.html). */
function sqliteCodeOf(thrown: unknown): string | undefined {
  const code = codeOf(thrown);
  const number = thrown instanceof Error && 'errcode' in thrown ? Number(thrown.errcode) & 0xff : undefined;
  return Object.keys(SQLITE).find((name) => number === SQLITE[name] || code === name || code.startsWith(`${name}_`));
}

const SQLITE: Readonly<Record<string, number>> = {
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_NOTADB: 26,
};

const DAMAGED = {
  id: 'DatabaseDamaged',
  what: 'the local database of this backup is damaged; move it away and run "repair", which reads it from the destination again',
};

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
  SQLITE_FULL: {
    id: 'DiskFull',
    what: 'the disk of the local database is full; make room and run it again, the next run goes on from here',
  },
  SQLITE_READONLY: { id: 'PermissionDenied', what: 'the local database cannot be written' },
  SQLITE_IOERR: { id: 'DiskError', what: 'the disk of the local database cannot be read or written' },
  SQLITE_CANTOPEN: { id: 'PermissionDenied', what: 'the local database cannot be opened' },
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
  EMFILE: { id: 'TooManyOpenFiles', what: 'too many files are open (ulimit -n)' },
};
