import { constants, copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Sink } from '../../../runtime/engine/backup/uploads.ts';
import type { Source } from '../../../runtime/engine/remote/remote.ts';

/** A folder of this machine as a destination. */
export function folderSource(folder: string): Source & Sink {
  return {
    async *list() {
      for (const name of await readdir(folder)) {
        if (name.startsWith('.')) continue;
        const { size } = await stat(path.join(folder, name));
        yield { name, size };
      }
    },
    get: (name, file) => copyFile(path.join(folder, name), file, constants.COPYFILE_EXCL),
    async put(name, file) {
      const temporary = path.join(folder, `.${name}.part`);
      await copyFile(file, temporary);
      await rename(temporary, path.join(folder, name));
    },
    async delete(name) {
      await rm(path.join(folder, `.${name}.part`), { force: true });
      await rm(path.join(folder, name));
    },
  };
}
