import { stat } from 'node:fs/promises';

/** What changes when a file's bytes change: device, inode, size and time of modification. Undefined when there is no such file. */
export async function fileIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return [found.dev, found.ino, found.size, found.mtimeNs].join(':');
}
