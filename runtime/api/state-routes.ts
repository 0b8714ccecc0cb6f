import { NEVER } from '../backups/backup.ts';
import { isoTime } from '../backups/configuration.ts';
import { type Call, Refusal, type Route } from '../http/route.ts';
import type { Progress } from '../jobs/progress.ts';
import type { Queue, Task } from '../jobs/queue.ts';
import { type Events, waitForEvent } from './events.ts';
import type { Notifications } from './notifications.ts';

/** When backups run next, as a scheduler has planned it: identifiers and times in ISO 8601. */
export type NextRuns = () => readonly { backup: string; time: string }[];

export interface StateNeeds {
  queue: Queue;
  events: Events;
  notifications: Notifications;
  nextRuns: NextRuns;
}

/** The state of the server in the form that clients know. */
export function writeState({ queue, events, notifications, nextRuns }: StateNeeds) {
  const [running, paused] = [queue.running(), queue.paused()];
  const { event, data, notification } = events.counts();
  const kinds = new Set(notifications.list().map(({ kind }) => kind));
  const pair = ({ id, backup }: Task) => ({ Item1: id, Item2: backup ?? null });
  const waiting = queue.list().filter(({ status }) => status === 'Waiting');
  return {
    ActiveTask: running ? pair(running) : null,
    ProgramState: paused ? 'Paused' : 'Running',
    SchedulerQueueIds: waiting.map(pair),
    ProposedSchedule: nextRuns().map(({ backup, time }) => ({ Item1: backup, Item2: time })),
    HasWarning: kinds.has('Warning'),
    HasError: kinds.has('Error'),
    SuggestedStatusIcon: paused ? 'Paused' : running ? 'Active' : suggestIcon(kinds),
    EstimatedPauseEnd: paused?.until === undefined ? NEVER : isoTime(paused.until),
    LastEventID: event,
    LastDataUpdateID: data,
    LastNotificationUpdateID: notification,
    UpdatedVersion: null,
    UpdaterState: 'Waiting',
    UpdateDownloadLink: null,
    UpdateDownloadProgress: 0,
    Type: 'legacystatus',
  };
}

function suggestIcon(kinds: ReadonlySet<string>): string {
  if (kinds.has('Error')) return 'ReadyError';
  return kinds.has('Warning') ? 'ReadyWarning' : 'Ready';
}

/** A task in the form that clients know. */
export function writeTask({ status, id, started, finished, level, error }: Task) {
  return {
    Status: status,
    ID: id,
    TaskStarted: started === undefined ? null : isoTime(started),
    TaskFinished: finished === undefined ? null : isoTime(finished),
    ErrorMessage: error ?? null,
    Exception: error ?? null,
    ...(level === undefined ? {} : { Result: level }),
  };
}

/** How far a job is, in the form that clients know. */
export function writeProgress({ task, progress }: { task: Task; progress: Progress }) {
  const { files, file, transfer } = progress;
  const moving = {
    BackendAction: transfer?.action ?? 'Get',
    BackendPath: transfer?.path ?? null,
    BackendFileSize: transfer?.size ?? 0,
    BackendFileProgress: transfer?.progress ?? 0,
    BackendSpeed: transfer?.speed ?? -1,
    BackendIsBlocking: transfer?.isBlocking ?? false,
  };
  return {
    BackupID: task.backup ?? null,
    TaskID: task.id,
    ...moving,
    CurrentFilename: file?.name ?? null,
    CurrentFilesize: file?.size ?? 0,
    CurrentFileoffset: file?.offset ?? 0,
    CurrentFilecomplete: file?.isComplete ?? false,
    Phase: progress.phase,
    OverallProgress: progress.overall,
    ProcessedFileCount: files.done,
    ProcessedFileSize: files.doneSize,
    TotalFileCount: files.all,
    TotalFileSize: files.allSize,
    StillCounting: files.isCounting,
    ActiveTransfers: transfer ? [moving] : [],
    RemoteSyncDestinationIndex: 0,
    RemoteSyncDestinationCount: 0,
    EstimatedTimeToCompletion: progress.left === undefined ? null : writeSpan(progress.left),
  };
}

