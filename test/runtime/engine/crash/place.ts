import path from 'node:path';
import type { Sink } from '../../../../runtime/engine/backup/uploads.ts';
import type { Source } from '../../../../runtime/engine/remote/remote.ts';
import { openFileStorage } from '../../../../runtime/storage/file/file.ts';
import type { Storage } from '../../../../runtime/storage/storage.ts';
import { createThrottle } from '../../../../runtime/storage/wrap/throttle.ts';
import { createTransfers } from '../../../../runtime/storage/wrap/transfers.ts';

/** The destination of a backup in a folder, as the programs open it. */
export function openPlace(root: string): Promise<Source & Sink> {
  return openStorageOf(root);
}

export async function openStorageOf(root: string): Promise<Storage> {
  const free = createThrottle(() => 0);
  const transfers = createTransfers({ upload: free, download: free, idle: 60_000 });
  return await openFileStorage({ url: path.join(root, 'remote'), options: {}, transfers });
}
