/** Owner, mode, extended attributes and times of what was restored. */
import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  openSync,
  utimesSync,
} from 'node:fs';
import { messageOf } from '../../errors.ts';
import { type FileCalls, loadFileCalls } from '../../posix/file-calls.ts';
import type { Metadata } from '../volumes/metadata.ts';
import { nameOfText } from '../volumes/name-text.ts';
import type { AccountNumbers } from './account-numbers.ts';
import type { Wanted } from './choose-entries.ts';

const { O_NOFOLLOW } = constants;
/** Linux, x64 and arm64 alike (asm-generic/fcntl.h): a handle of an entry itself, whatever it is, also one that must not be read. */
const O_PATH = 0o10000000;
const ACCESS_LISTS = 'system.posix_acl_';

export interface Rights {
  /** Owner, mode and attributes, too. */
  permissions: boolean;
  accounts: AccountNumbers;
  /** True for the inode that was restored. */
  isOwn(inode: bigint): boolean;
}

/**
 * In the one order that keeps all of it: a change of the owner takes capabilities and special bits away, a mode may keep its owner from setting
 * attributes, an access list is part of the mode, a change of anything sets the time.
 * @param place a path for calls that follow no link.
 * @returns what could not be done.
 */
export function applyMetadata(
  place: string | Buffer,
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
  const time = metadata.modified ?? (wanted.modified === null ? undefined : BigInt(wanted.modified) * 1_000_000_000n);
  attempt('what is known of it', () =>
    hold(place, wanted.type, (held) => {
      const uid = accounts.owner(metadata.owner) ?? metadata.uid;
      const gid = accounts.group(metadata.group) ?? metadata.gid;
      const rights = { ...metadata, uid, gid };
      // A hard link to another's file may stand there by now: nothing of that is changed.
      if (wanted.type !== 'Folder' && held.status.nlink > 1n && !isOwn(held.status.ino)) {
        const isRight = !permissions || hasRights(held, rights, wanted.type);
        if (isRight && (time === undefined || held.status.mtimeNs === time)) return;
        throw new Error('it has other names, too');
      }
      if (permissions) applyPermissions(held, rights, wanted.type, attempt);
      if (time !== undefined) attempt('its time', () => held.setTime(time));
    }),
  );
  return failures;
}

/** One entry, whatever its name means by now. */
interface Held {
  status: BigIntStats;
  /** For calls that follow links, which lead to this entry alone; absent where there is none. */
  self: string | undefined;
  chown(uid: number, gid: number): void;
  chmod(mode: number): void;
  setTime(nanoseconds: bigint): void;
}

function hold(place: string | Buffer, type: Wanted['type'], work: (held: Held) => void): void {
  if (process.platform !== 'linux') {
    work(byPath(place, type));
    return;
  }
  const handle = openSync(place, O_PATH | O_NOFOLLOW);
  try {
    const status = fstatSync(handle, { bigint: true });
    const isType = { File: status.isFile(), Folder: status.isDirectory(), Symlink: status.isSymbolicLink() }[type];
    if (!isType) throw new Error('something else took its place');
    const self = `/proc/self/fd/${handle}`;
    work({
      status,
      self,
      chown: (uid, gid) => chownSync(self, uid, gid),
      chmod: (mode) => chmodSync(self, mode),
      setTime(nanoseconds) {
        const calls = fileCalls();
        if (calls) calls.setTimes(self, nanoseconds);
        else utimesSync(self, secondsOf(nanoseconds), secondsOf(nanoseconds));
      },
    });
  } finally {
    closeSync(handle);
  }
}

/** On systems without `/proc`: a name may become another entry's between two calls. */
function byPath(place: string | Buffer, type: Wanted['type']): Held {
  return {
    status: lstatSync(place, { bigint: true }),
    self: undefined,
    chown: (uid, gid) => lchownSync(place, uid, gid),
    chmod(mode) {
      if (type !== 'Symlink') chmodSync(place, mode);
    },
    setTime: (nanoseconds) => lutimesSync(place, secondsOf(nanoseconds), secondsOf(nanoseconds)),
  };
}

type Owner = Record<'uid' | 'gid', number | undefined>;

const hasOwner = ({ status }: Held, { uid, gid }: Owner) =>
  uid === undefined || gid === undefined || (status.uid === BigInt(uid) && status.gid === BigInt(gid));

const hasRights = (held: Held, rights: Pick<Metadata, 'mode'> & Owner, type: Wanted['type']) =>
  hasOwner(held, rights) &&
  (type === 'Symlink' || rights.mode === undefined || (Number(held.status.mode) & 0o7777) === rights.mode);

function applyPermissions(
  held: Held,
  rights: Pick<Metadata, 'mode' | 'attributes'> & Owner,
  type: Wanted['type'],
  attempt: (what: string, work: () => void) => void,
): void {
  const { self, chown, chmod } = held;
  const { uid, gid, mode, attributes } = rights;
  const calls = self === undefined ? undefined : fileCalls();
  const isList = (name: string) => name.startsWith(ACCESS_LISTS);
  const setAttributes = (which: (name: string) => boolean) => {
    for (const [name, value] of attributes) {
      if (!which(name)) continue;
      attempt(`its attribute ${name}`, () => {
        if (!calls || self === undefined) throw new Error('this system has no call for that here');
        calls.setAttribute(self, nameOfText(name), value);
      });
    }
  };
  attempt('its owner', () => {
    if (!hasOwner(held, rights) && uid !== undefined && gid !== undefined) chown(uid, gid);
  });
  // Of a folder above it, which hands them down.
  if (calls && self !== undefined && type !== 'Symlink') {
    for (const name of calls.attributeNames(self).map(String))
      if (isList(name) && !attributes.has(name)) attempt(`the end of ${name}`, () => calls.removeAttribute(self, name));
  }
  setAttributes((name) => !isList(name));
  // Even where it was right: a change of the owner takes bits away.
  attempt('its mode', () => {
    if (mode !== undefined && type !== 'Symlink') chmod(mode);
  });
  setAttributes(isList);
}

let calls: FileCalls | 'none' | undefined;

function fileCalls(): FileCalls | undefined {
  try {
    calls ??= loadFileCalls();
  } catch {
    calls = 'none';
  }
  return calls === 'none' ? undefined : calls;
}

/** True where times come back to the nanosecond: else as fine as Node does it, millionths of a second. */
export const hasFineTimes = () => fileCalls() !== undefined;

const secondsOf = (nanoseconds: bigint) => Number(nanoseconds / 1000n) / 1e6;
