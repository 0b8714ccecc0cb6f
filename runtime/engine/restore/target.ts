/** Where a restore writes: the one place through which everything that it makes has to go. */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { codeOf, SERIOUS, UserError } from '../../errors.ts';
import { nameOfText } from '../volumes/name-text.ts';
import { openPathTarget } from './path-target.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Folders that stay open. */
const MOST_OPEN = 200;

export interface Target {
  readonly root: string;
  /**
   * A path to what is called so in a folder below the root, for one call of the system that follows no link itself. The folder was reached
   * from the root name by name, no link among them, and is the one that was reached whatever somebody does to the names meanwhile.
   * @param parts names below the root, in the notation of a backup; folders that are missing are made, for this account alone.
   * @throws UserError where a name is none, nothing may be written, or a link or file stands where a folder should be
   */
  at(parts: readonly string[]): string | Buffer;
  /** The root itself, however its name is used meanwhile. */
  readonly rootPlace: string;
  /** True when this made the root: one that was there keeps its owner, mode and time. */
  readonly isNew: boolean;
  close(): void;
}

/**
 * @param root an absolute path; it is made when it is not there. Links on the way to it are the caller's own.
 * @param mayWrite false for paths that nothing is restored to; everything may be written where it is absent
 */
export function openTarget(root: string, mayWrite?: (file: string) => boolean): Target {
  const judge = (file: string) => {
    if (mayWrite?.(file) === false)
      throw new UserError(
        `${file} decides what this machine runs; only an administrator restores it, with duplicati-cli`,
        SERIOUS,
      );
  };
  judge(path.join(root, 'anything')); // before the root is made
  const target = process.platform === 'linux' ? openLinuxTarget(root) : openPathTarget(root);
  return {
    ...target,
    at(parts) {
      judge(path.join(root, ...parts));
      return target.at(parts);
    },
  };
}

function openLinuxTarget(root: string): Target {
  const isNew = mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined;
  const rootHandle = openSync(root, O_RDONLY | O_DIRECTORY);
  /** By their names, joined; the least used first. */
  const open = new Map<string, number>();

  function folder(names: readonly string[]): number {
    if (names.length === 0) return rootHandle;
    const key = names.join('/');
    const known = open.get(key);
    if (known !== undefined) {
      open.delete(key);
      open.set(key, known);
      return known;
    }
    const handle = enter(folder(names.slice(0, -1)), names.at(-1)!, () => `${root}/${key}`);
    open.set(key, handle);
    for (const [oldest, old] of open) {
      if (open.size <= MOST_OPEN) break;
      open.delete(oldest);
      closeSync(old);
    }
    return handle;
  }
  return {
    root,
    isNew,
    rootPlace: `/proc/self/fd/${rootHandle}/.`,
    at(parts) {
      if (parts.length === 0)
        throw new UserError('the backup has an entry without a name; it is not restored', SERIOUS);
      for (const part of parts) requireName(part);
      return nameOfText(`/proc/self/fd/${folder(parts.slice(0, -1))}/${parts.at(-1)}`);
    },
    close() {
      for (const handle of open.values()) closeSync(handle);
      closeSync(rootHandle);
    },
  };
}

function enter(parent: number, name: string, describe: () => string): number {
  const place = nameOfText(`/proc/self/fd/${parent}/${name}`);
  for (const isSecond of [false, true]) {
    try {
      return openSync(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === 'ENOENT' && !isSecond) {
        mkdirSync(place, { mode: 0o700 });
        continue;
      }
      if (code === 'ELOOP' || code === 'ENOTDIR') {
        throw new UserError(
          `${describe()} is a link or a file where a folder has to be; nothing is restored through it`,
          SERIOUS,
        );
      }
      throw thrown;
    }
  }
  throw new Error(`${describe()} cannot be made`);
}

function requireName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new UserError(`the backup has ${JSON.stringify(name)} for a name; it is not restored`, SERIOUS);
  }
}
