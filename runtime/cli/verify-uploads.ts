import type { Machine } from '../engine/backup/backup.ts';
import type { Warning } from './backup-warnings.ts';
import { formatSize } from './format.ts';

/** What was uploaded, by this run or an earlier one, and is not listed by the destination as it was. */
export async function verifyUploads({ database, remote }: Machine): Promise<Warning[]> {
  const listed = new Map((await remote.list()).map(({ name, size }) => [name, size]));
  const rows = database.prepare("SELECT name, size FROM volume WHERE state IN ('uploaded', 'verified') ORDER BY name");
  const found: Warning[] = [];
  for (const row of rows.iterate()) {
    const [name, size, there] = [String(row.name), Number(row.size), listed.get(String(row.name))];
    if (there === undefined)
      found.push({ id: 'MissingRemoteFile', text: `${name}: it was uploaded, and the destination does not list it` });
    else if (row.size !== null && there !== size)
      found.push({
        id: 'RemoteFileSize',
        text: `${name}: ${formatSize(size)} were uploaded, and the destination lists ${formatSize(there)}`,
      });
  }
  return found;
}
