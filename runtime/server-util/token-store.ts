import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, UserError } from '../errors.ts';
import { findFileProblem } from '../service/private-file.ts';
import { writeWhole } from '../service/write-whole.ts';
import { keyFromText, makeFieldCipher, plainFields } from '../settings/field-encryption.ts';

/** What a client keeps of a session: the cookies and the nonce that get it new access tokens, and the newest of these. */
export interface Kept {
  cookies: string;
  nonce: string;
  access: string;
}

/** Tokens of servers, by their addresses, in one file. */
export interface TokenStore {
  read(server: string): Promise<Kept | undefined>;
  /** @param kept undefined: forget it. */
  write(server: string, kept: Kept | undefined): Promise<void>;
  /** Runs `work` while no other process uses the file: a refresh token is good once. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

interface Stored {
  version: 1;
  /** Base64: of the key that a person chose. */
  salt: string;
  servers: Record<string, string>;
}

export const STORE_FILE = 'server-util.json';
const LARGEST = 1 << 20;
/** Milliseconds to wait for another process, which may wait for its server. */
const PATIENCE = 30_000;

/**
 * Tokens in a file that only this account can read, with `key` also encrypted.
 * @param prepare makes its folder, before something is written.
 * @throws UserError (2) for a file that others could have read or written, that is another's, or encrypted with another key.
 */
export function openTokenStore(file: string, key: string | undefined, prepare: () => void): TokenStore {
  const refuse = (why: string, thrown?: unknown) =>
    new UserError(
      `${file} is not used: ${why}; delete it and log in again, or name another with --settings-file`,
      2,
      thrown,
    );
  const load = (): Stored => {
    if (!existsSync(file)) return { version: 1, salt: randomBytes(16).toString('base64'), servers: {} };
    const problem = findFileProblem(file) ?? (statSync(file).size > LARGEST ? 'it is too long' : undefined);
    if (problem) throw refuse(problem);
    const stored = parse(readFileSync(file, 'utf8'));
    if (!stored) throw refuse('it is not a file of tokens');
    return stored;
  };
  const cipherOf = async ({ salt }: Stored) =>
    key ? makeFieldCipher(await keyFromText(key, Buffer.from(salt, 'base64'))) : plainFields;
  return {
    async read(server) {
      const stored = load();
      const held = Object.hasOwn(stored.servers, server) ? stored.servers[server] : undefined;
      if (held === undefined) return undefined;
      const cipher = await cipherOf(stored);
      try {
        return JSON.parse(cipher.decrypt(server, held)) as Kept; // written below, in a file that is ours alone
      } catch (thrown) {
        throw refuse('it is encrypted with another key (--settings-encryption-key), or damaged', thrown);
      }
    },
    async write(server, kept) {
      const stored = load();
      if (kept === undefined) delete stored.servers[server];
      else stored.servers[server] = (await cipherOf(stored)).encrypt(server, JSON.stringify(kept));
      prepare();
      writeWhole(path.dirname(file), path.basename(file), `${JSON.stringify(stored, null, 2)}\n`);
    },
    async alone(work) {
      prepare();
      const lock = await takeLock(`${file}.lock`).catch((thrown) => {
        throw refuse(messageOf(thrown), thrown);
      });
      try {
        return await work();
      } finally {
        lock.close();
      }
    },
  };
}

/** The system's own lock, taken by SQLite on an empty file: it is gone with the process. @throws Error after a while. */
async function takeLock(file: string): Promise<DatabaseSync> {
  for (const end = performance.now() + PATIENCE; ; await wait(20)) {
    const lock = new DatabaseSync(file, { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (thrown) {
      lock.close();
      if (!messageOf(thrown).includes('locked') || performance.now() > end) throw thrown;
    }
  }
}

function parse(text: string): Stored | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return undefined;
    const { version, salt, servers } = read as Record<string, unknown>; // each member is judged here
    const isSound = version === 1 && typeof salt === 'string' && typeof servers === 'object' && servers !== null;
    if (!isSound || !Object.values(servers).every((one) => typeof one === 'string')) return undefined;
    return { version, salt, servers: { ...servers } };
  } catch {
    return undefined;
  }
}
