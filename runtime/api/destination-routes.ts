import { boolean, integer, maxValue, minValue, nullable, nullish, number, object, pipe, record, string } from 'valibot';
import type { Backups } from '../backups/backups.ts';
import type { Connections } from '../backups/connections.ts';
import { type AllowedPrograms, findPrograms } from '../backups/programs.ts';
import { holdsMask, MASK, unmaskAddress } from '../backups/secrets.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { UnansweredError } from '../jobs/ask.ts';
import type { Order } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { DestinationOutcome } from '../storage/test-destination.ts';
import { findBackup, refuseProtected, requireAllowed } from './backup-routes.ts';
import { envelope, wrap } from './envelope.ts';

export interface DestinationNeeds {
  backups: Backups;
  connections: Connections;
  allowed: AllowedPrograms;
  /** The data folder. */
  folder: string;
  /** Asks something that is about no stored backup. @throws UnansweredError */
  askFreely(order: Order, document: JobDocument): Promise<unknown[]>;
}

const FirstForm = object({ path: string(), autocreate: nullish(boolean()), backupId: nullish(string()) });
const about = {
  DestinationUrl: string(),
  Options: nullish(record(string(), nullish(string()))),
  BackupId: nullish(string()),
  ConnectionStringId: nullish(number()),
};
const TestForm = object({ ...about, AutoCreate: nullish(boolean()), ReadOnlyTest: nullish(boolean()) });
const whole = (least: number) => pipe(number(), integer(), minValue(least), maxValue(1_000_000));
const ListForm = object({ ...about, Path: nullish(string()), Offset: nullable(whole(0)), Limit: nullable(whole(1)) });

interface Sent {
  DestinationUrl: string;
  Options?: Record<string, string | null> | null;
  BackupId?: string | null;
  ConnectionStringId?: number | null;
}

/** Destinations, before backups go there: can they be reached, made, and what is there? */
export function destinationRoutes(needs: DestinationNeeds): Route[] {
  const ask = async (operation: 'TestDestination' | 'ListDestination', sent: Sent, input: Record<string, unknown>) => {
    const document = readDocument(sent, operation, input, needs);
    try {
      return await needs.askFreely({ operation, backup: '', input }, document);
    } catch (thrown) {
      if (!(thrown instanceof UnansweredError)) throw thrown;
      throw new Refusal(thrown.isBusy ? 503 : 502, thrown.message);
    }
  };
  const test = async (sent: Sent, input: Record<string, unknown>) =>
    (await ask('TestDestination', sent, input))[0] as DestinationOutcome; // the only row of the question
  const first = (kind: 'test' | 'create') =>
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: `/api/v1/remoteoperation/${kind}`,
      body: FirstForm,
      async answer({ body, query }) {
        const { path, autocreate, backupId } = body as { path: string; autocreate?: boolean; backupId?: string }; // the schema's
        const autoCreate = autocreate === true || /^(true|1)$/i.test(query.get('autocreate') ?? '');
        const outcome = await test({ DestinationUrl: path, BackupId: backupId ?? null }, { kind, autoCreate });
        if (outcome.kind === 'ok') return {};
        throw new Refusal(outcome.kind === 'missing-folder' ? 404 : 502, writeProblem(outcome, kind));
      },
    });
  return [
    first('test'),
    first('create'),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/destination/test',
      body: TestForm,
      answer: envelope(async ({ body }) => {
        const sent = body as Sent & { AutoCreate?: boolean | null; ReadOnlyTest?: boolean | null }; // the schema's
        const autoCreate = sent.AutoCreate === true;
        return writeOutcome(await test(sent, { kind: 'test', autoCreate, readOnly: sent.ReadOnlyTest === true }));
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/destination/list',
      body: ListForm,
      answer: envelope(async ({ body }) => {
        const sent = body as Sent & { Offset?: number | null; Limit?: number | null }; // the schema's
        const rows = (await ask('ListDestination', sent, {})) as { name: string; size: number; isFolder: boolean }[]; // of the question
        const [offset, limit] = [sent.Offset ?? 0, sent.Limit ?? 1000];
        const Items = rows.slice(offset, offset + limit).map(({ name, size, isFolder }) => ({
          Path: isFolder ? `${name}/` : name,
          Size: isFolder ? -1 : size,
          Metadata: null,
        }));
        return wrap({ Items, Offset: offset, HasMore: rows.length > offset + limit });
      }),
    }),
  ];
}

