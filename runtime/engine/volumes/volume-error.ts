/**
 * A remote file that is not what it should be. The message says what is wrong with it and begins in lower case: whoever knows the
 * file's name puts it before.
 */
export class VolumeError extends Error {
  /** `password`: it cannot be decrypted with this passphrase. `damaged`: it breaks its format. `refused`: sound, but not for this backup. */
  readonly reason: 'password' | 'damaged' | 'refused';

  constructor(reason: 'password' | 'damaged' | 'refused', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VolumeError';
    this.reason = reason;
  }
}

/** Short for what is met most often. */
export function damaged(message: string, cause?: unknown): VolumeError {
  return new VolumeError('damaged', message, cause);
}
