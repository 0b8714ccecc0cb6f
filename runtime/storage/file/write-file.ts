/** All that the backend changes on a disk. */
import { open, rename, rm, unlink } from 'node:fs/promises';
import path from 'node:path';

/** A file that is not whole yet; Duplicati and our lists take no notice of it. */
const TEMPORARY = '.part';

export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith(TEMPORARY);
}

function temporaryOf(place: string): string {
  return path.join(path.dirname(place), `.${path.basename(place)}${TEMPORARY}`);
}

/** Under another name until its last byte is on the disk: a name is that of a whole file, whenever power fails. */
export async function writeWhole(place: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = temporaryOf(place);
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      for await (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, place);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {}); // what went wrong first is what counts
    throw thrown;
  }
  await syncFolder(path.dirname(place));
}

/** With what an upload that was killed left of it. */
export async function removeFile(place: string): Promise<void> {
  await rm(temporaryOf(place), { force: true });
  await unlink(place);
  await syncFolder(path.dirname(place));
}

/** Windows has no such thing, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
