import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { codeOf, UserError } from '../../errors.ts';
import type { Target } from './target.ts';

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
      rmSync(temporary);
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') continue;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(thrown))) throw thrown;
      renameSync(temporary, target.at(parts)); // a file system without hard links
    }
    return parts;
  }
  throw new UserError('a thousand files of this name are there', 100);
}
