import { chmodSync, type Dirent, lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findPlantedFile } from './private-file.ts';

/** Entries that are looked at: a server's folder has dozens. */
const MOST = 10_000;
const DEEPEST = 3;
/** Copies of a database that was being taken over when the server ended. */
const LEFT_OVER = /^take-over-[A-Za-z0-9]{6}$/;

/**
 * Looks at everything in a data folder that is ours: files of somebody else are refused, since they were put there before the folder was
 * closed; what others could read or change if the folder were open is closed too, with a line in the log. Links are left alone. On
 * Windows a folder hands its rights down: there, owners alone are looked at.
 * @param judgedElsewhere names in the folder that whoever uses them judges by their rights: these stay as they are.
 * @throws UserError (100) unless `insecure`, which makes it a warning.
 */
export function auditFolder(
  folder: string,
  { insecure, log, judgedElsewhere }: { insecure: boolean; log: Log; judgedElsewhere: readonly string[] },
  us = process.getuid?.(),
  read = (at: string): Dirent[] => readdirSync(at, { withFileTypes: true }),
): void {
  const closed: string[] = [];
  let count = 0;
  const visit = (at: string, depth: number) => {
    for (const entry of list(at, depth)) {
      if (++count > MOST) return;
      const file = path.join(at, entry.name);
      if (depth === 0 && entry.isDirectory() && LEFT_OVER.test(entry.name))
        rmSync(file, { recursive: true, force: true });
      else if (depth > 0 || !judgedElsewhere.includes(entry.name)) {
        judge(file, entry);
        if (entry.isDirectory() && depth < DEEPEST) visit(file, depth + 1);
      }
    }
  };
  const list = (at: string, depth: number): Dirent[] => {
    try {
      return read(at);
    } catch (thrown) {
      if (depth === 0) throw thrown;
      return []; // root's alone, such as the lost+found of a disk
    }
  };
  const judge = (file: string, entry: Dirent) => {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat || entry.isSymbolicLink()) return;
    const owner =
      us !== undefined && stat.uid !== 0 && stat.uid !== us ? `it belongs to account ${stat.uid}` : undefined;
    const problem = us === undefined && entry.isFile() ? findPlantedFile(file) : owner;
    if (problem !== undefined) {
      const text = `${file} is in the data folder, and ${problem}: whoever put it there could decide what this program does`;
      if (!insecure)
        throw new UserError(`${text}; move it away or give it to this account (chown), then start again`, SERIOUS);
      log.warning(text);
      return;
    }
    if (us === undefined || (stat.mode & 0o077) === 0) return;
    try {
      chmodSync(file, stat.mode & 0o700);
      closed.push(path.relative(folder, file));
    } catch (thrown) {
      log.warning(`${file} could be read or changed by others: ${messageOf(thrown)}`);
    }
  };
  visit(folder, 0);
  if (closed.length === 0) return;
  const more = closed.length > 10 ? ` and ${closed.length - 10} more` : '';
  log.warning(`took the rights of other accounts from ${closed.slice(0, 10).join(', ')}${more} in the data folder`);
}
