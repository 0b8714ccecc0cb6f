import type { FileCalls } from '../../posix/file-calls.ts';
import { ALL_MODE_BITS, TICKS_AT_1970, writeMetadata } from '../volumes/metadata.ts';
import type { Accounts } from './accounts.ts';
import type { Found } from './scan.ts';

const ATTRIBUTES = { File: 'Normal', Folder: 'Directory', Symlink: 'ReparsePoint' } as const;

/**
 * The metadata of an entry as it goes into a backup, names in Duplicati's order.
 * @param calls absent where extended attributes cannot be read.
 * @throws Error when the entry is gone meanwhile
 */
export function describeEntry(found: Found, accounts: Accounts, calls: FileCalls | undefined): Buffer {
  const { status, type, path, linkTarget } = found;
  const texts: Record<string, string> = {};
  if (calls && type !== 'Symlink') {
    for (const [name, value] of calls.attributes(Buffer.from(path)))
      texts[`unix-ext:${name}`] = value.toString('base64');
  }
  const [uid, gid] = [Number(status.uid), Number(status.gid)];
  texts['unix:uid-gid-perm'] = `${uid}-${gid}-${Number(status.mode) & 0o777}`;
  const [owner, group] = [accounts.ownerName(uid), accounts.groupName(gid)];
  if (owner !== undefined) texts['unix:owner-name'] = owner;
  if (group !== undefined) texts['unix:group-name'] = group;
  texts.CoreAttributes = ATTRIBUTES[type];
  texts.CoreLastWritetime = ticksOf(status.mtimeNs);
  // A birth later than the last change is a file that was put there with its old time.
  texts.CoreCreatetime = ticksOf(
    status.birthtimeNs < status.mtimeNs && status.birthtimeNs > 0n ? status.birthtimeNs : status.mtimeNs,
  );
  if (linkTarget !== undefined) texts.CoreSymlinkTarget = linkTarget;
  const mode = Number(status.mode) & 0o7777;
  if (type !== 'Symlink' && mode > 0o777) texts[ALL_MODE_BITS] = String(mode);
  return writeMetadata(texts);
}

function ticksOf(nanoseconds: bigint): string {
  // Downwards, also before 1970.
  const rest = ((nanoseconds % 100n) + 100n) % 100n;
  return String((nanoseconds - rest) / 100n + TICKS_AT_1970);
}
