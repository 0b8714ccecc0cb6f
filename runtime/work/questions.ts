import { existsSync } from 'node:fs';
import { withBackup } from '../cli/open-backup.ts';
import { readPathFilter } from '../cli/path-filter.ts';
import { type ListedEntry, listEntries, listFolder } from '../engine/list/entries.ts';
import { type ListedVersion, listVersions } from '../engine/list/versions.ts';
import { type LocalDatabase, openLocalDatabase } from '../engine/local-database/local-database.ts';
import { UserError } from '../errors.ts';
import type { JobResult } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Work, WorkControl } from '../jobs/run-job.ts';
import { followProgress } from './follow-progress.ts';
import { findCommand, readGiven, runCommand } from './run-command.ts';
import { sendRows } from './send-rows.ts';
import { watchTraffic } from './watch-traffic.ts';

/** What a page of an answer is. `page` counts from 0; `size` rows. */
export interface Page {
  page: number;
  size: number;
}

/** What the questions of the API say; made by its routes. */
export interface Questions {
  ListFilesets: Record<string, never>;
  ListFiles: { filter: string; kind: 'prefix' | 'folder' | 'search'; allVersions: boolean; time?: number };
  ListFolder: Page & { paths: readonly string[]; time?: number };
  ListFileVersions: Page & { paths: readonly string[] };
  SearchFiles: Page & {
    filters: readonly string[];
    paths: readonly string[];
    time?: number;
    versions: readonly number[];
    isCaseSensitive: boolean;
  };
}

/** A row of an answer: an entry of a version. `total` stands in the first row of a page: how many rows there are in all. */
export interface EntryRow extends ListedEntry {
  version: number;
  time: number;
}

/** What was asked for is not there: said in a row, since it is no failure. */
class MissingError extends Error {}

const DONE: JobResult = { level: 'Success', facts: {}, metadata: {}, lines: [] };

/** Makes the work of a question: it is answered from the local database, or where there is none from the destination. */
function answer<Name extends keyof Questions>(
  rows: (database: LocalDatabase, versions: readonly ListedVersion[], asked: Questions[Name]) => Iterable<unknown>,
): Work {
  return async (document, control) => {
    const asked = document.input as unknown as Questions[Name]; // made by the route of the same server
    await withVersions(document, control, async (database, versions) => {
      try {
        sendRows(rows(database, versions, asked), control);
      } catch (thrown) {
        if (thrown instanceof MissingError) control.send([{ missing: thrown.message }]);
        else if (thrown instanceof UserError) control.send([{ wrong: thrown.message }]);
        else throw thrown;
      }
    });
    return DONE;
  };
}

export const answerFilesets = answer<'ListFilesets'>(function* (database, versions) {
  const count = database.prepare('SELECT count(*) AS entries FROM version_entry WHERE version = ?');
  for (const { id, number, time, isFull, files, bytes } of versions)
    yield { version: number, time, isFull, files, bytes, entries: Number(count.get(id)?.entries) };
});

/** Files of one version or of all, by path; of each its sizes in these versions. */
export const answerFiles = answer<'ListFiles'>(function* (database, versions, { filter, kind, allVersions, time }) {
  const chosen = allVersions ? versions : [versionAt(versions, time)];
  yield { versions: chosen.map(({ number }) => number) };
  if (kind === 'prefix') {
    for (const { path } of listFolder(database, chosen[0]!.id, '')) yield { path, sizes: [] };
    return;
  }
  const isWanted = kind === 'folder' ? () => true : readPathFilter(filter === '*' ? [] : [filter], []).isWanted;
  const found = new Map<string, (number | null)[]>();
  for (const [at, version] of chosen.entries()) {
    const entries = kind === 'folder' ? listFolder(database, version.id, filter) : listEntries(database, version.id);
    for (const entry of entries) {
      if (!isWanted(entry.path)) continue;
      const sizes = found.get(entry.path) ?? chosen.map(() => null);
      sizes[at] = sizeOf(entry);
      found.set(entry.path, sizes);
    }
  }
  for (const [path, sizes] of found) yield { path, sizes };
});

export const answerFolder = answer<'ListFolder'>((database, versions, { paths, time, ...page }) => {
  const version = versionAt(versions, time);
  const folders = paths.length === 0 ? [''] : paths;
  function* entries() {
    for (const folder of folders)
      for (const entry of listFolder(database, version.id, withSeparator(folder))) yield rowOf(entry, version);
  }
  return takePage(entries(), page);
});

