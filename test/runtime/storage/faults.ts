/** A storage in memory, and one that fails as it is told: what stands between the engine and a bad destination, for tests alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { type Storage, StorageError, type StorageReason } from '../../../runtime/storage/storage.ts';

export type Operation = 'list' | 'put' | 'get' | 'delete' | 'createFolder' | 'quota';

export interface Fault {
  reason: StorageReason;
  /** The operation is done, and only its answer is lost. */
  isAfter?: boolean;
}

/** @param choose called before each operation; what it returns is thrown */
export function withFaults(
  storage: Storage,
  choose: (operation: Operation, name: string | undefined) => Fault | undefined,
): Storage {
  async function run<Result>(operation: Operation, name: string | undefined, work: () => Promise<Result>) {
    const fault = choose(operation, name);
    if (!fault) return work();
    if (fault.isAfter) await work();
    throw new StorageError(
      fault.reason,
      `an injected fault of the kind "${fault.reason}" in ${operation} ${name ?? ''}`,
    );
  }
  return {
    name: storage.name,
    async *list(signal) {
      yield* await run('list', undefined, () => Array.fromAsync(storage.list(signal)));
    },
    put: (name, file, signal) => run('put', name, () => storage.put(name, file, signal)),
    get: (name, file, signal) => run('get', name, () => storage.get(name, file, signal)),
    delete: (name, signal) => run('delete', name, () => storage.delete(name, signal)),
    createFolder: (signal) => run('createFolder', undefined, () => storage.createFolder(signal)),
    quota: (signal) => run('quota', undefined, () => storage.quota(signal)),
    close: () => storage.close(),
  };
}

export function memoryStorage(files = new Map<string, Buffer>()): Storage {
  const read = (name: string) => {
    const bytes = files.get(name);
    if (bytes) return bytes;
    throw new StorageError('missing', `${name} is gone`);
  };
  return {
    name: 'memory',
    async *list() {
      for (const [name, { length }] of files) yield { name, size: length };
    },
    put: async (name, file) => void files.set(name, await readFile(file)),
    get: async (name, file) => writeFile(file, read(name), { flag: 'wx', mode: 0o600 }),
    delete: async (name) => {
      read(name);
      files.delete(name);
    },
    async createFolder() {},
    quota: async () => undefined,
    async close() {},
  };
}
