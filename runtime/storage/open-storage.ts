import { openFileStorage } from './file/file.ts';
import { type Storage, StorageError } from './storage.ts';

/** Options of a backend by their names, as text. */
export type StorageOptions = Readonly<Record<string, string>>;

/**
 * Opens a destination by its URL in Duplicati's form, or a path of this machine.
 * @throws StorageError when it cannot be read or there is no such backend
 */
export async function openStorage(url: string, options: StorageOptions = {}): Promise<Storage> {
  const scheme = /^([A-Za-z][A-Za-z0-9+-]+):\/\//.exec(url)?.[1]?.toLowerCase() ?? 'file';
  if (scheme === 'file') return openFileStorage(url, options);
  throw new StorageError(
    'invalid',
    `destinations of the kind "${scheme}" are not there yet; use file:///FOLDER or a path`,
  );
}
