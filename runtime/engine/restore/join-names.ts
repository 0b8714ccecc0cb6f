/** Several names of one file are names of one file again, also when only some of them are restored. */
import { linkSync, lstatSync, rmSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import type { Metadata } from '../volumes/metadata.ts';
import type { Wanted } from './choose-entries.ts';
import type { Target } from './target.ts';

export interface JoinedNames {
  /** Gives an entry the file that another of its names became. `there` where it was that already, a sentence where it has to be a file of its own. */
  join(wanted: Wanted, metadata: Metadata | undefined, names: readonly string[]): 'joined' | 'there' | 'first' | string;
  /** What an entry became, for its other names. */
  note(wanted: Wanted, metadata: Metadata, names: readonly string[]): void;
}

/**
 * @param mayReplace whether a file that is there gives way.
 * @param give gives what is at a temporary place, which is made beside the entry's own, its name.
 */
export function joinNames(
  target: Target,
  temporaryOf: (wanted: Wanted) => string,
  mayReplace: boolean,
  give: (temporary: string | Buffer, names: readonly string[]) => void,
): JoinedNames {
  const files = new Map<string, { names: readonly string[]; inode: bigint }>();
  const keyOf = ({ type, content }: Wanted, hardLink: string) => `${type} ${content} ${hardLink}`;
  const inodeAt = (names: readonly string[]) =>
    lstatSync(target.at(names), { bigint: true, throwIfNoEntry: false })?.ino;

  return {
    join(wanted, metadata, names) {
      const file = metadata?.hardLink === undefined ? undefined : files.get(keyOf(wanted, metadata.hardLink));
      if (!file) return 'first';
      const there = inodeAt(names);
      if (there === file.inode) return 'there';
      const alone = `it is a file of its own, and no other name of ${file.names.join('/')}`;
      if (there !== undefined && !(mayReplace && wanted.type === 'File')) return `${alone}: it was there already`;
      const temporary = [...names.slice(0, -1), `${temporaryOf(wanted)}-link`];
      try {
        linkSync(target.at(file.names), target.at(temporary));
        try {
          // Somebody may have put something else under the other name.
          if (inodeAt(temporary) !== file.inode) throw new Error('that was replaced meanwhile');
          give(target.at(temporary), names);
        } catch (thrown) {
          rmSync(target.at(temporary), { force: true });
          throw thrown;
        }
        return 'joined';
      } catch (thrown) {
        return `${alone}: ${messageOf(thrown)}`;
      }
    },
    note(wanted, { hardLink }, names) {
      if (hardLink === undefined) return;
      const inode = inodeAt(names);
      if (inode !== undefined) files.set(keyOf(wanted, hardLink), { names, inode });
    },
  };
}
