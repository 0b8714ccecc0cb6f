import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource, Unpacker } from '../model/format.ts';
import type { ImageBase } from '../model/package.ts';
import type { Arch } from '../model/target.ts';

/** Files of an image by relative path, wherever they lie: what the image format reads from. */
export interface BaseFiles {
  name: string;
  find(path: string): Promise<{ source: ByteSource; offset: number; size: number } | undefined>;
}

/** The image format's reader. */
export interface BaseReader {
  tarFiles(file: ByteSource): Promise<BaseFiles>;
  readImageBase(files: BaseFiles, arch: Arch, unpacker: Unpacker): Promise<ImageBase>;
}

/**
 * Reads a given image to build on: an OCI layout as a folder or in a tar, or what `docker save` writes.
 * @throws PackwrightError when there is no such image, or it is damaged.
 */
export async function openImageBase(
  path: string,
  arch: Arch,
  unpacker: Unpacker,
  reader: BaseReader,
): Promise<ImageBase> {
  const found = await stat(path).catch((cause) => {
    throw new PackwrightError(path, 'there is no such image', 'give an OCI layout: a folder or a tar', cause);
  });
  const files = found.isDirectory() ? folderFiles(path) : await reader.tarFiles(pathSource(path, found.size));
  return reader.readImageBase(files, arch, unpacker);
}

function folderFiles(folder: string): BaseFiles {
  return {
    name: folder,
    async find(path) {
      const file = join(folder, path);
      const found = await stat(file).catch(() => undefined);
      return found?.isFile() ? { source: pathSource(file, found.size), offset: 0, size: found.size } : undefined;
    },
  };
}

/** Opens the file for each read: layers are read again when the image is written, and nobody would close a file left open. */
function pathSource(path: string, size: number): ByteSource {
  return {
    name: path,
    size,
    async read(offset, length) {
      const handle = await open(path, 'r');
      try {
        const bytes = Buffer.alloc(length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0)
            throw new PackwrightError(path, `it ends before byte ${offset + length}`, 'get it again');
          done += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    },
  };
}
