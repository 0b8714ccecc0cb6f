import { array, boolean, type GenericSchema, integer, minValue, nullish, number, object, pipe, string } from 'valibot';
import type { Backup } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { judgePaths, type Machine } from '../backups/protected-paths.ts';
import { type Method, Refusal, type Route } from '../http/route.ts';
import type { MakeJob, Operation } from '../jobs/job.ts';
import { MOST_WAITING, type Queue } from '../jobs/queue.ts';
import { findBackup, refuseUnusable } from './backup-routes.ts';
import { time } from './browse-routes.ts';
import { envelope } from './envelope.ts';
import { reportFile } from './report-routes.ts';

/** A call that starts a job. Calls of the first API name the backup in their path, those of the second in their body. */
interface JobCall {
  call: `${Method} /api/${string}`;
  operation: Operation;
  body?: GenericSchema;
}

const paths = nullish(array(string()));
const ofBackup = { BackupId: string() };

const JOB_CALLS: readonly JobCall[] = [
  { call: 'POST /api/v1/backup/{id}/run', operation: 'Backup' },
  { call: 'POST /api/v1/backup/{id}/start', operation: 'Backup' },
  {
    call: 'POST /api/v1/backup/{id}/restore',
    operation: 'Restore',
    body: object({
      paths,
      passphrase: nullish(string()),
      time,
      restore_path: nullish(string()),
      overwrite: nullish(boolean()),
      permissions: nullish(boolean()),
      skip_metadata: nullish(boolean()),
    }),
  },
  { call: 'POST /api/v1/backup/{id}/verify', operation: 'Verify' },
  { call: 'POST /api/v1/backup/{id}/compact', operation: 'Compact' },
  { call: 'POST /api/v1/backup/{id}/vacuum', operation: 'Vacuum' },
  { call: 'POST /api/v1/backup/{id}/repair', operation: 'Repair', body: object({}) },
  {
    call: 'POST /api/v1/backup/{id}/repairupdate',
    operation: 'RepairUpdate',
    body: object({ only_paths: nullish(boolean()), time, version: nullish(string()), paths }),
  },
  { call: 'POST /api/v1/backup/{id}/createreport', operation: 'CreateReport' },
  { call: 'POST /api/v1/backup/{id}/report-remote-size', operation: 'ReportRemoteSize' },
  {
    call: 'POST /api/v2/backup/delete-versions',
    operation: 'DeleteVersions',
    body: object({
      ...ofBackup,
      Versions: array(pipe(number(), integer(), minValue(0))),
      AllowFullRemoval: nullish(boolean()),
      SuppressCompact: nullish(boolean()),
    }),
  },
  { call: 'POST /api/v2/backup/purge-broken-files', operation: 'PurgeBrokenFiles', body: object({ ...ofBackup }) },
];

export interface JobRoutesNeeds {
  backups: Backups;
  queue: Queue;
  makeJob: MakeJob;
  /** What is asked about places that must not be restored to. */
  machine: Machine;
}

/** Calls that start jobs; each answers with the number of its task. */
export function jobRoutes({ backups, queue, makeJob, machine }: JobRoutesNeeds): Route[] {
  return JOB_CALLS.map(({ call, operation, body }): Route => {
    const [method, path] = call.split(' ') as [Method, string]; // the type of `call` says so
    const isSecond = path.startsWith('/api/v2/');
    const answer: Route['answer'] = ({ parameters, query, body: sent }) => {
      const input: Record<string, unknown> = isRecord(sent) ? { ...sent } : {};
      const backup = findBackup(backups, isSecond ? String(input.BackupId) : parameters.id);
      if (operation === 'Restore') {
        judgeRestore(input, backup, machine);
        input.dataFolder = machine.folder; // what is written is judged again: nobody knows here what the backup holds
      }
      if (operation === 'DeleteVersions' && Array.isArray(input.Versions) && input.Versions.length === 0)
        throw new Refusal(400, 'No versions supplied');
      // A backup that runs or waits is not put there a second time.
      const there = operation === 'Backup' && queue.list().find((task) => isSame(task, backup, operation));
      if (there) return { json: { Status: 'OK', ID: there.id } };
      if (queue.list().length >= MOST_WAITING) throw new Refusal(503, 'Too many jobs wait already.');
      if (operation === 'CreateReport') input.file = reportFile(machine.folder, backup.id);
      const order = { operation, backup: backup.id };
      const isNext = /^(true|1)$/i.test(query.get('skip-queue') ?? query.get('skipqueue') ?? '');
      const task = queue.add(order, makeJob({ ...order, input }), isNext);
      return { json: { Status: 'OK', ID: task.id } };
    };
    const route = { method, path, access: 'session', answer: isSecond ? envelope(answer) : answer } as const;
    return body ? { ...route, body } : route;
  });
}

function isSame(task: { backup?: string; operation: Operation }, { id }: Backup, operation: Operation): boolean {
  return task.backup === id && task.operation === operation;
}

/**
 * Judges where a restore would write: into the folder that is named, else where the files came from. @throws Refusal 400 or 403
 */
function judgeRestore(input: Record<string, unknown>, { sources }: Backup, machine: Machine): void {
  const into = typeof input.restore_path === 'string' ? input.restore_path.trim() : '';
  const chosen = Array.isArray(input.paths) ? input.paths.filter((one) => typeof one === 'string' && one !== '') : [];
  const targets = into !== '' ? [into] : chosen.length > 0 ? chosen.flatMap(placesOf) : sources;
  const judge = judgePaths(machine);
  // Without anything that says where to, it is everything that the destination names.
  const problem = targets.map((one) => judge(one)).find((one) => one !== undefined);
  if (targets.length > 0 && problem === undefined) return;
  if (into !== '' || !chosen.some((one) => /[*?]/.test(one))) refuseUnusable(problem, 'the restore');
  throw new Refusal(
    403,
    'Nothing is restored from here to places that decide what this machine runs, such as the settings of this server, units of services and folders of cron, nor to folders that hold them. Choose another folder, or restore with duplicati-cli as an administrator.',
  );
}

/**
 * Where the files are that a chosen path stands for. `@` before one says that nothing in it is a wildcard; one with wildcards
 * can be anywhere in the folder before the first of them.
 */
function placesOf(chosen: string): string[] {
  if (chosen.startsWith('@')) return [chosen.slice(1)];
  const wildcard = chosen.search(/[*?]/);
  if (wildcard < 0) return [chosen];
  return [chosen, chosen.slice(0, wildcard).replace(/[^/\\]*$/, '')];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
