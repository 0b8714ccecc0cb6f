import { type Backup, NEVER } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { messageOf } from '../errors.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Queue } from '../jobs/queue.ts';
import type { Log } from '../log/log.ts';
import { type Report, spanOf } from './report.ts';

/** How long a backup with a schedule may be without a successful run; `0` switches the watch off. Of a backup, or of all. */
export const OPTION = 'report-no-success-after';
const DEFAULT = 7 * 86_400_000;
/** Names of facts that are kept of a backup; times in ISO 8601. */
export const LAST_SUCCESS = 'LastSuccessfulRun';
const WATCHED_SINCE = 'SuccessWatchedSince';
const LAST_TOLD = 'NoSuccessToldAt';
/** What Duplicati and the engine keep of the last run that ended well, `20261122T141342Z`. */
const LAST_FINISHED = 'LastBackupFinished';

const DAY = 86_400_000;
/** Milliseconds between two looks. The first comes as long after the start: what was missed is being made up for then. */
const LOOK_EVERY = 3_600_000;

export interface WatchNeeds {
  backups: Pick<Backups, 'list' | 'setMetadata'>;
  queue: Pick<Queue, 'list'>;
  notifications: {
    list(): { messageId: string }[];
    add(notification: {
      kind: 'Error';
      title: string;
      message: string;
      exception: string;
      backup: string;
      action: string;
      messageId: string;
    }): void;
  };
  /** What a job of the backup would have to know: options of all backups are in it too. */
  describe(backup: Backup): JobDocument;
  /** Sends a report by the ways that its options name. */
  send(report: Report): void;
  log: Log;
}

/**
 * Notices backups that have not run successfully for too long, whatever the reason: jobs that fail are reported one by one, jobs that never
 * begin are not. Each is told once a day: to those who get its reports, in the log, and as a notification, of which one stays.
 * @param now milliseconds since 1970
 */
export function watchSuccess(needs: WatchNeeds, now = Date.now): { check(): void; stop(): void } {
  const check = () => {
    for (const backup of needs.backups.list()) {
      try {
        checkBackup(backup, needs, now());
      } catch (thrown) {
        needs.log.warning(`whether "${backup.name}" runs successfully is not known: ${messageOf(thrown)}`);
      }
    }
  };
  const timer = setInterval(check, LOOK_EVERY);
  timer.unref();
  return { check, stop: () => clearInterval(timer) };
}

function checkBackup(backup: Backup, { backups, queue, notifications, describe, send, log }: WatchNeeds, at: number) {
  const document = describe(backup);
  const limit = spanOf(document.options, OPTION, DEFAULT);
  const isAsked = document.options.some(({ name }) => name.toLowerCase() === OPTION);
  if (limit === 0 || (!isAsked && !backup.schedule)) return;
  const { metadata } = backup;
  // Times that are still to come were noted under a wrong clock, and are none.
  const since = Math.max(
    ...[LAST_SUCCESS, LAST_FINISHED, WATCHED_SINCE]
      .map((name) => readTime(metadata[name]))
      .filter((time) => time <= at + DAY),
  );
  if (!Number.isFinite(since)) {
    backups.setMetadata(backup.id, { [WATCHED_SINCE]: new Date(at).toISOString() });
    return;
  }
  const told = readTime(metadata[LAST_TOLD]);
  const isToldToday = told <= at + DAY && at - told < DAY;
  const isUnderWay = queue.list().some((task) => task.backup === backup.id);
  if (at - since < limit || isToldToday || isUnderWay) return;
  backups.setMetadata(backup.id, { [LAST_TOLD]: new Date(at).toISOString() }); // before anything can fail
  const days = Math.floor((at - since) / DAY);
  const text = `"${backup.name}" has had no successful run for ${days} ${days === 1 ? 'day' : 'days'}, since ${new Date(since).toISOString()}`;
  log.warning(text);
  const messageId = `NoSuccess-${backup.id}`;
  if (!notifications.list().some((one) => one.messageId === messageId)) {
    const title = `No successful run of ${backup.name}`;
    const more = { exception: '', backup: backup.id, action: 'backup:show-log', messageId };
    notifications.add({ kind: 'Error', title, message: text, ...more });
  }
  send({ document, level: 'Error', error: text });
}

/** Milliseconds since 1970 of ISO 8601 with or without its separators; -Infinity for none. */
function readTime(text: string | undefined): number {
  const whole = (text ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = whole === '' || whole === NEVER ? Number.NaN : Date.parse(whole);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
