import { stat } from 'node:fs/promises';
import type { Storage } from './storage.ts';

export type WatchedAction = 'list' | 'get' | 'put' | 'delete' | 'createfolder';

/** Who looks on while a destination is worked with. */
export interface StorageWatch {
  /** Before each call, which waits for it. */
  begin(action: WatchedAction, name: string, size: number): Promise<void>;
  /** After each that succeeded. @param size bytes; of a list, how many entries */
  end(action: WatchedAction, name: string, size: number): void;
}

/** The same destination, with somebody looking on. */
export function watchStorage(storage: Storage, { begin, end }: StorageWatch): Storage {
  const sizeOf = (file: string) => stat(file).then(({ size }) => size);
  return {
    ...storage,
    async *list(signal) {
      await begin('list', '', 0);
      let count = 0;
      for await (const entry of storage.list(signal)) {
        count += 1;
        yield entry;
      }
      end('list', '', count);
    },
    async put(name, file, signal) {
      const size = await sizeOf(file);
      await begin('put', name, size);
      await storage.put(name, file, signal);
      end('put', name, size);
    },
    async get(name, file, signal) {
      await begin('get', name, 0);
      await storage.get(name, file, signal);
      end('get', name, await sizeOf(file));
    },
    async delete(name, signal) {
      await begin('delete', name, 0);
      await storage.delete(name, signal);
      end('delete', name, 0);
    },
    async createFolder(signal) {
      await begin('createfolder', '', 0);
      await storage.createFolder(signal);
      end('createfolder', '', 0);
    },
  };
}
