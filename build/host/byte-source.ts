import { open } from 'node:fs/promises';
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource } from '../model/format.ts';

/** An open file as a ByteSource; `name` is the path unless another is given. Close it when done. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** @throws PackwrightError when the file cannot be opened or is not a regular file. */
export async function openSource(path: string, name = path): Promise<FileSource> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${cause.code})`;
    throw new PackwrightError(name, what, 'check the path', cause);
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new PackwrightError(name, 'it is not a regular file', 'give the path of a file');
  }
  return {
    name,
    size: stat.size,
    file: path,
    async read(offset, length) {
      checkRange(name, stat.size, offset, length);
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) throw new PackwrightError(name, 'the file became shorter while it was read', 'try again');
        done += bytesRead;
      }
      return buffer;
    },
    close: () => handle.close(),
  };
}

/** Bytes in memory as a ByteSource, with the same bounds. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange(name, bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

function checkRange(name: string, size: number, offset: number, length: number) {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new PackwrightError(
    name,
    `it is cut short: ${length} bytes are wanted at offset ${offset}, but it ends at ${size}`,
    'get the file again',
  );
}
