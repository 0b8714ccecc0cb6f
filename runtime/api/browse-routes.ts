import { array, boolean, check, integer, maxValue, minValue, nullish, number, object, pipe, string } from 'valibot';
import type { Backup } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { isoTime } from '../backups/configuration.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { UnansweredError } from '../jobs/ask.ts';
import type { Question } from '../jobs/job.ts';
import { findBackup } from './backup-routes.ts';
import { envelope } from './envelope.ts';

/** Asks the engine about a backup. @throws UnansweredError */
export type AskAbout = (operation: Question, backup: Backup, input: Record<string, unknown>) => Promise<unknown[]>;

interface Fileset {
  version: number;
  time: number;
  isFull: boolean;
  files: number;
  bytes: number;
  entries: number;
}

interface Entry {
  path: string;
  type: 'File' | 'Folder' | 'Symlink';
  size: number;
  modified?: number;
  version: number;
  time: number;
}

export const time = nullish(
  pipe(
    string(),
    check((value) => value === '' || !Number.isNaN(Date.parse(value))),
  ),
);
const paths = nullish(array(string()));
const whole = (least: number, most: number) => nullish(pipe(number(), integer(), minValue(least), maxValue(most)));
const page = { PageSize: whole(1, 10_000), Page: whole(0, 1_000_000) };
const ofBackup = { BackupId: string() };

