/** Owner, mode, extended attributes and times of what was restored. */
import { closeSync, constants, fchmodSync, fchownSync, lchownSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { loadFileCalls } from '../../posix/file-calls.ts';
import type { Metadata } from '../volumes/metadata.ts';
import type { Wanted } from './choose-entries.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * In the one order that keeps all of it: a change of the owner takes capabilities and special bits away, a change of anything sets the time.
 * @param place a path for calls that follow no link.
 * @returns what could not be done.
 */
export function applyMetadata(place: string, wanted: Wanted, metadata: Metadata, permissions: boolean): string[] {
  const failures: string[] = [];
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (thrown) {
      failures.push(`${what} could not be set: ${messageOf(thrown)}`);
    }
  };
  const { uid, gid, mode, attributes, modified } = metadata;
  if (permissions && wanted.type === 'Symlink') {
    if (uid !== undefined && gid !== undefined) attempt('its owner', () => lchownSync(place, uid, gid));
  } else if (permissions) {
    attempt('its owner and mode', () => {
      // By a handle: the name may have become a link to something else.
      const handle = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
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
  if (time !== undefined) attempt('its time', () => loadFileCalls().setTimes(bytes, time));
  return failures;
}
