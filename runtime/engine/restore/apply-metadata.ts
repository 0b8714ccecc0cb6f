/** Owner, mode, extended attributes and times of what was restored. */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, lchownSync, lutimesSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { loadFileCalls } from '../../posix/file-calls.ts';
import type { Metadata } from '../volumes/metadata.ts';
import type { AccountNumbers } from './account-numbers.ts';
import type { Wanted } from './choose-entries.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

export interface Rights {
  /** Owner, mode and attributes, too. */
  permissions: boolean;
  accounts: AccountNumbers;
  /** True for the inode that was restored. */
  isOwn(inode: bigint): boolean;
}

/**
 * In the one order that keeps all of it: a change of the owner takes capabilities and special bits away, a change of anything sets the time.
 * @param place a path for calls that follow no link.
 * @returns what could not be done.
 */
export function applyMetadata(
  place: string,
  wanted: Wanted,
  metadata: Metadata,
  { permissions, accounts, isOwn }: Rights,
): string[] {
  const failures: string[] = [];
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (thrown) {
      failures.push(`${what} could not be set: ${messageOf(thrown)}`);
    }
  };
  const { mode, attributes, modified } = metadata;
  const uid = accounts.owner(metadata.owner) ?? metadata.uid;
  const gid = accounts.group(metadata.group) ?? metadata.gid;
  if (permissions && wanted.type === 'Symlink') {
    if (uid !== undefined && gid !== undefined) attempt('its owner', () => lchownSync(place, uid, gid));
  } else if (permissions) {
    attempt('its owner and mode', () => {
      // By a handle: the name may have become a link to something else.
      const handle = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        // A hard link to another's file may stand there by now: that is not to become the owner's.
        const found = fstatSync(handle, { bigint: true });
        if (found.isFile() && found.nlink > 1n && !isOwn(found.ino)) throw new Error('it has other names, too');
        if (uid !== undefined && gid !== undefined) fchownSync(handle, uid, gid);
        if (mode !== undefined) fchmodSync(handle, mode);
      } finally {
        closeSync(handle);
      }
    });
  }
  const bytes = Buffer.from(place);
  if (permissions) {
    for (const [name, value] of attributes) {
      attempt(`its attribute ${name}`, () => loadFileCalls().setAttribute(bytes, name, value));
    }
  }
  const time = modified ?? (wanted.modified === null ? undefined : BigInt(wanted.modified) * 1_000_000_000n);
  if (time !== undefined) attempt('its time', () => setTime(place, time));
  return failures;
}

/** In nanoseconds where libc can be called, else as fine as Node does it: millionths of a second. */
function setTime(place: string, modified: bigint): void {
  const seconds = Number(modified / 1000n) / 1e6;
  if (process.platform === 'linux') loadFileCalls().setTimes(Buffer.from(place), modified);
  else lutimesSync(place, seconds, seconds);
}
