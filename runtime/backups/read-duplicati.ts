import { createWriteStream } from 'node:fs';
import { constants, mkdtemp, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { safeParse } from 'valibot';
import { type Database, openDatabase, type Row } from '../database/database.ts';
import { codeOf, messageOf, UserError } from '../errors.ts';
import { type Definition, NEVER } from './backup.ts';
import { BackupForm, isoTime, readForm } from './configuration.ts';
import type { ConnectionText } from './connections.ts';

/** What a server of Duplicati's own keeps, as far as it can be taken over. */
export interface DuplicatiServer {
  jobs: { definition: Definition; metadata: Record<string, string> }[];
  /** Addresses with a name, by the number that the jobs name them by. */
  connections: Map<number, ConnectionText>;
  /** Options of every job, without dashes. */
  options: { name: string; value: string }[];
  /** Settings of the server. */
  settings: { name: string; value: string }[];
  /** What is left out, and why: one sentence each. */
  notes: string[];
}

/** The file's name where Duplicati keeps it itself. */
export const DUPLICATI_FILE = 'Duplicati-server.sqlite';

/** Numbers in the place of a job's: its options and filters are those of every job, or its options are settings of the server. */
const EVERY_JOB = -1;
const SERVER = -2;
/** How an encrypted field begins. */
const ENCRYPTED = 'enc-v1:';
/** Bytes; its log of errors alone makes it large. */
const LARGEST = 2 ** 31;
const MOST_ROWS = 100_000;
const MOST_METADATA = 1000;

/**
 * Reads a `Duplicati-server.sqlite` (schema 5 to 12) from a copy below `folder`, which is gone afterwards. The file itself is only read.
 * @throws UserError (2) for a file that is none, or whose fields are encrypted.
 */
export async function readDuplicatiServer(file: string, folder: string): Promise<DuplicatiServer> {
  const copies = await mkdtemp(path.join(folder, 'take-over-'));
  try {
    const copy = path.join(copies, 'copy.sqlite');
    await copyFile(file, copy);
    // What a server that runs or was killed has not brought into the file yet.
    for (const end of ['-wal', '-journal']) {
      await copyFile(`${file}${end}`, `${copy}${end}`).catch((thrown) => {
        if (codeOf(thrown.cause) !== 'ENOENT') throw thrown;
      });
    }
    const database = await openDatabase(copy).catch((thrown) => {
      throw refusal(
        file,
        `it is not a database that can be read (${messageOf(thrown)}); one of before 2017 is encrypted as a whole: start Duplicati 2.0.9 or later with it once`,
      );
    });
    try {
      return readAll(database, file);
    } finally {
      database.close();
    }
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
}

/** A file that is none, such as a pipe, is not waited for. */
async function copyFile(from: string, to: string): Promise<void> {
  try {
    const handle = await open(from, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > LARGEST) throw new Error('it is not a file of at most 2 GiB');
      await pipeline(
        handle.createReadStream({ autoClose: false }),
        createWriteStream(to, { flags: 'wx', mode: 0o600 }),
      );
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw new UserError(`${from} cannot be read: ${messageOf(thrown)}`, 2, thrown);
  }
}

function refusal(file: string, why: string): UserError {
  return new UserError(`${file} is not taken over: ${why}`, 2);
}

function readAll(database: Database, file: string): DuplicatiServer {
  const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  for (const table of ['Backup', 'Option', 'Source', 'Filter', 'Schedule', 'Metadata', 'Version'])
    if (!isThere.get(table)) throw refusal(file, `it is not the database of a Duplicati server (no table ${table})`);
  const rows = (table: string): Row[] => {
    if (!isThere.get(table)) return []; // of a newer version
    const found = database.prepare(`SELECT * FROM "${table}" ORDER BY rowid LIMIT ${MOST_ROWS + 1}`).all();
    if (found.length > MOST_ROWS) throw refusal(file, `its table ${table} has more than ${MOST_ROWS} rows`);
    return found;
  };
  const known = {
    backups: rows('Backup'),
    options: rows('Option'),
    sources: rows('Source'),
    filters: rows('Filter'),
    schedules: rows('Schedule'),
    metadata: rows('Metadata'),
    connections: rows('ConnectionString'),
    further: rows('BackupTargetUrl'),
  };
  const secrets = [
    ...known.backups.map((row) => row.TargetURL),
    ...known.connections.map((row) => row.BaseUrl),
    ...known.options.filter((row) => Number(row.BackupID) !== SERVER).map((row) => row.Value),
  ];
  if (secrets.some((value) => String(value).startsWith(ENCRYPTED)))
    throw refusal(
      file,
      'its passwords are encrypted with a key that is not here; start Duplicati once with --disable-db-encryption (and the key in --settings-encryption-key, if it had one), end it, and import again; or export each job there and import those files',
    );
  return readRows(known);
}

type Known = Record<
  'backups' | 'options' | 'sources' | 'filters' | 'schedules' | 'metadata' | 'connections' | 'further',
  Row[]
>;

function readRows(known: Known): DuplicatiServer {
  const of = (rows: readonly Row[], id: number) => rows.filter((row) => Number(row.BackupID) === id);
  const notes: string[] = [];
  const jobs: DuplicatiServer['jobs'] = [];
  for (const backup of known.backups) {
    const id = Number(backup.ID);
    const name = text(backup.Name);
    const kind = text(backup.OperationType) || 'Backup';
    if (kind !== 'Backup') {
      notes.push(`"${name}" is left out: it is no backup but of the kind ${kind}`);
      continue;
    }
    if (of(known.further, id).length > 0)
      notes.push(`"${name}" is taken over without its further destinations, which are not known here`);
    const form = {
      Backup: {
        Name: name,
        Description: text(backup.Description),
        Tags: splitList(text(backup.Tags)),
        TargetURL: text(backup.TargetURL),
        ConnectionStringID: Number(backup.ConnectionStringID ?? -1),
        Sources: of(known.sources, id).map((row) => text(row.Path)),
        Settings: of(known.options, id).map((row) => ({
          Name: text(row.Name),
          Value: text(row.Value),
          Filter: text(row.Filter),
        })),
        Filters: of(known.filters, id).map((row) => ({
          Order: Number(row.Order),
          Include: Number(row.Include) === 1,
          Expression: text(row.Expression),
        })),
      },
      Schedule: readSchedule(known.schedules.find((row) => splitList(text(row.Tags)).includes(`ID=${id}`))),
    };
    const read = safeParse(BackupForm, form);
    if (!read.success) {
      const where = read.issues[0].path?.map(({ key }) => String(key)).join('.') ?? '';
      notes.push(`"${name}" is left out: ${where} is not as it should be`);
      continue;
    }
    const facts = of(known.metadata, id).slice(0, MOST_METADATA);
    jobs.push({
      definition: readForm(read.output),
      metadata: Object.fromEntries(facts.map((row) => [text(row.Name), text(row.Value)])),
    });
  }
  if (of(known.filters, EVERY_JOB).length > 0)
    notes.push('filters of all jobs are left out: here, filters belong to one');
  const pairs = (id: number) =>
    of(known.options, id).map((row) => ({
      name: text(row.Name).replace(/^-+/, '').toLowerCase(),
      value: text(row.Value),
    }));
  const connections = known.connections.map(
    (row) =>
      [Number(row.ID), { name: text(row.Name), description: text(row.Description), url: text(row.BaseUrl) }] as const,
  );
  return { jobs, connections: new Map(connections), options: pairs(EVERY_JOB), settings: pairs(SERVER), notes };
}

function readSchedule(row: Row | undefined) {
  if (!row) return null;
  return {
    Time: readTime(row.Time),
    Repeat: text(row.Repeat),
    LastRun: readTime(row.LastRun),
    Rule: text(row.Rule),
  };
}

/** Seconds since 1970; 0 is never. */
function readTime(value: Row[string] | undefined): string {
  const seconds = Number(value ?? 0);
  return seconds > 0 && seconds < 253_402_300_800 ? isoTime(seconds * 1000) : NEVER;
}

function text(value: Row[string] | undefined): string {
  return value === null || value === undefined || value instanceof Uint8Array ? '' : String(value);
}

function splitList(list: string): string[] {
  return list.split(',').filter(Boolean);
}