/** What is in backups: their versions, folders and files. The engine answers from the local database of each. */
export function browseRoutes(backups: Backups, askAbout: AskAbout): Route[] {
  const ask = async (operation: Question, backup: Backup, input: object = {}) => {
    try {
      const rows = await askAbout(operation, backup, { ...input });
      const [first] = rows;
      if (typeof first === 'object' && first !== null && 'missing' in first)
        throw new Refusal(404, String(first.missing));
      if (typeof first === 'object' && first !== null && 'wrong' in first) throw new Refusal(400, String(first.wrong));
      return rows;
    } catch (thrown) {
      if (!(thrown instanceof UnansweredError)) throw thrown;
      throw new Refusal(thrown.isBusy ? 503 : 502, thrown.message);
    }
  };
  const filesets = async (backup: Backup) => (await ask('ListFilesets', backup)) as Fileset[]; // rows of the question, made by this program
  /** A page of entries in the second API. */
  const listPage = async (
    operation: Question,
    backup: Backup,
    asked: Record<string, unknown>,
    sent: Paged,
    write: (entry: Entry) => object = writeOfVersion,
  ) => {
    const [size, at] = [sent.PageSize ?? 1000, sent.Page ?? 0];
    const [first, ...rows] = await ask(operation, backup, { ...asked, page: at, size });
    const { total } = first as { total: number }; // the first row of a page
    return writePage((rows as Entry[]).map(write), { page: at, size, total });
  };
  const one = (id: string | undefined) => findBackup(backups, id);
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/filesets',
      async answer({ parameters, query }) {
        const isWhole = /^(true|1)$/i.test(query.get('include-metadata') ?? '');
        return { json: (await filesets(one(parameters.id))).map((fileset) => writeFileset(fileset, isWhole)) };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/files',
      async answer({ parameters, query }) {
        const backup = one(parameters.id);
        const is = (name: string) => /^(true|1)$/i.test(query.get(name) ?? '');
        const at = query.get('time') ?? '';
        if (at !== '' && Number.isNaN(Date.parse(at))) throw new Refusal(400, 'The time cannot be read.');
        const [first, ...files] = await ask('ListFiles', backup, {
          filter: query.get('filter') ?? '*',
          kind: is('prefix-only') ? 'prefix' : is('folder-contents') ? 'folder' : 'search',
          allVersions: is('all-versions'),
          ...(at === '' ? {} : { time: Date.parse(at) / 1000 }),
        });
        const { versions } = first as { versions: number[] }; // the first row of the answer
        const chosen = (await filesets(backup)).filter(({ version }) => versions.includes(version));
        const Files = (files as { path: string; sizes: (number | null)[] }[]).map(({ path, sizes }) => ({
          Path: path,
          Sizes: sizes,
        }));
        return { json: { Filesets: chosen.map((fileset) => writeFileset(fileset, true)), Files } };
      },
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/backup/list-filesets',
      body: object({ ...ofBackup, ForceRemoteListing: nullish(boolean()) }),
      answer: envelope(async ({ body }) => {
        const { BackupId } = body as { BackupId: string }; // the schema's
        const rows = (await filesets(one(BackupId))).map(({ version, time: at, isFull, bytes, entries }) => ({
          Version: version,
          Time: isoTime(at * 1000),
          IsFullBackup: isFull,
          FileCount: entries,
          FileSizes: bytes,
        }));
        return writePage(rows, { page: 1, size: rows.length, total: rows.length, pages: 1 });
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/backup/list-folder',
      body: object({ ...ofBackup, Time: time, Paths: paths, ReturnExtended: nullish(boolean()), ...page }),
      answer: envelope(({ body }) => {
        const sent = body as Paged & { Time?: string | null; Paths?: string[] | null }; // the schema's
        return listPage(
          'ListFolder',
          one(sent.BackupId),
          { paths: sent.Paths ?? [], ...readTime(sent.Time) },
          sent,
          writeEntry,
        );
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/backup/list-versions',
      body: object({ ...ofBackup, Paths: paths, ...page }),
      answer: envelope(({ body }) => {
        const sent = body as Paged & { Paths?: string[] | null }; // the schema's
        return listPage('ListFileVersions', one(sent.BackupId), { paths: sent.Paths ?? [] }, sent);
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/backup/search',
      body: object({
        ...ofBackup,
        Time: time,
        Paths: paths,
        Filters: paths,
        Version: nullish(array(number())),
        CaseSensitiveSearch: nullish(boolean()),
        ReturnExtended: nullish(boolean()),
        SearchMetadata: nullish(boolean()),
        ...page,
      }),
      answer: envelope(({ body }) => {
        const sent = body as Search; // the schema's
        if (sent.SearchMetadata) throw new Refusal(400, 'Metadata cannot be searched.');
        const asked = {
          filters: sent.Filters ?? [],
          paths: sent.Paths ?? [],
          versions: sent.Version ?? [],
          isCaseSensitive: sent.CaseSensitiveSearch === true,
          ...readTime(sent.Time),
        };
        return listPage('SearchFiles', one(sent.BackupId), asked, sent);
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/backup/list-broken-files',
      body: object({ ...ofBackup, Filters: paths }),
      answer: envelope(async ({ body }) => {
        const backup = one((body as { BackupId: string }).BackupId); // the schema's
        const broken = (await ask('ListBrokenFiles', backup)) as Broken[]; // rows of the question
        const versions = [...new Set(broken.map(({ version }) => version))];
        const rows = versions.map((version) => {
          const own = broken.filter((file) => file.version === version);
          return {
            FilesetID: version,
            FilesetTime: own[0]?.time,
            Files: own.map(({ path, size }) => ({ Path: path, Size: size })),
          };
        });
        return writePage(rows, { page: 1, size: rows.length, total: rows.length, pages: 1 });
      }),
    }),
  ];
}

interface Broken {
  path: string;
  size: number;
  version: number;
  time: string;
}

interface Paged {
  BackupId: string;
  PageSize?: number | null;
  Page?: number | null;
}

interface Search extends Paged {
  Time?: string | null;
  Paths?: string[] | null;
  Filters?: string[] | null;
  Version?: number[] | null;
  CaseSensitiveSearch?: boolean | null;
  SearchMetadata?: boolean | null;
}

/** Seconds since 1970; nothing where no time was sent. */
function readTime(text: string | null | undefined): { time?: number } {
  return text ? { time: Date.parse(text) / 1000 } : {};
}

/** A page of the second API. */
function writePage(
  rows: unknown[],
  { page: at, size, total, pages }: { page: number; size: number; total: number; pages?: number },
) {
  const PageInfo = { Page: at, PageSize: size, Total: total, Pages: pages ?? Math.ceil(total / size) };
  return { json: { PageInfo, Data: rows, Success: true, Error: null, StatusCode: 'OK' } };
}

/** @param isWhole false: counts are left out, as by Duplicati's first API. */
function writeFileset({ version, time: at, isFull, files, bytes }: Fileset, isWhole: boolean) {
  return {
    Version: version,
    IsFullBackup: isFull ? 1 : 0,
    Time: isoTime(at * 1000).replace('Z', '+00:00'),
    FileCount: isWhole ? files : -1,
    FileSizes: isWhole ? bytes : -1,
  };
}

function writeOfVersion(entry: Entry) {
  return { Version: entry.version, Time: isoTime(entry.time * 1000), ...writeEntry(entry) };
}

function writeEntry({ path, type, size, modified, time: at }: Entry) {
  return {
    Path: path,
    Size: type === 'File' ? size : -1,
    IsDirectory: type === 'Folder',
    IsSymlink: type === 'Symlink',
    // Of folders and links the local database does not know it: the version's stands for it.
    LastModified: new Date((modified ?? at) * 1000).toISOString(),
    Metadata: null,
  };
}
