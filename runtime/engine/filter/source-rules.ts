/** What options leave out of a backup by more than its path: size, attributes, links, and a file that marks a folder. */
import { type BigIntStats, existsSync } from 'node:fs';
import path from 'node:path';
import { nameOfText } from '../volumes/name-text.ts';

export interface SourceRules {
  /** `skip-files-larger-than`, in bytes. */
  largest?: number | undefined;
  /** `symlink-policy`: whether symbolic links are left out. */
  ignoreLinks: boolean;
  /** `hardlink-policy`: of several names of one file all, the first met, or none. */
  hardLinks: 'All' | 'First' | 'None';
  /** `exclude-files-attributes`: of those that a POSIX system has. */
  attributes: readonly string[];
  /** `ignore-filenames`: a folder that holds one of these is left out with all that is in it. */
  markers: readonly string[];
}

/** Names of attributes in Duplicati's words that files have here: a name with a dot is hidden, one that nobody may write is read only. */
export const KNOWN_ATTRIBUTES = ['Hidden', 'ReadOnly', 'Directory', 'ReparsePoint', 'Normal'] as const;

/** Says whether an entry that the filters let through is wanted. Asked once for each, in the order of the scan. */
export function applySourceRules(rules: SourceRules): {
  isWanted(place: string, status: BigIntStats): boolean;
  canSkip(folder: string): boolean;
} {
  const met = new Set<string>();
  const isMarked = (folder: string) => rules.markers.some((name) => existsSync(nameOfText(path.join(folder, name))));
  const isNeeded =
    rules.largest !== undefined || rules.ignoreLinks || rules.hardLinks !== 'All' || rules.attributes.length > 0;
  return {
    isWanted(place, status) {
      if (place.endsWith(path.sep) && isMarked(place)) return false;
      if (!isNeeded) return true;
      if (status.isSymbolicLink() && rules.ignoreLinks) return false;
      if (attributesOf(place, status).some((name) => rules.attributes.includes(name))) return false;
      if (!status.isFile()) return true;
      if (rules.largest !== undefined && status.size > rules.largest) return false;
      if (rules.hardLinks === 'All' || status.nlink < 2n) return true;
      const key = `${status.dev} ${status.ino}`;
      if (rules.hardLinks === 'None' || met.has(key)) return false;
      met.add(key);
      return true;
    },
    canSkip: (folder) => isMarked(folder),
  };
}

function attributesOf(place: string, status: BigIntStats): string[] {
  const found = [];
  if (path.basename(place).startsWith('.')) found.push('Hidden');
  if ((status.mode & 0o222n) === 0n) found.push('ReadOnly');
  if (status.isDirectory()) found.push('Directory');
  if (status.isSymbolicLink()) found.push('ReparsePoint');
  return found.length === 0 ? ['Normal'] : found;
}
