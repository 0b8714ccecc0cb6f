import path from 'node:path';
import { openBackups } from '../backups/backups.ts';
import { openConnections } from '../backups/connections.ts';
import { openJobLog } from '../backups/job-log.ts';
import { readAllowedPrograms } from '../backups/programs.ts';
import { thisMachine } from '../backups/protected-paths.ts';
import { openTemporaryBackups, withTemporary } from '../backups/temporary-backups.ts';
import { messageOf } from '../errors.ts';
import { makeAsk } from '../jobs/ask.ts';
import type { Engine, MakeJob, Order } from '../jobs/job.ts';
import { makeDocument } from '../jobs/job-document.ts';
import { openQueue, type QueueEvent, type Task } from '../jobs/queue.ts';
import type { LiveLog } from '../log/live-log.ts';
import { logJobs } from '../reports/logged-job.ts';
import { reportJobs, sendReport } from '../reports/reported-job.ts';
import { watchSuccess } from '../reports/watch-success.ts';
import { runSchedules } from '../schedule/run-schedules.ts';
import { openInterfaceSettings } from '../settings/interface-settings.ts';
import { openServerSettings, type ServerSetting } from '../settings/server-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { type ApiParts, restorePause } from './api.ts';
import { writeCarried } from './carried-configuration.ts';
import { isPlaceOfDatabase } from './database-routes.ts';
import { openEvents } from './events.ts';
import { type Notifications, openNotifications } from './notifications.ts';
import { limitSpeeds } from './speed-limits.ts';
import { writeTask } from './state-routes.ts';

export interface PartsChoice {
  /** The data folder. */
  folder: string;
  live: LiveLog;
  /** What is known from how the server was started. */
  facts: Partial<Record<ServerSetting, string>>;
  engine: Engine;
}

/** Opens what the API is about, on a server's settings. */
export function openParts(settings: Settings, { folder, live, facts, engine }: PartsChoice): ApiParts {
  const events = openEvents();
  const machine = thisMachine(folder);
  const temporary = openTemporaryBackups(folder, (id) => queue.list().some(({ backup }) => backup === id));
  const backups = withTemporary(
    openBackups(settings, () => events.emit('backuplist')),
    temporary,
  );
  // What cannot be noted, as where the disk is full, ends neither a job nor the server.
  const note = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      live.log.error(`the settings database cannot be written to: ${messageOf(thrown)}`);
    }
  };
  const stored = openNotifications(settings, () => events.emit('notifications'));
  const notifications: Notifications = { ...stored, add: (one) => note(() => stored.add(one)) };
  const server = openServerSettings(settings, () => events.emit('serversettings'), facts);
  const queue = openQueue(tell);
  restorePause(queue, server);
  const allowed = readAllowedPrograms(live.log);
  const jobLog = openJobLog(settings);
  const remember: typeof backups.setMetadata = (id, metadata) => note(() => backups.setMetadata(id, metadata));
  const add: typeof jobLog.add = (id, end) => note(() => jobLog.add(id, end));
  const whole = logJobs(reportJobs(engine, { log: live.log, allowed, remember }), { ...jobLog, add });
  const makeJob: MakeJob = (order) => whole(order, () => describe(order));
  const ask = makeAsk(engine);
  const schedules = runSchedules({ backups, queue, settings: server, log: live.log, makeJob });
  const watch = watchSuccess({
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
    temporary,
    jobLog,
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
      watch.stop();
      temporary.close();
    },
    makeJob,
    askFreely: (order, document) => ask(order, () => document),
    makeFreeJob: (order, document) => engine(order, () => document),
    askAbout: (operation, { id }, input) =>
      ask({ operation, backup: id, input }, () => describe({ operation, backup: id, input })),
  };

  function describe(order: Order) {
    const backup = backups.find(order.backup);
    if (!backup) throw new Error('there is no such backup any more');
    // One that was moved: since it was named, a link may have come to be there.
    if (path.isAbsolute(backup.database) && !isPlaceOfDatabase(backup.database, machine))
      throw new Error(`its local database ${backup.database} lies where it is decided what this machine runs; move it`);
    const document = makeDocument(order, backup, server.options(), path.resolve(folder, backup.database));
    const carries =
      order.operation === 'Backup' && !temporary.find(backup.id)
        ? writeCarried(backup, document.options, backups.list)
        : undefined;
    return {
      ...document,
      options: limitSpeeds(document.options, server),
      ...(carries === undefined ? {} : { carries }),
    };
  }

  function tell(event: QueueEvent): void {
    if (event.what === 'progress') events.emit('progress');
    else if (event.what === 'ended') {
      logEnd(event.task);
      if (event.task.operation === 'CreateReport' && event.task.status === 'Completed') tellReport(event.task);
      if (event.task.status === 'Failed' && !event.task.wasStopped) tellFailure(event.task);
      else if (event.task.level === 'Warning' || event.task.level === 'Error') tellWarnings(event.task);
      events.emit('taskcompleted', writeTask(event.task));
    } else {
      if (event.what === 'queue') events.emit('taskqueue');
      events.emit('legacystatus');
    }
  }

  function tellReport({ backup, operation }: Task): void {
    notifications.add({
      kind: 'Information',
      title: `The report about ${nameOf(backup, operation)} is ready`,
      message: 'It can be downloaded now.',
      exception: '',
      ...(backup === undefined ? {} : { backup }),
      action: `bug-report:created:${backup}`,
      messageId: 'BugreportCreated',
    });
  }

  function logEnd({ backup, operation, error, level, status, wasStopped }: Task): void {
    if (wasStopped && error !== undefined)
      live.log.information(`${operation} of ${nameOf(backup, operation)}: ${error}`);
    else if (status === 'Failed') live.log.error(`${operation} of ${nameOf(backup, operation)}: ${error}`);
    else if (level) live.log.information(`${operation} of ${nameOf(backup, operation)}: ${level}`);
  }

  function tellWarnings({ backup, level, operation }: Task): void {
    notifications.add({
      kind: level === 'Error' ? 'Error' : 'Warning',
      title: `${level} while running ${nameOf(backup, operation)}`,
      message: 'The log of the backup says more.',
      exception: '',
      ...(backup === undefined ? {} : { backup }),
      action: 'backup:show-log',
      messageId: `${operation}${level}`,
    });
  }

  function nameOf(backup: string | undefined, operation: string): string {
    return backup === undefined ? operation : (backups.find(backup)?.name ?? `backup ${backup}`);
  }

  function tellFailure({ backup, error = '', operation }: Task): void {
    notifications.add({
      kind: 'Error',
      title: `Error while running ${nameOf(backup, operation)}`,
      message: error,
      exception: error,
      ...(backup === undefined ? {} : { backup }),
      action: 'backup:show-log',
      messageId: `${operation}Failed`,
    });
  }
}
