import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PackwrightError } from '../model/errors.ts';
import type { Lock } from '../model/lock.ts';

export const LOCK_FILE = 'packwright.lock.json';
const OWN = fileURLToPath(new URL(`../../${LOCK_FILE}`, import.meta.url));

/**
 * The pins of a project: its own packwright.lock.json, else, and without a folder, the one that travels with Packwright.
 * @throws PackwrightError when the file is not what "packwright lock" writes.
 */
export async function readLock(folder?: string): Promise<Lock> {
  const own = folder === undefined ? OWN : path.join(folder, LOCK_FILE);
  const file = existsSync(own) ? own : OWN;
  try {
    const lock: Lock = JSON.parse(await readFile(file, 'utf8'));
    if (typeof lock.node !== 'object' || lock.node === null) throw new Error('it has no "node" section');
    if (file === OWN || lock.generators) return lock;
    // What a project pins nothing of comes from the one that travels with Packwright.
    const { generators } = await readLock();
    return generators ? { ...lock, generators } : lock;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PackwrightError(LOCK_FILE, `it cannot be read: ${why}`, 'restore it or run "packwright lock"', cause);
  }
}

/** Writes the pins whole or not at all. */
export async function writeLock(folder: string, lock: Lock): Promise<void> {
  const file = path.join(folder, LOCK_FILE);
  const handle = await open(`${file}.new`, 'w', 0o644);
  try {
    await handle.writeFile(`${JSON.stringify(lock, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
