import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { Command, Context } from './command.ts';
import { FAILED, USER_ERROR } from './options.ts';
import { type Listed, listBackups, readAnswer, requireBackup, ServerState, Started, TaskState } from './read-answer.ts';
import type { Session } from './session.ts';

/** Exit codes of `run --wait`, by how the backup ended: Duplicati's. */
const OUTCOMES: Readonly<Record<string, number>> = { Success: 0, Warning: 2, Error: 3, Fatal: 4 };

/** Backups: which there are, running and deleting one. */
export const backupCommands: readonly Command[] = [
  {
    name: 'list-backups',
    operands: [],
    help: 'List the backups with their numbers.',
    options: ['detailed'],
    examples: [{ line: 'duplicati-server-util list-backups --detailed', help: 'Also where they go, and when.' }],
    run: ({ given, output, withSession }) =>
      withSession(async (session) => {
        const backups = await listBackups(session);
        if (backups.length === 0) output.say('No backups found');
        for (const one of backups) {
          output.say(`${one.Backup.ID}: ${one.Backup.Name}`);
          if (given.flag('detailed')) for (const line of describe(one)) output.say(`  ${line}`);
        }
        if (backups.length > 0)
          output.set(
            'Backups',
            backups.map(({ Backup, Schedule }) =>
              given.flag('detailed') ? { ...Backup, Schedule } : { ID: Backup.ID, Name: Backup.Name },
            ),
          );
        return output.end(0);
      }),
  },
  {
    name: 'run',
    operands: ['<backup>'],
    help: 'Run a backup, by its number or its name. With --wait the exit code is 0 for success, 2 with warnings, 3 with errors, 4 when it failed.',
    options: ['wait', 'skip-queue', 'poll-interval', 'quiet'],
    examples: [{ line: 'duplicati-server-util run Documents --wait', help: 'Run a backup and wait for its end.' }],
    run: (context) =>
      context.withSession(async (session) => {
        const { given, output } = context;
        const interval = readInterval(given.text('poll-interval') ?? '5');
        const { id, name } = await requireBackup(session, context.words[0]!);
        tell(context, `Running backup ${name} (ID: ${id})`);
        const target = `/api/v1/backup/${id}/run${given.flag('skip-queue') ? '?skip-queue=true' : ''}`;
        const { ID: task } = readAnswer(Started, await session.call({ method: 'POST', target }));
        output.set('TaskID', task);
        if (!given.flag('wait')) return output.end(0);
        tell(context, 'Waiting for backup to finish...');
        const { outcome, error } = await waitForTask(session, task, interval);
        output.say(`Backup status: ${outcome}`);
        output.set('BackupStatus', outcome);
        return output.end(OUTCOMES[outcome] ?? FAILED, error ?? undefined);
      }),
  },
  {
    name: 'delete',
    operands: ['<backup>'],
    help: 'Delete a backup, by its number or its name. Files at the destination stay, unless told otherwise.',
    options: ['delete-remote-files', 'delete-local-db', 'force', 'quiet'],
    examples: [
      { line: 'duplicati-server-util delete 3 --delete-local-db', help: 'Delete backup 3 and its local database.' },
    ],
    run: (context) =>
      context.withSession(async (session) => {
        const { given, output } = context;
        const { id, name } = await requireBackup(session, context.words[0]!);
        tell(context, `Queueing delete for backup ${name} (ID: ${id})`);
        if (given.flag('force')) await stopTasks(session, id);
        const asked = (['delete-remote-files', 'delete-local-db', 'force'] as const).filter((option) =>
          given.flag(option),
        );
        const query = asked.map((option) => `${option}=true`).join('&');
        await session.call({ method: 'DELETE', target: `/api/v1/backup/${id}${query ? `?${query}` : ''}` });
        tell(context, 'Delete task queued');
        return output.end(0);
      }),
  },
];

/** Progress, which `--quiet` leaves out. */
function tell({ given, output }: Context, line: string): void {
  if (!given.flag('quiet')) output.say(line);
}

function describe({ Backup, Schedule }: Listed): string[] {
  const { LastBackupStarted, LastBackupFinished, LastErrorMessage } = Backup.Metadata ?? {};
  return [
    `Destination: ${Backup.TargetURL}`,
    `Schedule: ${Schedule ? `${Schedule.Repeat || 'once'}, next ${Schedule.Time || 'unknown'}` : 'none'}`,
    `Last run: ${LastBackupFinished || LastBackupStarted || 'never'}`,
    ...(LastErrorMessage ? [`Last error: ${LastErrorMessage}`] : []),
  ];
}

/** Seconds as milliseconds. @throws UserError (2) */
function readInterval(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(text) || seconds <= 0)
    throw new UserError(`--poll-interval: "${text}" is not a number of seconds`, USER_ERROR);
  return seconds * 1000;
}

/** Times in a row that a server may be out of reach while we wait: it may be starting anew. */
const PATIENCE = 5;

async function waitForTask(session: Session, task: number, interval: number) {
  for (let missed = 0; ; ) {
    await wait(interval);
    let state: { Status: string; Result?: string | null | undefined; ErrorMessage?: string | null | undefined };
    try {
      state = readAnswer(TaskState, await session.call({ method: 'GET', target: `/api/v1/task/${task}` }));
      missed = 0;
    } catch (thrown) {
      const isGone = thrown instanceof UserError && thrown.message.startsWith('Failed to connect');
      if (!isGone || ++missed >= PATIENCE) throw thrown;
      continue;
    }
    if (state.Status === 'Failed') return { outcome: 'Fatal', error: state.ErrorMessage };
    if (state.Status === 'Completed') return { outcome: state.Result ?? 'Success', error: undefined };
  }
}

/** Stops what runs of a backup, and waits until it has. */
async function stopTasks(session: Session, id: string): Promise<void> {
  const look = async () =>
    readAnswer(ServerState, await session.call({ method: 'GET', target: '/api/v1/serverstate' })).ActiveTask;
  const running = await look();
  if (running?.Item2 !== id) return;
  await session.call({ method: 'POST', target: `/api/v1/task/${running.Item1}/abort` });
  for (let left = 100; left > 0 && (await look())?.Item2 === id; left--) await wait(100);
}
