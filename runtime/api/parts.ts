import path from 'node:path';
import { openBackups } from '../backups/backups.ts';
import { openConnections } from '../backups/connections.ts';
import { readAllowedPrograms } from '../backups/programs.ts';
import type { Engine, MakeJob, Order } from '../jobs/job.ts';
import { makeDocument } from '../jobs/job-document.ts';
import { openQueue, type QueueEvent } from '../jobs/queue.ts';
import type { LiveLog } from '../log/live-log.ts';
import { reportJobs, sendReport } from '../reports/reported-job.ts';
import { watchSuccess } from '../reports/watch-success.ts';
import { runSchedules } from '../schedule/run-schedules.ts';
import { openInterfaceSettings } from '../settings/interface-settings.ts';
import { openServerSettings, type ServerSetting } from '../settings/server-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { type ApiParts, restorePause } from './api.ts';
import { openEvents } from './events.ts';
import { openNotifications } from './notifications.ts';
import { writeTask } from './state-routes.ts';

export interface PartsChoice {
  /** The data folder. */
  folder: string;
  live: LiveLog;
  /** What is known from how the server was started. */
  facts: Partial<Record<ServerSetting, string>>;
  engine?: Engine | undefined;
}

/** Opens what the API is about, on a server's settings. */
export function openParts(settings: Settings, { folder, live, facts, engine }: PartsChoice): ApiParts {
  const events = openEvents();
  const backups = openBackups(settings, () => events.emit('backuplist'));
  const notifications = openNotifications(settings, () => events.emit('notifications'));
  const server = openServerSettings(settings, () => events.emit('serversettings'), facts);
  const queue = openQueue(tell);
  restorePause(queue, server);
  const allowed = readAllowedPrograms(live.log);
  const whole = engine && reportJobs(engine, { log: live.log, allowed, remember: backups.setMetadata });
  const makeJob: MakeJob | undefined = whole && ((order) => whole(order, () => describe(order)));
  const schedules = runSchedules({ backups, queue, settings: server, notifications, log: live.log, makeJob });
  const watch =
    makeJob &&
    watchSuccess({
      backups,
      queue,
      notifications,
      describe: ({ id }) => describe({ operation: 'Backup', backup: id, input: {} }),
      send: (report) => sendReport(report, live.log),
      log: live.log,
    });
  events.listen((subject) => {
    if (subject === 'backuplist' || subject === 'serversettings') schedules.check();
  });
  return {
    backups,
    connections: openConnections(settings),
    queue,
    events,
    notifications,
    settings: server,
    ui: openInterfaceSettings(settings),
    live,
    allowed,
    folder,
    nextRuns: schedules.next,
    stop() {
      schedules.stop();
      watch?.stop();
    },
    makeJob,
  };

  function describe(order: Order) {
    const backup = backups.find(order.backup);
    if (!backup) throw new Error('there is no such backup any more');
    return makeDocument(order, backup, server.options(), path.join(folder, backup.database));
  }

  function tell(event: QueueEvent): void {
    if (event.what === 'progress') events.emit('progress');
    else if (event.what === 'ended') {
      if (event.task.status === 'Failed') tellFailure(event.task);
      events.emit('taskcompleted', writeTask(event.task));
    } else {
      if (event.what === 'queue') events.emit('taskqueue');
      events.emit('legacystatus');
    }
  }

  function tellFailure({
    backup,
    error = '',
    operation,
  }: {
    backup?: string;
    error?: string;
    operation: string;
  }): void {
    const name = backup === undefined ? operation : (backups.find(backup)?.name ?? operation);
    notifications.add({
      kind: 'Error',
      title: `Error while running ${name}`,
      message: error,
      exception: error,
      ...(backup === undefined ? {} : { backup }),
      action: 'backup:show-log',
      messageId: `${operation}Failed`,
    });
  }
}
