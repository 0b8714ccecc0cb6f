import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { FileCalls } from '../../posix/file-calls.ts';
import {
  ATTRIBUTE,
  formatHoles,
  type Hole,
  nanosecondsAt,
  OWN_KEYS,
  ticksOf,
  writeMetadata,
} from '../volumes/metadata.ts';
import { textOfName } from '../volumes/name-text.ts';
import type { Accounts } from './accounts.ts';
import type { MountPoints } from './mount-points.ts';
import type { Found } from './scan.ts';

const ATTRIBUTES = { File: 'Normal', Folder: 'Directory', Symlink: 'ReparsePoint' } as const;
const { O_NOATIME = 0, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Unit of `st_blocks`, stat(2), and most that attributes of a file have of it. */
const [SECTOR, ATTRIBUTES_BLOCK] = [512, 4096];

/** What is asked about entries. */
export interface Describer {
  accounts: Accounts;
  mounts: MountPoints;
  /** Absent where extended attributes and holes cannot be asked for. */
  calls: FileCalls | undefined;
  /** Records nothing but where links point to. */
  isSkipped?: boolean;
}

export interface Description {
  /** The metadata of an entry as it goes into a backup, names in Duplicati's order, ours behind them. */
  metadata: Buffer;
  /** The same without what is ours: what Duplicati would have written. */
  plain(): Buffer;
  /** Where a file has no data. */
  holes: readonly Hole[];
}

/** @throws Error when the entry is gone meanwhile */
export function describeEntry(found: Found, describer: Describer): Description {
  if (describer.isSkipped) return describeNothing(found, describer.calls);
  const { accounts, mounts, calls } = describer;
  const { status, type, place, linkTarget } = found;
  const texts: Record<string, string> = {};
  const own: Record<string, string> = {};
  let hasAttributes = false;
  for (const name of calls?.attributeNames(place) ?? []) {
    const value = calls?.attribute(place, name)?.toString('base64');
    if (value === undefined) continue; // gone meanwhile
    hasAttributes = true;
    // Whether Duplicati would set a link's on what it leads to is nothing to find out in a restore.
    if (type === 'Symlink') own[OWN_KEYS.linkAttribute + textOfName(name)] = value;
    else texts[ATTRIBUTE + textOfName(name)] = value;
  }
  const [uid, gid] = [Number(status.uid), Number(status.gid)];
  texts['unix:uid-gid-perm'] = `${uid}-${gid}-${Number(status.mode) & 0o777}`;
  const [owner, group] = [accounts.ownerName(uid), accounts.groupName(gid)];
  if (owner !== undefined) texts['unix:owner-name'] = owner;
  if (group !== undefined) texts['unix:group-name'] = group;
  texts.CoreAttributes = ATTRIBUTES[type];
  texts.CoreLastWritetime = String(ticksOf(status.mtimeNs));
  // A birth later than the last change is a file that was put there with its old time.
  texts.CoreCreatetime = String(
    ticksOf(status.birthtimeNs < status.mtimeNs && status.birthtimeNs > 0n ? status.birthtimeNs : status.mtimeNs),
  );
  if (linkTarget !== undefined) describeTarget(linkTarget, texts, own);
  const mode = Number(status.mode) & 0o7777;
  if (type !== 'Symlink' && mode > 0o777) own[OWN_KEYS.mode] = String(mode);
  const time = nanosecondsAt(ticksOf(status.mtimeNs));
  if (time !== status.mtimeNs) own[OWN_KEYS.nanoseconds] = String(status.mtimeNs - time);
  if (type !== 'Folder' && status.nlink > 1n) own[OWN_KEYS.hardLink] = `${status.ino} ${mounts.of(found)}`;
  const holes = type === 'File' && calls ? holesOf(found, hasAttributes, calls) : [];
  if (holes.length > 0) own[OWN_KEYS.holes] = formatHoles(holes);
  return { metadata: writeMetadata({ ...texts, ...own }), plain: () => plainOf(texts), holes };
}

function describeNothing(found: Found, calls: FileCalls | undefined): Description {
  const texts: Record<string, string> = {};
  if (found.linkTarget !== undefined) describeTarget(found.linkTarget, texts, texts);
  const metadata = writeMetadata(texts);
  const holes = found.type === 'File' && calls ? holesOf(found, true, calls) : [];
  return { metadata, plain: () => metadata, holes };
}

function describeTarget(target: Buffer, texts: Record<string, string>, own: Record<string, string>): void {
  const text = textOfName(target);
  texts.CoreSymlinkTarget = text;
  if (!target.equals(Buffer.from(text))) own[OWN_KEYS.linkTarget] = target.toString('base64');
}

/** Duplicati records no empty attribute. */
function plainOf(texts: Readonly<Record<string, string>>): Buffer {
  return writeMetadata(Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')));
}

/** Most entries have as much room as they have bytes, and are not opened. */
function holesOf({ place, status }: Found, hasAttributes: boolean, calls: FileCalls): Hole[] {
  // Only POSIX systems, which have `calls`, tell blocks.
  const room = Number(status.blocks) * SECTOR - (hasAttributes ? ATTRIBUTES_BLOCK : 0);
  if (status.size === 0n || room >= Number(status.size)) return [];
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  let handle: number;
  try {
    handle = openSync(place, flags | O_NOATIME);
  } catch {
    try {
      handle = openSync(place, flags);
    } catch {
      return []; // one that cannot be opened cannot be read either, which says so
    }
  }
  try {
    const { ino, dev } = fstatSync(handle, { bigint: true });
    return ino === status.ino && dev === status.dev ? calls.holes(handle, Number(status.size)) : [];
  } finally {
    closeSync(handle);
  }
}
