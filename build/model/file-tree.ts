import type { Content } from './content.ts';
import { PackwrightError } from './errors.ts';

/**
 * What an entry is, so that each format can make its own of it: `config` becomes a conffile or %config(noreplace), `doc` a %doc,
 * `licence` a %license, `state` and `log` a %ghost or a directory that the service manager makes.
 */
export type Role = 'program' | 'library' | 'data' | 'config' | 'doc' | 'licence' | 'man' | 'unit' | 'state' | 'log';

/** Account and group by number and name; `root` when absent. */
export interface Owner {
  user: string;
  group: string;
  uid: number;
  gid: number;
}

interface Common {
  /** Absolute, normalised POSIX path without a trailing slash, such as `/usr/bin/thing`. */
  path: string;
  role: Role;
  owner?: Owner;
  /** The image layer it belongs to; formats without layers ignore it. */
  layer?: 'base' | 'runtime' | 'app';
}
/** What the version resource of a program or library of Windows says. */
export interface FileVersion {
  /** Four numbers of at most 65535, such as `26.10.0.0`. */
  number: string;
  /** Windows' numbers of its languages, such as 1033; often one, or none. */
  languages: readonly number[];
}
/** `mode` holds the twelve permission bits. */
export type FileEntry = Common & { kind: 'file'; mode: number; content: Content; version?: FileVersion };
/** `to` is the link's text, relative or absolute. */
export type LinkEntry = Common & { kind: 'link'; to: string };
/** A directory that the package owns. Parents that every system has (`/usr`, `/etc`) are not listed. */
export type DirEntry = Common & { kind: 'dir'; mode: number };
export type Entry = FileEntry | LinkEntry | DirEntry;

/** Sorted by path in byte order, immutable, no path twice. */
export type FileTree = readonly Entry[];

/** POSIX order of the bytes, the same on every host and locale. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * Sorts and checks entries.
 * @throws PackwrightError on a path that is relative, not normalised, leaves its root or comes twice.
 */
export function fileTree(entries: Iterable<Entry>, where = 'file tree'): FileTree {
  const sorted = [...entries].sort((a, b) => comparePaths(a.path, b.path));
  let previous = '';
  for (const entry of sorted) {
    const parts = entry.path.split('/').slice(1);
    if (!entry.path.startsWith('/') || parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new PackwrightError(where, `the path "${entry.path}" is not absolute and normalised`, 'keep it below /');
    }
    if (entry.path.includes('\0') || entry.path.includes('\n')) {
      throw new PackwrightError(
        where,
        `the path ${JSON.stringify(entry.path)} has a NUL or a line end`,
        'rename the file',
      );
    }
    if (entry.path === previous) {
      throw new PackwrightError(where, `${entry.path} comes twice`, 'remove one of the two from the manifest');
    }
    previous = entry.path;
  }
  return Object.freeze(sorted);
}
