import { constants, copyFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Source } from '../../../runtime/engine/remote/remote.ts';

/** A folder of this machine as a destination. */
export function folderSource(folder: string): Source {
  return {
    async *list() {
      for (const name of await readdir(folder)) {
        const { size } = await stat(path.join(folder, name));
        yield { name, size };
      }
    },
    get: (name, file) => copyFile(path.join(folder, name), file, constants.COPYFILE_EXCL),
  };
}