/** Seconds as `hh:mm:ss`, with days before where there are any. */
function writeSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(whole / 86_400);
  return `${days > 0 ? `${days}.` : ''}${two((whole % 86_400) / 3600)}:${two((whole % 3600) / 60)}:${two(whole % 60)}`;
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  D: 86_400,
  W: 604_800,
  M: 2_592_000,
  Y: 31_536_000,
};

/** The last moment with a year of four digits, which is all that other clients read; in milliseconds since 1970. */
export const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);
/** Longest that the server may wait at its start, in seconds. */
const LONGEST_DELAY = 365 * 86_400;

/** True for a time that the server may wait at its start; empty for none. */
export function isStartupDelay(text: string): boolean {
  return text === '' || (DURATION.test(text) && readDuration(text) <= LONGEST_DELAY);
}

const DURATION = /^(\d{1,6}[smhDWMY])+$/;

/** Seconds of a duration such as `10m` or `1D12h`. @throws Refusal 400 */
export function readDuration(text: string): number {
  if (!DURATION.test(text)) throw new Refusal(400, 'The duration must be a valid time span');
  return [...text.matchAll(/(\d+)([a-zA-Z])/g)].reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * SECONDS[unit!]!,
    0,
  );
}

/** Seconds: a client may ask for as much, and is answered after as much; its session may have ended meanwhile. */
const POLLS = { least: 10, most: 3600, longest: 300 };

/** A client that asks so (`longpoll`) is answered when something has happened since the event that it knows. @throws Refusal 400 */
async function pollState(events: Events, { query, closed }: Call): Promise<void> {
  if (!/^(true|1|yes|on)$/i.test(query.get('longpoll') ?? '')) return;
  const [seen, duration] = [query.get('lastEventId') ?? '', query.get('duration') ?? ''];
  if (!/^-?\d{1,15}$/.test(seen)) throw new Refusal(400, 'A long poll needs lastEventId, the last event that is known');
  const seconds = readDuration(duration);
  if (seconds < POLLS.least || seconds > POLLS.most)
    throw new Refusal(400, 'The duration must be between 10 seconds and 1 hour');
  await waitForEvent(events, Number(seen), Math.min(seconds, POLLS.longest) * 1000, closed());
}

/** What the server does now: state, tasks and progress. @param savePause keeps a pause for the next start. */
export function stateRoutes(needs: StateNeeds, savePause: () => void, now = Date.now): Route[] {
  const { queue } = needs;
  const find = (id: string | undefined) => {
    const task = /^[1-9]\d{0,14}$/.test(id ?? '') ? queue.find(Number(id)) : undefined;
    if (!task) throw new Refusal(404, 'No such task found');
    return task;
  };
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/serverstate',
      async answer(call) {
        await pollState(needs.events, call);
        return { json: writeState(needs) };
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/serverstate/pause',
      answer({ query }) {
        const duration = query.get('duration') ?? '';
        const until = duration === '' ? undefined : now() + readDuration(duration) * 1000;
        if (until !== undefined && until > LATEST)
          throw new Refusal(
            400,
            'The pause would not end in this age: give a shorter duration, or none to pause until resumed',
          );
        queue.pause(until);
        savePause();
        return {};
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/serverstate/resume',
      answer() {
        queue.resume();
        savePause();
        return {};
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/progressstate',
      answer() {
        const progress = queue.progress();
        if (!progress) throw new Refusal(404, 'No active backup');
        return { json: writeProgress(progress) };
      },
    },
    { method: 'GET', access: 'session', path: '/api/v1/tasks', answer: () => ({ json: queue.list().map(writeTask) }) },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/task/{id}',
      answer: ({ parameters }) => ({ json: writeTask(find(parameters.id)) }),
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/task/{id}/stop',
      answer({ parameters }) {
        queue.stop(find(parameters.id).id);
        return {};
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/task/{id}/abort',
      answer({ parameters }) {
        queue.kill(find(parameters.id).id);
        return {};
      },
    },
  ];
}
