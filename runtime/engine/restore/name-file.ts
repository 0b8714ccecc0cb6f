import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { codeOf, UserError } from '../../errors.ts';
import { type FileCalls, loadFileCalls } from '../../posix/file-calls.ts';
import type { Target } from './target.ts';

/** What says that this system, or this file system, has no such call. */
const NOT_TO_BE_HAD = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** Gives a file a name that nothing has, in one call. @returns false where something has it, or where there is no such call */
export function nameNewFile(target: Target, names: readonly string[], temporary: string | Buffer): boolean {
  const calls = fileCalls();
  if (!calls) return false;
  try {
    calls.renameNew(temporary, target.at(names));
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST' || NOT_TO_BE_HAD.has(codeOf(thrown))) return false;
    throw thrown;
  }
}

let known: FileCalls | 'none' | undefined;

function fileCalls(): FileCalls | undefined {
  try {
    known ??= loadFileCalls();
  } catch {
    known = 'none';
  }
  return known === 'none' ? undefined : known;
}

/**
 * Gives a file its name; where something else has it that is to be kept, one with a date, as Duplicati does: `a.2026-11-22.txt`. Nothing that
 * came there meanwhile is replaced, unless files are to be overwritten.
 */
export function nameFile(
  target: Target,
  names: readonly string[],
  overwrite: boolean,
  temporary: string | Buffer,
): string[] {
  const there = lstatSync(target.at(names), { throwIfNoEntry: false });
  if (there?.isFile() && overwrite) {
    renameSync(temporary, target.at(names));
    return [...names];
  }
  const name = names.at(-1)!;
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const day = new Date().toISOString().slice(0, 10);
  for (let n = 0; n < 1000; n++) {
    const other = n === 0 ? name : `${stem}.${day}${n === 1 ? '' : ` (${n})`}${extension}`;
    const parts = [...names.slice(0, -1), other];
    if (lstatSync(target.at(parts), { throwIfNoEntry: false })) continue;
    try {
      linkSync(temporary, target.at(parts));
      unlinkSync(temporary);
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') continue;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(thrown))) throw thrown;
      renameSync(temporary, target.at(parts)); // a file system without hard links
    }
    return parts;
  }
  throw new UserError('a thousand files of this name are there', 100);
}
