import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import path from 'node:path';
import { object, string } from 'valibot';
import type { Backups } from '../backups/backups.ts';
import type { JobLog } from '../backups/job-log.ts';
import { findRestoreProblem, type Machine } from '../backups/protected-paths.ts';
import { codeOf } from '../errors.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import type { Queue } from '../jobs/queue.ts';
import { findBackup, isUsedElsewhere, refuseUnusable } from './backup-routes.ts';

export interface DatabaseRoutesNeeds {
  backups: Backups;
  queue: Queue;
  jobLog: JobLog;
  /** The data folder. */
  folder: string;
  machine: Machine;
}

/** What this machine knows of a backup: its local database, and what its jobs said. */
export function databaseRoutes({ backups, queue, jobLog, folder, machine }: DatabaseRoutesNeeds): Route[] {
  const find = (id: string | undefined) => {
    const backup = findBackup(backups, id);
    return { ...backup, file: path.resolve(folder, backup.database) };
  };
  const findIdle = (id: string | undefined) => {
    const backup = find(id);
    if (queue.running()?.backup === backup.id) throw new Refusal(409, 'This backup is running: stop it first.');
    return backup;
  };
  const move = (isMoved: boolean) =>
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: `/api/v1/backup/{id}/${isMoved ? 'movedb' : 'updatedb'}`,
      body: object({ path: string() }),
      async answer({ parameters, body }) {
        const { id, file } = findIdle(parameters.id);
        if (!/^\d+$/.test(id))
          throw new Refusal(400, 'The local database of a backup that is not stored stays where it is.');
        const { path: sent } = body as { path: string }; // the schema's
        const target = judgeTarget(sent, machine);
        const requireFree = () => {
          if (isUsedElsewhere({ id, file: target }, { backups, folder }))
            throw new Refusal(409, 'This is the local database of another backup.');
        };
        requireFree();
        if (!isMoved && !mayBeDatabase(target)) throw new Refusal(409, 'The file that is there is no local database.');
        if (isMoved)
          await moveFile(file, target, () => {
            findIdle(id);
            requireFree();
          });
        backups.setDatabase(id, target);
        return {};
      },
    });
  return [
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/backup/{id}/deletedb',
      answer({ parameters }) {
        const { file } = findIdle(parameters.id);
        for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
        return {};
      },
    },
    move(true),
    move(false),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/log',
      answer: ({ parameters, query }) => ({
        json: jobLog.list(find(parameters.id).id, readPage(query)).map(({ id, time, message, exception }) => ({
          ID: id,
          OperationID: id,
          Timestamp: time,
          Type: 'Result',
          Message: message,
          Exception: exception === '' ? {} : exception,
        })),
      }),
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/remotelog',
      answer: ({ parameters, query }) => ({
        json: jobLog.listCalls(find(parameters.id).id, readPage(query)).map((row) => ({
          ID: row.id,
          OperationID: row.job,
          Timestamp: row.time,
          Operation: row.operation,
          Path: row.path,
          Data: row.data,
        })),
      }),
    },
  ];
}

function readPage(query: URLSearchParams): { before: number; size: number } {
  const number = (name: string, otherwise: number) => {
    const text = query.get(name) ?? '';
    if (text === '') return otherwise;
    if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, `In the address, ${name} must be a whole number`);
    return Number(text);
  };
  return { before: number('offset', 0), size: Math.min(number('pagesize', 100), 500) };
}

/** @throws Refusal 400 or 403 */
function judgeTarget(sent: string, machine: Machine): string {
  if (sent.trim() === '') throw new Refusal(400, 'No target path supplied');
  if (!path.isAbsolute(sent)) throw new Refusal(400, 'Target path is relative, please supply a fully qualified path');
  const target = path.resolve(sent);
  refuseUnusable(findRestoreProblem(target, machine), 'the local database');
  if (!isPlaceOfDatabase(target, machine))
    throw new Refusal(
      403,
      'Nothing is written from here to places that decide what this machine runs. Choose another folder.',
    );
  return target;
}

/** False where it is decided what this machine runs. In the data folder local databases have their place, by names of one form. */
export function isPlaceOfDatabase(file: string, machine: Machine): boolean {
  const isAtHome =
    path.dirname(file) === path.resolve(machine.folder) && /^[A-Z]{10}\.sqlite$/.test(path.basename(file));
  return isAtHome || findRestoreProblem(file, machine) === undefined;
}

/** False for a file that is no database: it could be deleted as one. One that is not there, or has nothing in it, becomes one. */
function mayBeDatabase(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return stat === undefined;
  try {
    const start = Buffer.alloc(SQLITE.length);
    const descriptor = openSync(file, 'r');
    const length = readSync(descriptor, start);
    closeSync(descriptor);
    return length === 0 || start.toString('latin1') === SQLITE;
  } catch {
    return false; // not ours to read
  }
}

/** How a file of SQLite begins (sqlite.org/fileformat2, 1.3). */
const SQLITE = 'SQLite format 3\0';

/** @param requireIdle throws where a job has begun, or the place been taken, meanwhile. @throws Refusal 404 or 409 */
async function moveFile(from: string, to: string, requireIdle: () => void): Promise<void> {
  if (existsSync(to)) throw new Refusal(409, 'A file already exists at the new location');
  if (!existsSync(from)) throw new Refusal(404, 'There is no local database yet');
  if (!statSync(path.dirname(to), { throwIfNoEntry: false })?.isDirectory())
    throw new Refusal(404, 'The folder of the new location does not exist');
  if (existsSync(`${from}-wal`)) throw new Refusal(409, 'The local database is in use');
  const { mtimeMs } = statSync(from);
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (thrown) {
    // Node takes away what it has begun; what another call has made meanwhile stays.
    throw new Refusal(409, `The local database cannot be written there (${codeOf(thrown)})`);
  }
  try {
    requireIdle();
    if (statSync(from, { throwIfNoEntry: false })?.mtimeMs !== mtimeMs)
      throw new Refusal(409, 'The local database was written to meanwhile');
  } catch (thrown) {
    rmSync(to, { force: true });
    throw thrown;
  }
  rmSync(from, { force: true });
}
