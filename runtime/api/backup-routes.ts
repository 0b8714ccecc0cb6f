import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Definition } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { BackupForm, readForm } from '../backups/configuration.ts';
import type { Connections } from '../backups/connections.ts';
import { type AllowedPrograms, findPrograms } from '../backups/programs.ts';
import { findWrittenProblem, isUnusable, type Machine, resolveLinks, thisMachine } from '../backups/protected-paths.ts';
import type { TemporaryBackups } from '../backups/temporary-backups.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import type { MakeJob } from '../jobs/job.ts';
import { MOST_WAITING, type Queue } from '../jobs/queue.ts';
import { unmask, writeList, writeWhole } from './backup-json.ts';

export interface BackupRoutesNeeds {
  backups: Backups;
  connections: Connections;
  queue: Queue;
  allowed: AllowedPrograms;
  /** The data folder, where local databases are. */
  folder: string;
  temporary: TemporaryBackups;
  makeJob: MakeJob;
}

/** Most bytes of a backup's configuration. */
export const LARGEST_CONFIGURATION = 1 << 20;

/** A backup that a path names. @throws Refusal 404 */
export function findBackup(backups: Backups, id: string | undefined) {
  const backup = backups.find(id ?? '');
  if (!backup) throw new Refusal(404, 'Backup not found');
  return backup;
}

/** What tells a file from others, by whatever path: itself, or where it would be. */
function keyOf(file: string, machine: Machine): string {
  try {
    return machine.identify(file) ?? resolveLinks(file, machine, path);
  } catch {
    return file; // not there to look at
  }
}

/** True for a file that is the local database of another backup too. */
export function isUsedElsewhere(
  { id, file }: { id: string; file: string },
  { backups, folder }: Pick<BackupRoutesNeeds, 'backups' | 'folder'>,
): boolean {
  const machine = thisMachine(folder);
  const key = keyOf(file, machine);
  return backups
    .list()
    .some((other) => other.id !== id && keyOf(path.resolve(folder, other.database), machine) === key);
}

/** @param name what has the path. @throws Refusal 400 for a path that names no place */
export function refuseUnusable(problem: string | undefined, name: string): void {
  if (problem !== undefined && isUnusable(problem))
    throw new Refusal(400, `The path of ${name} cannot be used: ${problem}. Name another.`);
}

/** @throws Refusal 400, 403 or 409 for what is no whole definition, names a program, or has the name of another. */
export function judgeDefinition(
  definition: Definition,
  { backups, connections, allowed, folder }: Pick<BackupRoutesNeeds, 'backups' | 'connections' | 'allowed' | 'folder'>,
  id?: string,
): void {
  if (definition.name === '') throw new Refusal(400, 'Missing a name');
  if (definition.targetUrl === '') throw new Refusal(400, 'Missing a target');
  if (definition.sources.length === 0) throw new Refusal(400, 'Invalid source list');
  if (definition.connection !== -1 && !connections.find(definition.connection))
    throw new Refusal(400, 'There is no such connection string');
  requireAllowed(findPrograms(definition), allowed);
  refuseProtected(definition, folder);
  if (backups.isNameTaken(definition.name, id)) throw new Refusal(409, 'There already exists a backup with this name');
}

/** One that is not stored has a destination; name and sources it does without. @throws Refusal 400 or 403 */
export function judgeTemporary(definition: Definition, { allowed, folder }: BackupRoutesNeeds): void {
  if (definition.targetUrl === '') throw new Refusal(400, 'Missing a target');
  requireAllowed(findPrograms(definition), allowed);
  refuseProtected(definition, folder);
}

/** @throws Refusal 403 for what names a program and is not in the administrator's file. */
export function requireAllowed(namings: ReturnType<typeof findPrograms>, allowed: AllowedPrograms): void {
  if (namings.every((naming) => allowed.isAllowed(naming))) return;
  throw new Refusal(
    403,
    'An option or address names a program to run. Only an administrator of this machine can allow that, in the file /etc/duplicati/allowed-programs.',
  );
}

