import type { RemoteCall } from '../jobs/job.ts';
import type { Settings } from '../settings/settings.ts';

/** What jobs of a backup said when they ended, and what they did at its destination. Times are seconds since 1970. */
export interface JobLog {
  add(backup: string, end: { time: number; message: string; exception?: string; calls: readonly Timed[] }): void;
  /** Newest first. */
  list(backup: string, page: Page): LogRow[];
  listCalls(backup: string, page: Page): CallRow[];
}

export type Timed = RemoteCall & { time: number };

export interface Page {
  /** Rows older than this one; 0 for the newest. */
  before: number;
  size: number;
}

export interface LogRow {
  id: number;
  time: number;
  message: string;
  exception: string;
}

export interface CallRow extends Timed {
  id: number;
  job: number;
}

/** Days that they are kept; Duplicati's default of `--log-retention`. */
const KEPT = 30;
/** Most jobs and calls of one backup. */
const [MOST_JOBS, MOST_CALLS] = [2000, 20_000];

export function openJobLog({ database }: Pick<Settings, 'database'>): JobLog {
  const insert = database.prepare('INSERT INTO job_log (backup, time, message, exception) VALUES (?, ?, ?, ?)');
  const insertCall = database.prepare(
    'INSERT INTO remote_log (job, time, operation, path, data) VALUES (?, ?, ?, ?, ?)',
  );
  const forget = database.prepare(
    `DELETE FROM job_log WHERE backup = ? AND (time < ? OR id <= (SELECT id FROM job_log WHERE backup = ? ORDER BY id DESC LIMIT 1 OFFSET ${MOST_JOBS}))`,
  );
  const select = database.prepare('SELECT * FROM job_log WHERE backup = ? AND id < ? ORDER BY id DESC LIMIT ?');
  const selectCalls = database.prepare(
    'SELECT remote_log.* FROM remote_log JOIN job_log ON job_log.id = job WHERE backup = ? AND remote_log.id < ? ORDER BY remote_log.id DESC LIMIT ?',
  );
  const before = (page: Page) => (page.before > 0 ? page.before : Number.MAX_SAFE_INTEGER);
  return {
    add(backup, { time, message, exception = '', calls }) {
      if (!/^\d{1,15}$/.test(backup)) return; // a temporary one leaves nothing
      database.transaction(() => {
        if (!database.prepare('SELECT 1 FROM backup WHERE id = ?').get(backup)) return;
        const job = insert.run(backup, time, message, exception).lastRowId;
        for (const call of calls.slice(-MOST_CALLS))
          insertCall.run(job, call.time, call.operation, call.path, call.data);
        forget.run(backup, time - KEPT * 86_400, backup);
      });
    },
    list: (backup, page) =>
      select.all(backup, before(page), page.size).map((row) => ({
        id: Number(row.id),
        time: Number(row.time),
        message: String(row.message),
        exception: String(row.exception),
      })),
    listCalls: (backup, page) =>
      selectCalls.all(backup, before(page), page.size).map((row) => ({
        id: Number(row.id),
        job: Number(row.job),
        time: Number(row.time),
        operation: String(row.operation) as RemoteCall['operation'], // written by `add`
        path: String(row.path),
        data: String(row.data),
      })),
  };
}
