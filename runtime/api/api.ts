import type { Backups } from '../backups/backups.ts';
import type { Connections } from '../backups/connections.ts';
import type { JobLog } from '../backups/job-log.ts';
import type { AllowedPrograms } from '../backups/programs.ts';
import { thisMachine } from '../backups/protected-paths.ts';
import type { TemporaryBackups } from '../backups/temporary-backups.ts';
import type { Route } from '../http/route.ts';
import type { MakeJob } from '../jobs/job.ts';
import type { Queue } from '../jobs/queue.ts';
import type { LiveLog } from '../log/live-log.ts';
import { version } from '../paths.ts';
import type { InterfaceSettings } from '../settings/interface-settings.ts';
import type { ServerSettings } from '../settings/server-settings.ts';
import { backupRoutes } from './backup-routes.ts';
import { type AskAbout, browseRoutes } from './browse-routes.ts';
import { carriedRoutes } from './carried-routes.ts';
import { type CommandLineNeeds, commandLineRoutes } from './command-line-routes.ts';
import { databaseRoutes } from './database-routes.ts';
import { type DestinationNeeds, destinationRoutes } from './destination-routes.ts';
import type { Events } from './events.ts';
import { exportRoutes } from './export-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { filterRoutes } from './filter-routes.ts';
import { folderStatusRoutes } from './folder-status-routes.ts';
import { infoRoutes } from './info-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { logRoutes } from './log-routes.ts';
import type { Notifications } from './notifications.ts';
import { remoteControlRoutes } from './remote-control-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { secondRoutes } from './second-routes.ts';
import { settingRoutes } from './setting-routes.ts';
import { isStartupDelay, LATEST, type NextRuns, readDuration, stateRoutes } from './state-routes.ts';
import { takeOverRoutes } from './take-over-routes.ts';

/** What the API is about. */
export interface ApiParts {
  backups: Backups;
  connections: Connections;
  queue: Queue;
  events: Events;
  notifications: Notifications;
  settings: ServerSettings;
  ui: InterfaceSettings;
  live: LiveLog;
  allowed: AllowedPrograms;
  /** The data folder. */
  folder: string;
  /** What a scheduler has planned. */
  nextRuns: NextRuns;
  /** Ends what goes on by itself. */
  stop(): void;
  temporary: TemporaryBackups;
  jobLog: JobLog;
  makeJob: MakeJob;
  makeFreeJob: CommandLineNeeds['makeFreeJob'];
  askAbout: AskAbout;
  askFreely: DestinationNeeds['askFreely'];
}

/** Every route of the API but those of signing in, which are described with them. @param others those. */
export function apiRoutes(parts: ApiParts, others: readonly Route[] = []): Route[] {
  const { backups, queue, settings, ui, live, notifications, allowed, askAbout } = parts;
  const machine = thisMachine(parts.folder);
  let described: Promise<unknown> | undefined;
  const tellOnce = (one: Parameters<Notifications['add']>[0]) => {
    if (!notifications.list().some(({ messageId }) => messageId === one.messageId)) notifications.add(one);
  };
  const routes: Route[] = [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/openapi.json',
      async answer() {
        // Loaded on demand, and made once: few ask for it.
        described ??= import('./openapi.ts').then(({ describeApi }) => describeApi([...others, ...routes], version));
        return { json: await described };
      },
    },
    ...infoRoutes(tellOnce),
    ...remoteControlRoutes(),
    ...folderStatusRoutes(parts),
    ...stateRoutes(parts, () => savePause(queue, settings)),
    ...settingRoutes(settings, ui, allowed, parts.folder),
    ...backupRoutes(parts),
    ...exportRoutes(parts),
    ...carriedRoutes(parts),
    ...takeOverRoutes(parts),
    ...fileRoutes(),
    ...logRoutes(live, notifications),
    ...secondRoutes(parts),
    ...jobRoutes({ ...parts, machine }),
    ...browseRoutes(backups, askAbout),
    ...databaseRoutes({ ...parts, machine }),
    ...destinationRoutes(parts),
    ...commandLineRoutes({ ...parts, machine }),
    ...filterRoutes(),
    ...reportRoutes(parts.folder),
  ];
  return routes;
}

/** Keeps a pause for the next start, in Duplicati's form: `0` for one without an end, else milliseconds since 1970. */
function savePause(queue: Queue, settings: ServerSettings): void {
  const paused = queue.paused();
  settings.set('paused-until', paused ? String(paused.until ?? 0) : '');
}

/** Pauses a queue as it was paused when the server ended. */
export function restorePause(queue: Queue, settings: ServerSettings, now = Date.now()): void {
  const until = settings.get('paused-until');
  if (until === '0') queue.pause();
  else if (/^\d{1,16}$/.test(until) && Number(until) > now) queue.pause(Math.min(Number(until), LATEST));
  else delayStart(queue, settings, now);
}

/** Lets nothing begin in the first minutes, where a person set that: a machine that starts has other work. */
function delayStart(queue: Queue, settings: ServerSettings, now: number): void {
  const delay = settings.get('startup-delay');
  if (delay !== '' && isStartupDelay(delay)) queue.pause(now + readDuration(delay) * 1000);
}