/** @throws Refusal 400 for paths that are none. 403 for options and addresses that would write to where it is decided what this machine runs. */
export function refuseProtected(definition: Parameters<typeof findWrittenProblem>[0], folder: string): void {
  const found = findWrittenProblem(definition, thisMachine(folder));
  if (!found) return;
  refuseUnusable(found.problem, found.name);
  throw new Refusal(
    403,
    'A destination or a file that is named there lies where it is decided what this machine runs, such as the settings of this server, units of services and folders of cron, or holds such a place. Choose another.',
  );
}

/** Backups: what a person says about them. What runs them needs the engine. */
export function backupRoutes(needs: BackupRoutesNeeds): Route[] {
  const { backups, queue, folder, makeJob } = needs;
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backups',
      answer: () => ({ json: writeList(backups.list(), folder) }),
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/backups',
      body: BackupForm,
      largest: LARGEST_CONFIGURATION,
      answer({ body, query }) {
        const definition = unmask(readForm(body), undefined);
        if (/^(true|1)$/i.test(query.get('temporary') ?? '')) {
          judgeTemporary(definition, needs);
          return { json: { ID: needs.temporary.add(definition).id, Temporary: true } };
        }
        judgeDefinition(definition, needs);
        const { id } = backups.add(definition, {});
        return { json: { ID: id, Temporary: false } };
      },
    }),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}',
      answer: ({ parameters }) => ({ json: writeWhole(findBackup(backups, parameters.id), folder) }),
    },
    routeWithBody({
      method: 'PUT',
      access: 'session',
      path: '/api/v1/backup/{id}',
      body: BackupForm,
      largest: LARGEST_CONFIGURATION,
      answer({ body, parameters }) {
        const stored = findBackup(backups, parameters.id);
        const definition = unmask(readForm(body), stored);
        if (needs.temporary.find(stored.id)) judgeTemporary(definition, needs);
        else judgeDefinition(definition, needs, stored.id);
        backups.update(stored.id, definition);
        return {};
      },
    }),
    {
      method: 'DELETE',
      access: 'session',
      path: '/api/v1/backup/{id}',
      answer({ parameters, query }) {
        const { id, database } = findBackup(backups, parameters.id);
        const asks = (name: string) => /^(true|1)$/i.test(query.get(name) ?? '');
        if (queue.running()?.backup === id) throw new Refusal(409, 'This backup is running: stop it first.');
        for (const task of queue.list()) if (task.backup === id) queue.kill(task.id);
        if (asks('delete-remote-files')) {
          if (queue.list().length >= MOST_WAITING) throw new Refusal(503, 'Too many jobs wait already.');
          // It stays until what it has at its destination is gone: else nobody would know of what is left.
          const order = { operation: 'Delete', backup: id } as const;
          const job = makeJob({ ...order, input: { deletesDatabase: asks('delete-local-db') } });
          const task = queue.add(order, {
            async run(control) {
              const result = await job.run(control);
              backups.remove(id);
              return result;
            },
          });
          return { json: { Status: 'OK', Reason: null, ID: task.id } };
        }
        backups.remove(id);
        if (asks('delete-local-db')) {
          for (const end of ['', '-wal', '-shm']) rmSync(path.resolve(folder, `${database}${end}`), { force: true });
        }
        const task = queue.record({ operation: 'Delete', backup: id });
        return { json: { Status: 'OK', Reason: null, ID: task.id } };
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/backup/{id}/copytotemp',
      answer({ parameters }) {
        const { id } = needs.temporary.add(findBackup(backups, parameters.id));
        return { json: { ID: id, Temporary: true } };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/isactive',
      answer({ parameters }) {
        const { id } = findBackup(backups, parameters.id);
        return { json: { Status: 'OK', Active: queue.list().some(({ backup }) => backup === id) } };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/isdbusedelsewhere',
      answer({ parameters }) {
        const { id, database } = findBackup(backups, parameters.id);
        return { json: { inuse: isUsedElsewhere({ id, file: path.resolve(folder, database) }, needs) } };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backupdefaults',
      answer: () => ({ json: DEFAULTS }),
    },
  ];
}

/** What a new backup begins with. */
const DEFAULTS = {
  ApplicationOptions: [],
  Backup: {
    Settings: [
      { Name: 'encryption-module', Value: 'aes' },
      { Name: 'keep-time', Value: '' },
    ],
  },
  Schedule: { Repeat: '1D', Time: '13:00:00', AllowedDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
};
