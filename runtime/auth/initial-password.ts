import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findFileProblem } from '../service/private-file.ts';
import { syncFolder } from '../service/write-whole.ts';
import { LONGEST_PASSWORD } from './password-rules.ts';
import { type Passwords, warnOfWeakness } from './passwords.ts';

/** Left in the data folder by an installer or an administrator: the password as UTF-8 text, readable by nobody else. */
export const INITIAL_PASSWORD = 'initial-password';

/**
 * Takes the initial password, if there is one, and deletes its file; a password that was there before is replaced, so an administrator
 * can set a new one the same way. One that others could read, or that is no password, is not used: the log says why. When the process
 * dies in between, the next start does it again.
 */
export async function takeInitialPassword(
  folder: string,
  passwords: Passwords,
  log: Log,
  findProblem = findFileProblem,
): Promise<void> {
  const file = path.join(folder, INITIAL_PASSWORD);
  if (!existsSync(file)) return;
  try {
    const problem = findProblem(file);
    if (problem)
      throw new Error(`${problem}; write a new password into a file that only this server's account can read`);
    const password = readPassword(file);
    await passwords.set(password);
    rmSync(file);
    syncFolder(folder);
    log.information(`the password of ${INITIAL_PASSWORD} is set, and the file deleted`);
    warnOfWeakness(password, INITIAL_PASSWORD, log);
  } catch (thrown) {
    log.error(`the password in ${file} is not used: ${messageOf(thrown)}`);
  }
}

/** @throws Error that says what is wrong with it, never what it is. */
function readPassword(file: string): string {
  if (statSync(file).size > 4 * LONGEST_PASSWORD) throw new Error(`it is longer than ${LONGEST_PASSWORD} characters`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).replace(/\r?\n$/, '');
  } catch {
    throw new Error('it is not UTF-8 text');
  }
  if (text === '') throw new Error('it is empty');
  if (text.length > LONGEST_PASSWORD) throw new Error(`it is longer than ${LONGEST_PASSWORD} characters`);
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Error('it holds more than one line, or control characters');
  return text;
}
