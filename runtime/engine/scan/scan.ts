/** What is below the folders that are to be backed up. */
import { type BigIntStats, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { codeOf, messageOf } from '../../errors.ts';

/** An entry that was met. The path of a folder, and of a link that leads to one, ends with the system's separator. */
export interface Found {
  type: 'File' | 'Folder' | 'Symlink';
  path: string;
  status: BigIntStats;
  /** Of a symbolic link. */
  linkTarget?: string;
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
  isWanted(path: string): boolean;
  /** Whether nothing below a folder that is not wanted can be; without it such a folder is not entered. */
  canSkip?(folder: string): boolean;
  skip(skipped: Skipped): void;
}

/** Folders before what is in them, names in the order of their bytes; no link is followed. An entry that is below two sources comes once. */
export function* scan(order: ScanOrder): Generator<Found> {
  const sources = [...new Set(order.sources.map(withoutEnd))].sort();
  const seen: string[] = [];
  for (const source of sources) {
    if (seen.some((other) => source.startsWith(asFolder(other)))) continue;
    seen.push(source);
    yield* visit(source, order);
  }
}

function* visit(place: string, order: ScanOrder): Generator<Found> {
  const found = attempt(place, order, () => lookAt(place));
  if (!found) return;
  if (typeof found === 'string') return order.skip({ path: place, why: found });
  const isWanted = order.isWanted(found.path);
  if (isWanted) yield found;
  if (found.type !== 'Folder' || (!isWanted && (order.canSkip?.(found.path) ?? true))) return;
  const names = attempt(place, order, () => readNames(place, order));
  for (const name of names ?? []) yield* visit(asFolder(place) + name, order);
}

/** An entry, or what kind of thing it is that cannot be backed up. */
function lookAt(place: string): Found | string {
  const status = lstatSync(place, { bigint: true });
  if (status.isFile()) return { type: 'File', path: place, status };
  if (status.isDirectory()) return { type: 'Folder', path: asFolder(place), status };
  if (status.isSymbolicLink()) {
    // Duplicati writes a link to a folder as it writes folders: a backup that it began goes on under the same paths.
    const path = leadsToFolder(place) ? asFolder(place) : place;
    return { type: 'Symlink', path, status, linkTarget: readlinkSync(place) };
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

function asFolder(place: string): string {
  return place.endsWith(sep) ? place : place + sep;
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false; // it leads nowhere, or around in circles
  }
}

/** Names that are UTF-8: the format has no place for others yet, and says so. */
function readNames(folder: string, order: ScanOrder): string[] {
  const names: Buffer[] = readdirSync(folder, { encoding: 'buffer' });
  return names.sort(Buffer.compare).flatMap((bytes) => {
    const name = bytes.toString('utf8');
    if (Buffer.from(name).equals(bytes)) return [name];
    order.skip({ path: asFolder(folder) + name, why: 'its name is not UTF-8' });
    return [];
  });
}

function attempt<Result>(place: string, order: ScanOrder, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (thrown) {
    // What went away since its folder was read was deleted: that is no fault.
    const isGone = codeOf(thrown) === 'ENOENT' && !order.sources.some((source) => withoutEnd(source) === place);
    if (!isGone) order.skip({ path: place, why: codeOf(thrown) === 'ENOENT' ? 'it is not there' : messageOf(thrown) });
    return undefined;
  }
}
