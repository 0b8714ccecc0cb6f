import {
  array,
  boolean,
  check,
  type GenericSchema,
  nullable,
  nullish,
  number,
  object,
  pipe,
  record,
  string,
} from 'valibot';
import type { Backup } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { findRestoreProblem, type Machine } from '../backups/protected-paths.ts';
import { type Method, Refusal, type Route } from '../http/route.ts';
import type { MakeJob, Operation } from '../jobs/job.ts';
import { MOST_WAITING, type Queue } from '../jobs/queue.ts';
import { findBackup, needsEngine } from './backup-routes.ts';
import { envelope } from './envelope.ts';

/**
 * A call that needs the backup engine. `backup` says where it names a backup, which is looked up first; `operation` is the job that it
 * starts where there is an engine.
 */
interface EngineCall {
  call: `${Method} /api/${string}`;
  backup?: 'path' | 'body';
  body?: GenericSchema;
  operation?: Operation;
}

const time = nullish(
  pipe(
    string(),
    check((value) => value === '' || !Number.isNaN(Date.parse(value))),
  ),
);
const paths = nullish(array(string()));
const page = { PageSize: nullish(number()), Page: nullish(number()) };
const options = nullish(record(string(), nullish(string())));
const ofBackup = { BackupId: string() };
const address = object({ path: string(), autocreate: nullish(boolean()), backupId: nullish(string()) });
const none = object({});

/** Every call that is answered 501 until there is an engine; a test holds this table. */
export const ENGINE_CALLS: readonly EngineCall[] = [
  { call: 'POST /api/v1/backup/{id}/run', backup: 'path', operation: 'Backup' },
  { call: 'POST /api/v1/backup/{id}/start', backup: 'path', operation: 'Backup' },
  {
    call: 'POST /api/v1/backup/{id}/restore',
    backup: 'path',
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
  { call: 'POST /api/v1/backup/{id}/verify', backup: 'path', operation: 'Verify' },
  { call: 'POST /api/v1/backup/{id}/compact', backup: 'path', operation: 'Compact' },
  { call: 'POST /api/v1/backup/{id}/vacuum', backup: 'path', operation: 'Vacuum' },
  { call: 'POST /api/v1/backup/{id}/repair', backup: 'path', operation: 'Repair', body: none },
  {
    call: 'POST /api/v1/backup/{id}/repairupdate',
    backup: 'path',
    operation: 'RepairUpdate',
    body: object({ only_paths: nullish(boolean()), time, version: nullish(string()), paths }),
  },
  { call: 'POST /api/v1/backup/{id}/report-remote-size', backup: 'path', operation: 'ReportRemoteSize' },
  { call: 'POST /api/v1/backup/{id}/createreport', backup: 'path', operation: 'CreateReport' },
  { call: 'POST /api/v1/backup/{id}/copytotemp', backup: 'path' },
  { call: 'POST /api/v1/backup/{id}/deletedb', backup: 'path' },
  { call: 'POST /api/v1/backup/{id}/movedb', backup: 'path', body: object({ path: string() }) },
  { call: 'POST /api/v1/backup/{id}/updatedb', backup: 'path', body: object({ path: string() }) },
  { call: 'GET /api/v1/backup/{id}/filesets', backup: 'path' },
  { call: 'GET /api/v1/backup/{id}/files', backup: 'path' },
  { call: 'GET /api/v1/backup/{id}/log', backup: 'path' },
  { call: 'GET /api/v1/backup/{id}/remotelog', backup: 'path' },
  { call: 'GET /api/v1/bugreport/{id}' },
  { call: 'POST /api/v1/remoteoperation/test', body: address },
  { call: 'POST /api/v1/remoteoperation/create', body: address },
  { call: 'POST /api/v1/commandline', body: array(string()) },
  { call: 'GET /api/v1/commandline/{run}' },
  { call: 'POST /api/v1/commandline/{run}/abort' },
  { call: 'POST /api/v2/backup/list-filesets', backup: 'body', body: object({ ...ofBackup }) },
  {
    call: 'POST /api/v2/backup/list-folder',
    backup: 'body',
    body: object({ ...ofBackup, Time: time, Paths: paths, ...page }),
  },
  { call: 'POST /api/v2/backup/list-versions', backup: 'body', body: object({ ...ofBackup, Paths: paths, ...page }) },
  {
    call: 'POST /api/v2/backup/search',
    backup: 'body',
    body: object({ ...ofBackup, Time: time, Paths: paths, Filters: paths, ...page }),
  },
  { call: 'POST /api/v2/backup/list-broken-files', backup: 'body', body: object({ ...ofBackup }) },
  { call: 'POST /api/v2/backup/purge-broken-files', backup: 'body', body: object({ ...ofBackup }) },
  {
    call: 'POST /api/v2/backup/delete-versions',
    backup: 'body',
    body: object({ ...ofBackup, Versions: nullish(array(number())) }),
  },
  {
    call: 'POST /api/v2/destination/test',
    body: object({
      DestinationUrl: string(),
      Options: options,
      AutoCreate: nullish(boolean()),
      BackupId: nullish(string()),
    }),
  },
  {
    call: 'POST /api/v2/destination/list',
    body: object({
      DestinationUrl: string(),
      Options: options,
      Offset: nullable(number()),
      Limit: nullable(number()),
    }),
  },
  { call: 'POST /api/v2/filesystem/test-filter', body: object({ Path: string(), Filters: paths }) },
];

/** Rows for all of them. @param makeJob the engine, where there is one. */
export function engineRoutes(backups: Backups, queue: Queue, makeJob: MakeJob | undefined, machine: Machine): Route[] {
  return ENGINE_CALLS.map(({ call, backup, body, operation }): Route => {
    const [method, path] = call.split(' ') as [Method, string]; // the type of `call` says so
    const answer: Route['answer'] = ({ parameters, query, body: sent }) => {
      const input = isRecord(sent) ? sent : {};
      const found = backup && findBackup(backups, backup === 'path' ? parameters.id : String(input.BackupId));
      if (operation === 'Restore' && found) judgeRestore(input, found, machine);
      if (!operation || !makeJob) throw needsEngine();
      if (queue.list().length >= MOST_WAITING) throw new Refusal(503, 'Too many jobs wait already.');
      const order = { operation, backup: parameters.id ?? '' };
      const isNext = /^(true|1)$/i.test(query.get('skip-queue') ?? '');
      const task = queue.add(order, makeJob({ ...order, input }), isNext);
      return { json: { Status: 'OK', ID: task.id } };
    };
    return {
      method,
      path,
      access: 'session',
      ...(body ? { body } : {}),
      answer: path.startsWith('/api/v2/') ? envelope(answer) : answer,
    };
  });
}

/**
 * Judges where a restore would write: into the folder that is named, else where the files came from. @throws Refusal 403
 */
function judgeRestore(input: Record<string, unknown>, { sources }: Backup, machine: Machine): void {
  const into = typeof input.restore_path === 'string' ? input.restore_path.trim() : '';
  const paths = Array.isArray(input.paths) ? input.paths.filter((one) => typeof one === 'string' && one !== '') : [];
  const targets = into !== '' ? [into] : paths.length > 0 ? paths : sources;
  if (targets.every((one) => findRestoreProblem(one, machine) === undefined)) return;
  throw new Refusal(
    403,
    'Nothing is restored from here to places that decide what this machine runs, such as the settings of this server, units of services and folders of cron, nor to folders that hold them. Choose another folder, or restore with duplicati-cli as an administrator.',
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
