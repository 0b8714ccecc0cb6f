/** A destination of backups: files in one folder, by name. */

export interface RemoteEntry {
  name: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, where the destination tells. */
  modified?: number;
  isFolder?: boolean;
}

/**
 * What every backend does. A name is one of a file in the folder, never a path. An abort ends any of these with the signal's reason.
 * @throws StorageError
 */
export interface Storage {
  /** For people: where it is, without anything secret. */
  readonly name: string;
  /** Entries of the folder, in any order; what an interrupted `put` left is not among them. */
  list(signal: AbortSignal): AsyncIterable<RemoteEntry>;
  /** A local file, whole or not at all where the destination can do that; what had the name before is replaced. */
  put(name: string, file: string, signal: AbortSignal): Promise<void>;
  /** Into a new local file for this account alone; there is none where this fails. */
  get(name: string, file: string, signal: AbortSignal): Promise<void>;
  /** @throws StorageError `missing` when it is not there */
  delete(name: string, signal: AbortSignal): Promise<void>;
  /** Makes the folder with its parents; one that is there is no error. */
  createFolder(signal: AbortSignal): Promise<void>;
  /** Bytes of the whole and of what is free, where the destination tells. */
  quota(signal: AbortSignal): Promise<{ total: number; free: number } | undefined>;
  close(): Promise<void>;
}

/**
 * Why a destination did not do what it was asked for. `untrusted`: it could not prove who it is; `invalid`: the destination or an option of
 * it cannot be read, nothing was tried.
 */
export type StorageReason =
  | 'missing'
  | 'denied'
  | 'full'
  | 'unreachable'
  | 'timeout'
  | 'untrusted'
  | 'invalid'
  | 'failed';

/** The message says where, what, why and what to do, and holds nothing secret. */
export class StorageError extends Error {
  readonly reason: StorageReason;

  constructor(reason: StorageReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.reason = reason;
  }
}

/** What a destination showed to prove who it is, and was not believed. */
export type Identity =
  /** SHA-1 of the certificate, in upper case and without colons, as Duplicati's `accept-specified-ssl-hash` has it. */
  | { kind: 'certificate'; hash: string }
  /** `ssh-ed25519 256 11:22:…` with the MD5 of the key, as Duplicati's `ssh-fingerprint` has it; what was accepted, where that was given. */
  | { kind: 'host-key'; reported: string; accepted: string | undefined };

export class UntrustedError extends StorageError {
  readonly identity: Identity;

  constructor(identity: Identity, message: string, cause?: unknown) {
    super('untrusted', message, cause);
    this.name = 'UntrustedError';
    this.identity = identity;
  }
}

/** A name of one file in a folder, so that nothing is ever written beside it. @throws StorageError `invalid` */
export function requireName(name: string, where: string): void {
  if (name === '' || name === '.' || name === '..' || name.length > 1000 || /[/\\\0\r\n]/.test(name))
    throw new StorageError('invalid', `${JSON.stringify(name)} is no name of a file in ${where}`);
}
