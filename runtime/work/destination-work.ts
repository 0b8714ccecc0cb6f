import type { JobResult } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Work } from '../jobs/run-job.ts';
import { createDestination, testDestination } from '../storage/test-destination.ts';
import { openDestination, storageOptions } from './open-destination.ts';
import { sendRows } from './send-rows.ts';

const DONE: JobResult = { level: 'Success', facts: {}, metadata: {}, lines: [] };

/** Says whether backups can go to a destination; the row is a `DestinationOutcome`. */
export const answerTest: Work = async (document, { stop, send }) => {
  const { input } = document;
  const options = storageOptions(document);
  const outcome =
    input.kind === 'create'
      ? await createDestination(document.targetUrl, options, { signal: stop })
      : await testDestination(document.targetUrl, options, {
          signal: stop,
          autoCreate: input.autoCreate === true,
          readOnly: input.readOnly === true,
        });
  send([outcome]);
  return DONE;
};

/** What is at a destination: rows with name, size, and whether it is a folder. */
export const answerContents: Work = async (document: JobDocument, control) => {
  const storage = await openDestination(document);
  const rows: unknown[] = [];
  try {
    for await (const { name, size, isFolder, modified } of storage.list(control.stop))
      rows.push({ name, size, isFolder: isFolder === true, ...(modified === undefined ? {} : { modified }) });
  } finally {
    await storage.close();
  }
  sendRows(rows, control);
  return DONE;
};
