import type { JobDocument } from '../jobs/job-document.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { Storage } from '../storage/storage.ts';

/** The destination of a job. @throws StorageError */
export function openDestination({ targetUrl }: JobDocument): Promise<Storage> {
  return openStorage(targetUrl);
}
