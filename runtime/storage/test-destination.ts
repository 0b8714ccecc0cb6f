/** Can backups go there? What the server answers who sets a destination up. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseRemoteName } from '../engine/volumes/remote-name.ts';
import { openStorage, type Wrapping } from './open-storage.ts';
import type { StorageOptions } from './options/options.ts';
import { type Storage, StorageError, UntrustedError } from './storage.ts';

/**
 * How a test ended. The words of `kind` are Duplicati's codes (`/api/v1/remoteoperation/test` answers with them); `message` is for people
 * and holds nothing secret.
 */
export type DestinationOutcome =
  | { kind: 'ok'; anyFiles: boolean; anyBackups: boolean; anyEncryptedFiles: boolean }
  | { kind: 'missing-folder'; message: string }
  /** It was not there and could not be made. */
  | { kind: 'error-creating-folder'; message: string }
  /** Nobody vouches for the certificate: `hash` is what `accept-specified-ssl-hash` takes. */
  | { kind: 'incorrect-cert'; hash: string; message: string }
  /** The host key is not one that was accepted: `reported` is what `ssh-fingerprint` takes. */
  | { kind: 'incorrect-host-key'; reported: string; accepted: string | undefined; message: string }
  /** Anything else. `afterConnect`: the destination was reached, and something there failed. */
  | { kind: 'error'; id: string; afterConnect: boolean; message: string };

export interface DestinationTest {
  signal: AbortSignal;
  /** Make the folder where it is missing. */
  autoCreate?: boolean;
  /** Look only; without it a small file is written, read and deleted. */
  readOnly?: boolean;
  wrapping?: Wrapping;
}

/** The file that is written, and what Duplicati takes no notice of. */
export const TEST_FILE = 'duplicati-access-privileges-test.tmp';

/** Tests a destination. Throws only for an abort. */
export async function testDestination(
  url: string,
  options: StorageOptions,
  test: DestinationTest,
): Promise<DestinationOutcome> {
  let storage: Storage | undefined;
  let stage = { id: 'error', isConnected: false };
  const at = (id: string, isConnected: boolean) => {
    stage = { id, isConnected };
  };
  try {
    storage = await openStorage(url, options, test.wrapping);
    at('TestPreparationError', false);
    let found = await look(storage, test.signal);
    if (found === undefined) {
      if (!test.autoCreate || test.readOnly)
        return { kind: 'missing-folder', message: `the folder ${storage.name} is not there` };
      at('error-creating-folder', true);
      await storage.createFolder(test.signal);
      found = await look(storage, test.signal);
      if (found === undefined)
        return { kind: 'error-creating-folder', message: `the folder ${storage.name} is not there after it was made` };
    }
    if (!test.readOnly) await tryFile(storage, test.signal, at);
    return { kind: 'ok', ...found };
  } catch (thrown) {
    test.signal.throwIfAborted();
    return explain(thrown, stage);
  } finally {
    await storage?.close().catch(() => {});
  }
}

/** Makes the folder of a destination with its parents. Throws only for an abort. */
export async function createDestination(
  url: string,
  options: StorageOptions,
  { signal, wrapping }: Pick<DestinationTest, 'signal' | 'wrapping'>,
): Promise<DestinationOutcome> {
  let storage: Storage | undefined;
  try {
    storage = await openStorage(url, options, wrapping);
    await storage.createFolder(signal);
    return { kind: 'ok', anyFiles: false, anyBackups: false, anyEncryptedFiles: false };
  } catch (thrown) {
    signal.throwIfAborted();
    return explain(thrown, { id: 'error-creating-folder', isConnected: false });
  } finally {
    await storage?.close().catch(() => {});
  }
}

type Found = { anyFiles: boolean; anyBackups: boolean; anyEncryptedFiles: boolean };

/** What is there; undefined where the folder is missing. */
async function look(storage: Storage, signal: AbortSignal): Promise<Found | undefined> {
  const found: Found = { anyFiles: false, anyBackups: false, anyEncryptedFiles: false };
  try {
    for await (const { name, isFolder } of storage.list(signal)) {
      if (isFolder || name === TEST_FILE) continue;
      found.anyFiles = true;
      const volume = parseRemoteName(name);
      found.anyBackups ||= volume !== undefined;
      found.anyEncryptedFiles ||= volume?.encryption !== undefined;
    }
    return found;
  } catch (thrown) {
    if (thrown instanceof StorageError && thrown.reason === 'missing') return undefined;
    throw thrown;
  }
}

/** Writes a small file, reads it and deletes it. */
async function tryFile(
  storage: Storage,
  signal: AbortSignal,
  at: (id: string, isConnected: boolean) => void,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'duplicati-test-'));
  const [sent, back] = [path.join(folder, 'sent'), path.join(folder, 'back')];
  try {
    await writeFile(
      sent,
      `A test of whether files can be written here; it can be deleted. ${randomBytes(8).toString('hex')}\n`,
    );
    at('TestWriteError', true);
    await storage.put(TEST_FILE, sent, signal);
    at('TestReadError', true);
    await storage.get(TEST_FILE, back, signal);
    if (!(await readFile(back)).equals(await readFile(sent)))
      throw new StorageError(
        'failed',
        `${storage.name}: a file does not come back as it was written; do not use it for backups`,
      );
    at('TestCleanupError', true);
    await storage.delete(TEST_FILE, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function explain(thrown: unknown, { id, isConnected }: { id: string; isConnected: boolean }): DestinationOutcome {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof UntrustedError) {
    const { identity } = thrown;
    return identity.kind === 'certificate'
      ? { kind: 'incorrect-cert', hash: identity.hash, message }
      : { kind: 'incorrect-host-key', reported: identity.reported, accepted: identity.accepted, message };
  }
  if (id === 'error-creating-folder') return { kind: id, message };
  return { kind: 'error', id, afterConnect: isConnected, message };
}
