import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { findFileProblem } from '../service/private-file.ts';
import { hashPassword } from './password-hash.ts';

/** Left in the data folder by an installer or an administrator: the password as UTF-8 text, readable by nobody else. */
export const INITIAL_PASSWORD = 'initial-password';
/** What is kept of it: `{"hash": "$argon2id$…"}`. */
const PASSWORD_FILE = 'password.json';
/** Characters; more is a mistake, such as another file of the same name. */
const LONGEST = 1024;

/**
 * Takes the initial password, if there is one, into the data folder's own file as a hash and deletes it; a password that was there
 * before is replaced, so an administrator can set a new one the same way. One that others could read, or that is no password, is not
 * used: the log says why. When the process dies in between, the next start does it again.
 * @returns true when the server has a password.
 */
export async function takeInitialPassword(folder: string, log: Log, findProblem = findFileProblem): Promise<boolean> {
  const initial = path.join(folder, INITIAL_PASSWORD);
  const kept = path.join(folder, PASSWORD_FILE);
  if (!existsSync(initial)) return existsSync(kept);
  try {
    const problem = findProblem(initial);
    if (problem)
      throw new Error(`${problem}; write a new password into a file that only this server's account can read`);
    const hash = await hashPassword(readPassword(initial));
    writeWhole(folder, PASSWORD_FILE, `${JSON.stringify({ hash })}\n`);
    rmSync(initial);
    log.information(`the password of ${INITIAL_PASSWORD} is set, and the file deleted`);
  } catch (thrown) {
    log.error(`the password in ${initial} is not used: ${messageOf(thrown)}`);
  }
  return existsSync(kept);
}

/** @throws Error that says what is wrong with it, never what it is. */
function readPassword(file: string): string {
  if (statSync(file).size > 4 * LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).replace(/\r?\n$/, '');
  } catch {
    throw new Error('it is not UTF-8 text');
  }
  if (text === '') throw new Error('it is empty');
  if (text.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Error('it holds more than one line, or control characters');
  return text;
}

/** Writes a file so that, whenever the machine stops, either the old one or the whole new one is there. */
function writeWhole(folder: string, name: string, text: string): void {
  const temporary = path.join(folder, `${name}.new`);
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path.join(folder, name));
  if (process.platform === 'win32') return; // folders cannot be opened for that
  const parent = openSync(folder, 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
