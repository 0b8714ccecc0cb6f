import { array, boolean, type GenericSchema, type InferOutput, nullish, number, object, string } from 'valibot';
import { Refused, send } from '../session.ts';
import { texts } from '../texts.ts';

/** A version of a backup. */
export const VERSIONS = array(
  object({ Version: number(), Time: string(), IsFullBackup: number(), FileCount: number(), FileSizes: number() }),
);
export type Version = InferOutput<typeof VERSIONS>[number];

const ENTRY = object({ Path: string(), Size: number(), IsDirectory: boolean() });
export type Entry = InferOutput<typeof ENTRY>;
const ENTRIES = object({
  Success: boolean(),
  Error: nullish(string()),
  Data: nullish(array(ENTRY), []),
  PageInfo: nullish(object({ Total: number() })),
});

/** Rows that are asked for at once. */
const PAGE = 300;

export interface Page {
  entries: Entry[];
  total: number;
}

/** What lies in a folder of a version; the topmost folders for none. @param page counts from 0. @throws Refused */
export function listFolder(backup: string, time: string, folder: string | undefined, page: number): Promise<Page> {
  const body = {
    BackupId: backup,
    Time: time,
    Paths: folder === undefined ? null : [folder],
    PageSize: PAGE,
    Page: page,
  };
  return askPage('list-folder', ENTRIES, body);
}

/** Files of a version by a pattern. @throws Refused */
export function searchFiles(backup: string, time: string, pattern: string, page: number): Promise<Page> {
  const text = /[*?]/.test(pattern) ? pattern : `*${pattern}*`;
  const filter = text.startsWith('/') || text.startsWith('*') ? text : `*/${text}`;
  const body = { BackupId: backup, Time: time, Paths: null, Filters: [filter], PageSize: PAGE, Page: page };
  return askPage('search', ENTRIES, body);
}

async function askPage<Schema extends typeof ENTRIES & GenericSchema>(call: string, schema: Schema, body: object) {
  const { Success, Error: why, Data, PageInfo } = await send('POST', `v2/backup/${call}`, schema, body);
  if (!Success) throw new Refused(400, why ?? texts.failed);
  return { entries: Data ?? [], total: PageInfo?.Total ?? 0 };
}

/** The last part of a path; a root stands for itself. */
export function nameOf(path: string): string {
  return /([^/\\]+)[/\\]?$/.exec(path)?.[1] ?? path;
}