/** The real address and options: what is masked is that of the stored backup. @throws Refusal 400 or 403 */
function readDocument(
  { DestinationUrl, Options, BackupId, ConnectionStringId }: Sent,
  operation: Order['operation'],
  input: Record<string, unknown>,
  { backups, connections, allowed, folder }: DestinationNeeds,
): JobDocument {
  const backup = BackupId ? findBackup(backups, BackupId) : undefined;
  const connection = ConnectionStringId && ConnectionStringId > 0 ? connections.find(ConnectionStringId) : undefined;
  const stored = [backup?.targetUrl, connection?.url].filter((one) => one !== undefined);
  const found = stored.map((one) => unmaskAddress(DestinationUrl, one)).find((one) => one !== undefined);
  const targetUrl = holdsMask(DestinationUrl) ? found : DestinationUrl;
  const given = Object.entries(Options ?? {}).map(([name, value]) => {
    const kept = value === MASK ? backup?.options.find((option) => option.name === name)?.value : value;
    return { name, value: kept, filter: '' };
  });
  const options = given.flatMap(({ value, ...rest }) => (value == null ? [] : [{ ...rest, value }]));
  if (targetUrl === undefined || given.some(({ value }) => value === undefined))
    throw new Refusal(400, 'A password is hidden and belongs to another destination: enter it again.');
  const all = [...(backup?.options ?? []).filter(({ name }) => !options.some((one) => one.name === name)), ...options];
  requireAllowed(findPrograms({ targetUrl, sources: [], options: all }), allowed);
  refuseProtected({ targetUrl, options: all }, folder);
  return { operation, backup: '', input, name: '', targetUrl, sources: [], options: all, filters: [], database: '' };
}

type Problem = Exclude<DestinationOutcome, { kind: 'ok' }>;

/** The problem in the words that clients of the first API look for. */
function writeProblem(outcome: Problem, call: 'test' | 'create'): string {
  switch (outcome.kind) {
    case 'missing-folder':
      return 'missing-folder';
    case 'error-creating-folder':
      return call === 'create' ? outcome.message : 'error-creating-folder';
    case 'incorrect-cert':
      return `incorrect-cert:${outcome.hash}`;
    case 'incorrect-host-key':
      return `incorrect-host-key:"${outcome.reported}", accepted-host-key:"${outcome.accepted ?? ''}"`;
    case 'error':
      return outcome.message;
  }
}

/** In the form of the second API. */
function writeOutcome(outcome: DestinationOutcome) {
  const none = {
    FolderExists: null,
    FolderIsEmpty: null,
    FolderContainsBackupFiles: null,
    FolderContainsEncryptedBackupFiles: null,
    AfterConnect: false,
    HostCertificate: null,
    ReportedHostKey: null,
    AcceptedHostKey: null,
  };
  if (outcome.kind === 'ok')
    return wrap({
      ...none,
      FolderExists: true,
      FolderIsEmpty: !outcome.anyFiles,
      FolderContainsBackupFiles: outcome.anyBackups,
      FolderContainsEncryptedBackupFiles: outcome.anyEncryptedFiles,
      AfterConnect: true,
    });
  const fail = (Data: object | null, message = outcome.message) => ({
    json: { Data, Success: false, Error: message, StatusCode: outcome.kind },
  });
  switch (outcome.kind) {
    case 'missing-folder':
      return fail({ ...none, FolderExists: false }, 'Folder does not exist');
    case 'incorrect-cert':
      return fail({ ...none, HostCertificate: outcome.hash });
    case 'incorrect-host-key':
      return fail({ ...none, ReportedHostKey: outcome.reported, AcceptedHostKey: outcome.accepted ?? null });
    case 'error-creating-folder':
      return fail({ ...none, FolderExists: false, AfterConnect: true });
    case 'error':
      return fail(outcome.afterConnect ? { ...none, AfterConnect: true } : null);
  }
}
