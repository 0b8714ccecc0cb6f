import { constants, copyFile, opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from '../engine/remote/remote.ts';
import { damaged } from '../engine/volumes/volume-error.ts';
import { codeOf, messageOf } from '../errors.ts';
import { NamedError } from './named-error.ts';

/** Opens a destination for reading: a folder of this machine, by its path or as `file://`. @throws NamedError */
export function openDestination(url: string): Source {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'file') {
    throw new NamedError(
      'BackendNotSupported',
      `destinations of the kind ${scheme}:// are not read by this release; file:// is`,
    );
  }
  const folder = scheme ? folderOf(url) : path.resolve(url);
  return {
    async *list() {
      let entries: AsyncIterable<{ name: string; isFile(): boolean }>;
      try {
        entries = await opendir(folder);
      } catch (thrown) {
        if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') {
          throw new NamedError('FolderMissing', `the folder ${folder} does not exist`, undefined, thrown);
        }
        throw new NamedError(
          'FolderUnreadable',
          `the folder ${folder} cannot be read: ${messageOf(thrown)}`,
          undefined,
          thrown,
        );
      }
      for await (const entry of entries) {
        if (entry.isFile()) yield { name: entry.name, size: (await stat(path.join(folder, entry.name))).size };
      }
    },
    async get(name, file) {
      try {
        await copyFile(path.join(folder, name), file, constants.COPYFILE_EXCL);
      } catch (thrown) {
        // One file that cannot be had costs what is in it, and nothing else.
        if (codeOf(thrown) === 'ENOENT') throw damaged('it is not at the destination any more', thrown);
        if (['EACCES', 'EPERM', 'EIO'].includes(codeOf(thrown)))
          throw damaged(`it cannot be read (${codeOf(thrown)})`, thrown);
        throw thrown;
      }
    },
  };
}

/** `file:///a%20b`; `file://a/b` and `file://a b` as Duplicati reads them, too. */
function folderOf(url: string): string {
  const [bare] = url.split('?', 1);
  try {
    return fileURLToPath(bare!);
  } catch {
    return path.resolve(bare!.slice('file://'.length));
  }
}
