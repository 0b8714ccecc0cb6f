/** What is below the folders that are to be backed up. */
import { type BigIntStats, lstatSync, readlinkSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { codeOf, messageOf } from '../../errors.ts';
import { nameOfText, textOfName } from '../volumes/name-text.ts';
import { openFolder, type ScanFolder } from './scan-folder.ts';

/** An entry that was met. The path of a folder, and of a link that leads to one, ends with the system's separator. */
export interface Found {
  type: 'File' | 'Folder' | 'Symlink';
  /** As a backup names it: in the notation of `volumes/name-text.ts` where it is not UTF-8. */
  path: string;
  /** For calls that follow no link themselves, until the next entry is asked for: no link was followed on the way there. */
  place: string | Buffer;
  status: BigIntStats;
  /** Of a symbolic link. */
  linkTarget?: Buffer;
}

/** Something that cannot be backed up, and why. Nothing is passed over without one. */
export interface Skipped {
  path: string;
  why: string;
}

export interface ScanOrder {
  /** Absolute, of files or folders; a separator at the end or none. */
  sources: readonly string[];
  /** Whether an entry is wanted. */
  isWanted(path: string, found: Found): boolean;
  /** Whether nothing below a folder that is not wanted can be; without it such a folder is not entered. */
  canSkip?(folder: string): boolean;
  /** Leaves folders out in which, at any depth, nothing is wanted but folders; the sources themselves stay. */
  excludeEmptyFolders?: boolean;
  skip(skipped: Skipped): void;
}

/** What Linux opens by one path (linux/limits.h, PATH_MAX with its end). */
const LONGEST_PATH = 4095;

/** Folders before what is in them, names in the order of their bytes; no link is followed. An entry that is below two sources comes once. */
export function* scan(order: ScanOrder): Generator<Found> {
  const sources = [...new Set(order.sources.map(withoutEnd))].sort();
  const seen: string[] = [];
  for (const source of sources) {
    if (seen.some((other) => source.startsWith(asFolder(other)))) continue;
    seen.push(source);
    yield* visit(source, nameOfText(source), undefined, order, undefined);
  }
}

/** @param place the same entry, for one call of the system. @param parent the folder that it is in, which stays open meanwhile. */
function* visit(
  path: string,
  place: string | Buffer,
  parent: ScanFolder | undefined,
  order: ScanOrder,
  held: Held | undefined,
): Generator<Found> {
  const found = attempt(path, order, () => lookAt(path, place));
  if (!found) return;
  if (typeof found === 'string') return order.skip({ path, why: found });
  const isWanted = order.isWanted(found.path, found);
  const isHeld = order.excludeEmptyFolders === true && found.type === 'Folder' && parent !== undefined;
  if (isWanted && !isHeld) {
    yield* give(held);
    yield found;
  }
  if (found.type !== 'Folder' || (!isWanted && (order.canSkip?.(found.path) ?? true))) return;
  if (Buffer.byteLength(path) > LONGEST_PATH)
    return order.skip({ path, why: `its path is longer than ${LONGEST_PATH} bytes; what is in it is not backed up` });
  const folder = attempt(path, order, () => openFolder(place, parent));
  if (!folder) {
    // Nobody knows that it is empty.
    if (isWanted && isHeld) {
      yield* give(held);
      yield found;
    }
    return;
  }
  const within = isWanted && isHeld ? { found, folder, above: held, isGiven: false } : held;
  try {
    for (const name of attempt(path, order, () => folder.names()) ?? []) {
      const child = asFolder(path) + textOfName(name);
      const at = attempt(child, order, () => folder.place(name));
      if (at !== undefined) yield* visit(child, at, folder, order, within);
    }
  } finally {
    folder.close();
  }
}

/** A folder that waits for the first thing in it. */
interface Held {
  found: Found;
  folder: ScanFolder;
  above: Held | undefined;
  isGiven: boolean;
}

function* give(held: Held | undefined): Generator<Found> {
  if (!held || held.isGiven) return;
  yield* give(held.above);
  held.isGiven = true;
  yield { ...held.found, place: held.folder.place(Buffer.from('.')) };
}

/** An entry, or what kind of thing it is that cannot be backed up. */
function lookAt(path: string, place: string | Buffer): Found | string {
  const status = lstatSync(place, { bigint: true });
  if (status.isFile()) return { type: 'File', path, place, status };
  if (status.isDirectory()) return { type: 'Folder', path: asFolder(path), place, status };
  if (status.isSymbolicLink()) {
    const linkTarget: Buffer = readlinkSync(place, { encoding: 'buffer' });
    // Duplicati writes a link to a folder as it writes folders: a backup that it began goes on under the same paths.
    return { type: 'Symlink', path: leadsToFolder(place) ? asFolder(path) : path, place, status, linkTarget };
  }
  if (status.isFIFO()) return 'it is a named pipe';
  if (status.isSocket()) return 'it is a socket';
  return 'it is a device';
}

/** Without separators at its end, but for a root: `/`, `C:\`. */
function withoutEnd(source: string): string {
  const isEnd = sep === '/' ? /(?<=.)\/+$/ : /(?<=[^:])[\\/]+$/;
  return source.replace(isEnd, '');
}

function asFolder(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}

function leadsToFolder(link: string | Buffer): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false; // it leads nowhere, or around in circles
  }
}

function attempt<Result>(path: string, order: ScanOrder, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (thrown) {
    // What went away since its folder was read was deleted: that is no fault.
    const isGone = codeOf(thrown) === 'ENOENT' && !order.sources.some((source) => withoutEnd(source) === path);
    if (!isGone) order.skip({ path, why: codeOf(thrown) === 'ENOENT' ? 'it is not there' : messageOf(thrown) });
    return undefined;
  }
}
