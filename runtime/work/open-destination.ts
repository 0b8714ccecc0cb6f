import type { JobDocument } from '../jobs/job-document.ts';
import { backendOptions } from '../storage/backends.ts';
import { openStorage } from '../storage/open-storage.ts';
import { namesOf } from '../storage/options/options.ts';
import type { Storage } from '../storage/storage.ts';

/** The destination of a job. @throws StorageError */
export function openDestination(document: JobDocument): Promise<Storage> {
  return openStorage(document.targetUrl, storageOptions(document));
}

/** Options of a job that are a destination's, by their names. */
export function storageOptions({ options }: Pick<JobDocument, 'options'>): Record<string, string> {
  const known = namesOf(backendOptions());
  const given = options.map(({ name, value }) => [name.replace(/^-+/, '').toLowerCase(), value] as const);
  return Object.fromEntries(given.filter(([name]) => known.has(name)));
}
