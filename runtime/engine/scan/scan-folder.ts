/** A folder that is being walked. On Linux it is held open, so that whatever somebody does to names meanwhile, no link is followed into another. */
import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Folders on the way to an entry that stay open; those further up are opened again, and known by their inodes. */
const MOST_OPEN = 200;

export interface ScanFolder {
  readonly parent: ScanFolder | undefined;
  /** In the order of their bytes. */
  names(): Buffer[];
  /** An entry of it, for one call of the system that follows no link itself. @throws Error when the folder is not there any more */
  place(name: Buffer): string | Buffer;
  /** Closes it until it is needed again. */
  close(): void;
}

/** @param place a path that follows no link but to the sources themselves. @throws the system's error, also where it is a link by now */
export function openFolder(place: string | Buffer, parent: ScanFolder | undefined): ScanFolder {
  if (process.platform !== 'linux') return pathFolder(place, parent);
  const folder = handleFolder(place, parent);
  let above = parent;
  for (let depth = 1; depth < MOST_OPEN && above; depth++) above = above.parent;
  above?.close();
  return folder;
}

function handleFolder(first: string | Buffer, parent: ScanFolder | undefined): ScanFolder {
  const open = (place: string | Buffer) => openSync(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
  let handle: number | undefined = open(first);
  const { dev, ino } = fstatSync(handle, { bigint: true });
  const own = Buffer.from(first);
  const name = own.subarray(own.lastIndexOf('/') + 1);
  const current = (): number => {
    if (handle !== undefined) return handle;
    // Its parent's handle has another number by now.
    const again = open(parent?.place(name) ?? first);
    const found = fstatSync(again, { bigint: true });
    if (found.dev === dev && found.ino === ino) {
      handle = again;
      return again;
    }
    closeSync(again);
    throw new Error('its folder was moved away while it was looked at');
  };
  return {
    parent,
    names: () => namesIn(`/proc/self/fd/${current()}`),
    place: (child) => joined(`/proc/self/fd/${current()}`, '/', child),
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

/** By its path: whoever can write to the folders above could lead it elsewhere. */
function pathFolder(place: string | Buffer, parent: ScanFolder | undefined): ScanFolder {
  const separator = process.platform === 'win32' ? '\\' : '/';
  return { parent, names: () => namesIn(place), place: (child) => joined(place, separator, child), close: () => {} };
}

function joined(folder: string | Buffer, separator: string, name: Buffer): string | Buffer {
  const text = name.toString('utf8');
  const isText = !text.includes('\ufffd') || Buffer.from(text).equals(name);
  if (isText && typeof folder === 'string')
    return folder.endsWith(separator) ? folder + text : folder + separator + text;
  if (process.platform === 'win32') throw new Error('its name is not Unicode');
  return Buffer.concat([Buffer.from(folder), Buffer.from(separator), name]);
}

function namesIn(folder: string | Buffer): Buffer[] {
  const names: Buffer[] = readdirSync(folder, { encoding: 'buffer' });
  return names.sort(Buffer.compare);
}
