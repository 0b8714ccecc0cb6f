import {
  array,
  type GenericSchema,
  type InferOutput,
  nullable,
  nullish,
  number,
  object,
  safeParse,
  string,
} from 'valibot';
import type { Answer } from '../client/exchange.ts';
import { UserError } from '../errors.ts';
import { FAILED, USER_ERROR } from './options.ts';
import type { Session } from './session.ts';

/** The JSON of an answer. @throws UserError (1) for what is no answer of such a server. */
export function readAnswer<S extends GenericSchema>(schema: S, { body }: Answer): InferOutput<S> {
  let read: unknown;
  try {
    read = JSON.parse(body.toString('utf8'));
  } catch {} // judged as what it is not
  const { success, output } = safeParse(schema, read);
  if (!success) throw new UserError('The answer of the server is not understood: is it of another version?', FAILED);
  return output;
}

const pair = object({ Item1: nullish(number()), Item2: nullish(string()) });

export const ServerState = object({
  ProgramState: string(),
  ActiveTask: nullable(pair),
  SchedulerQueueIds: array(pair),
  ProposedSchedule: array(object({ Item1: string(), Item2: string() })),
});

export const TaskState = object({
  Status: string(),
  ID: number(),
  ErrorMessage: nullish(string()),
  Result: nullish(string()),
});

export const Started = object({ ID: number() });

const Listed = object({
  Backup: object({
    ID: string(),
    Name: string(),
    TargetURL: string(),
    Metadata: nullish(
      object({
        LastBackupStarted: nullish(string()),
        LastBackupFinished: nullish(string()),
        LastErrorMessage: nullish(string()),
      }),
    ),
  }),
  Schedule: nullish(object({ Time: nullish(string()), Repeat: nullish(string()) })),
});
export type Listed = InferOutput<typeof Listed>;

export async function listBackups(session: Session): Promise<Listed[]> {
  return readAnswer(array(Listed), await session.call({ method: 'GET', target: '/api/v1/backups' }));
}

/** The backup with an identifier, else with a name in whatever case. */
export function findBackup(backups: readonly Listed[], word: string): Listed | undefined {
  const name = word.toLowerCase();
  return (
    backups.find(({ Backup }) => Backup.ID === word) ?? backups.find(({ Backup }) => Backup.Name.toLowerCase() === name)
  );
}

/** @throws UserError (2) when there is none. */
export async function requireBackup(session: Session, word: string): Promise<{ id: string; name: string }> {
  const found = findBackup(await listBackups(session), word);
  if (!found) throw new UserError('No backup found with supplied ID or name', USER_ERROR);
  return { id: found.Backup.ID, name: found.Backup.Name };
}
