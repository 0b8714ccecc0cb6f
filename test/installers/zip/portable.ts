import type { Entry } from '../../../build/model/file-tree.ts';

/** What a zip for Windows may hold of entries that were thought of for Linux: files of no special rights, in one folder, with names for Windows. */
export function portableFiles(entries: readonly Entry[]): Entry[] {
  return entries
    .filter((entry) => entry.kind === 'file' && !/[<>:"\\|?*]|[. ](\/|$)/.test(entry.path))
    .map(({ owner: _, ...entry }) => ({ ...entry, mode: 0o644, path: `/thing-1.2.3${entry.path}` }) as Entry); // a file still
}
