/** A file with several names is read under the first that is met. */
import type { Found } from '../scan/scan.ts';
import type { Known, Written } from './entry-writer.ts';

export interface FileNames {
  /** For a name of a file that was met under another: says what that became. */
  known(found: Found): (() => Known) | undefined;
  /** Says what the file became whose name was asked for first. */
  settle(found: Found, as: Written): void;
  /** Says of a name that was not asked for what its content is: it is as it was. */
  keep(found: Found, as: Known): void;
}

interface File {
  /** Names that may still come: then it is forgotten. */
  left: number;
  became?: Known;
}

export function createNames(): FileNames {
  const files = new Map<string, File>();
  const first = new WeakMap<Found, File>();
  const keyOf = ({ status: { dev, ino } }: Found) => `${dev} ${ino}`;
  const isOne = ({ type, status }: Found) => type === 'File' && status.nlink > 1n;

  function fileOf(found: Found): { file: File; isFirst: boolean } {
    const key = keyOf(found);
    const known = files.get(key);
    const file = known ?? { left: Number(found.status.nlink) };
    if (--file.left === 0) files.delete(key);
    else if (!known) files.set(key, file);
    return { file, isFirst: !known };
  }
  return {
    known(found) {
      if (!isOne(found)) return undefined;
      const { file, isFirst } = fileOf(found);
      if (!isFirst) return () => file.became ?? GONE;
      first.set(found, file);
      return undefined;
    },
    settle(found, as) {
      const file = first.get(found);
      if (file) file.became = 'code' in as ? (as.code === 'ENOENT' ? GONE : as) : contentOf(as);
    },
    keep(found, as) {
      if (isOne(found)) fileOf(found).file.became ??= as;
    },
  };
}

const contentOf = ({ content, size }: { content: number; size: number }): Known => ({ content, size });

const GONE: Known = {
  code: '',
  message: 'the other name under which it was to be read went away; the next run reads it',
};