export const answerFileVersions = answer<'ListFileVersions'>((database, versions, { paths, ...page }) => {
  const wanted = new Set(paths);
  function* entries() {
    for (const version of versions)
      for (const path of wanted)
        for (const entry of listFolder(database, version.id, folderOf(path)))
          if (entry.path === path) yield rowOf(entry, version);
  }
  return takePage(entries(), page);
});

export const answerSearch = answer<'SearchFiles'>((database, versions, asked) => {
  const { filters, paths, time, versions: numbers, isCaseSensitive, ...page } = asked;
  const fold = (text: string) => (isCaseSensitive || text.startsWith('[') ? text : text.toLowerCase());
  const filter = readPathFilter(filters.map(fold), [], !isCaseSensitive);
  const below = paths.map((one) => fold(one).replace(/(?<=.)[/\\]$/, ''));
  const isWanted = (path: string) => {
    const folded = isCaseSensitive ? path : path.toLowerCase();
    return filter.isWanted(folded) && (below.length === 0 || below.some((one) => isBelow(folded, one)));
  };
  const chosen =
    numbers.length > 0
      ? versions.filter(({ number }) => numbers.includes(number))
      : time === undefined
        ? versions
        : [versionAt(versions, time)];
  function* entries() {
    for (const version of chosen)
      for (const entry of listEntries(database, version.id)) if (isWanted(entry.path)) yield rowOf(entry, version);
  }
  return takePage(entries(), page);
});

function isBelow(path: string, folder: string): boolean {
  return (
    path === folder || path.startsWith(/[/\\]$/.test(folder) ? folder : `${folder}/`) || path.startsWith(`${folder}\\`)
  );
}

/** What is lost, and in which versions. What is at the destination is looked at. */
export const answerBroken: Work = async (document, control) => {
  const { result } = await runCommand('list-broken-files', { ...document, filters: [] }, control);
  sendRows(Array.isArray(result) ? result : [], control);
  return DONE;
};

/** The rows of one page, after a row with how many there are in all. */
function takePage(rows: Iterable<EntryRow>, { page, size }: Page): unknown[] {
  const taken: EntryRow[] = [];
  let total = 0;
  for (const row of rows) {
    if (total >= page * size && taken.length < size) taken.push(row);
    total += 1;
  }
  return [{ total }, ...taken];
}

function rowOf(entry: ListedEntry, { number, time }: ListedVersion): EntryRow {
  return { ...entry, version: number, time };
}

function sizeOf({ type, size }: ListedEntry): number {
  return type === 'File' ? size : -1;
}

/** The newest version at a time or before it; the newest of all without one. @throws MissingError */
function versionAt(versions: readonly ListedVersion[], time: number | undefined): ListedVersion {
  // Clients cut fractions of seconds off, or send those that files' times have.
  const found = time === undefined ? versions[0] : versions.find((version) => version.time <= Math.ceil(time));
  if (found) return found;
  throw new MissingError(versions.length === 0 ? 'the backup has no version' : 'no version is as old as that');
}

function separatorOf(path: string): string {
  return /^(?:[A-Za-z]:|\\\\)/.test(path) ? '\\' : '/';
}

function withSeparator(folder: string): string {
  const separator = separatorOf(folder);
  return folder === '' || folder.endsWith(separator) ? folder : folder + separator;
}

function folderOf(path: string): string {
  const separator = separatorOf(path);
  return path.slice(0, path.replace(/[/\\]$/, '').lastIndexOf(separator) + 1);
}

async function withVersions(
  document: JobDocument,
  control: WorkControl,
  use: (database: LocalDatabase, versions: readonly ListedVersion[]) => Promise<void>,
): Promise<void> {
  if (existsSync(document.database)) {
    const database = await openLocalDatabase(document.database);
    try {
      return await use(database, listVersions(database));
    } finally {
      database.close();
    }
  }
  const { given } = readGiven(document, findCommand('list').options);
  const progress = followProgress('list', control, watchTraffic(control), () => {});
  await withBackup({ url: document.targetUrl, given, progress, signal: control.stop }, ({ database, versions }) =>
    use(database, versions),
  );
}
