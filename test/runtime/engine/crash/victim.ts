/** `victim.ts FOLDER OPERATION VERSION [unsynced]`: says when it begins, and is ended at any moment after. */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [folder = '', operation = '', version = '', how = ''] = process.argv.slice(2);
if (how === 'unsynced') await forgetToSync();
const { reopenBackup } = await import('../open-backup.ts');
const { openPlace } = await import('./place.ts');
const opened = reopenBackup(folder, undefined, await openPlace(folder));
process.stdout.write('begins\n');
if (operation === 'backup') await opened.backup();
else if (operation === 'delete') await opened.delete([Number(version)]);
else await opened.compact();

/** What a build would be that calls it done when it is only told. */
async function forgetToSync(): Promise<void> {
  fs.fsyncSync = () => {};
  fs.fdatasyncSync = () => {};
  syncBuiltinESMExports();
  const handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle);
  prototype.sync = async () => {};
  prototype.datasync = async () => {};
  await handle.close();
}
