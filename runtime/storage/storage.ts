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
  /** Into a new local file for this account alone. */
  get(name: string, file: string, signal: AbortSignal): Promise<void>;
  /** @throws StorageError `missing` when it is not there */
  delete(name: string, signal: AbortSignal): Promise<void>;
  /** Makes the folder with its parents; one that is there is no error. */
  createFolder(signal: AbortSignal): Promise<void>;
  /** Bytes of the whole and of what is free, where the destination tells. */
  quota(signal: AbortSignal): Promise<{ total: number; free: number } | undefined>;
  close(): Promise<void>;
}

/** Why a destination did not do what it was asked for. */
export type StorageReason = 'missing' | 'denied' | 'full' | 'unreachable' | 'timeout' | 'invalid' | 'failed';

/** The message says where, what, why and what to do, and holds nothing secret. */
export class StorageError extends Error {
  readonly reason: StorageReason;

  constructor(reason: StorageReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.reason = reason;
  }
}
