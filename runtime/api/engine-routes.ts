import type { GenericSchema } from 'valibot';
import type { Backups } from '../backups/backups.ts';
import type { Method, Route } from '../http/route.ts';
import { findBackup, needsEngine } from './backup-routes.ts';
import { envelope } from './envelope.ts';

/**
 * A call that needs what the backup engine does not have yet. `backup` says where it names a backup, which is looked up first.
 */
interface EngineCall {
  call: `${Method} /api/${string}`;
  backup?: 'path' | 'body';
  body?: GenericSchema;
}

/** Every call that is answered 501; a test holds this table. */
export const ENGINE_CALLS: readonly EngineCall[] = [
  { call: 'POST /api/v1/backup/{id}/createreport', backup: 'path' },
  { call: 'GET /api/v1/bugreport/{id}' },
];

/** Rows for all of them. */
export function engineRoutes(backups: Backups): Route[] {
  return ENGINE_CALLS.map(({ call, backup, body }): Route => {
    const [method, path] = call.split(' ') as [Method, string]; // the type of `call` says so
    const answer: Route['answer'] = ({ parameters, body: sent }) => {
      const input = isRecord(sent) ? sent : {};
      if (backup) findBackup(backups, backup === 'path' ? parameters.id : String(input.BackupId));
      throw needsEngine();
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
