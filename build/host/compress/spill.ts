import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Part } from '../../model/format.ts';
import type { FileRange } from './source.ts';

/** One temporary file for bytes too many to hold. It appears with the first bytes. */
export interface Spill {
  /** Appends bytes and tells where they are. */
  keep(bytes: Uint8Array): Promise<FileRange>;
  /** Appends all parts one after another. */
  keepAll(parts: readonly Part[]): Promise<FileRange>;
  /** Closes and removes the file. */
  remove(): Promise<void>;
}

export function openSpill(file: string): Spill {
  let handle: FileHandle | undefined;
  let end = 0;

  async function keep(bytes: Uint8Array): Promise<FileRange> {
    handle ??= await open(file, 'wx');
    const offset = end;
    await handle.appendFile(bytes);
    end += bytes.byteLength;
    return { file, offset, length: bytes.byteLength };
  }

  return {
    keep,
    async keepAll(parts) {
      const offset = end;
      await keep(new Uint8Array());
      for (const part of parts) {
        if (part instanceof Uint8Array) await keep(part);
        else for await (const chunk of part.open()) await keep(chunk);
      }
      return { file, offset, length: end - offset };
    },
    async remove() {
      await handle?.close();
      if (handle) await rm(file, { force: true });
      handle = undefined;
    },
  };
}
