import type { Backup } from '../backups/backup.ts';
import type { Backups } from '../backups/backups.ts';
import { isoTime } from '../backups/configuration.ts';
import { Refusal, type Route } from '../http/route.ts';
import type { Queue } from '../jobs/queue.ts';
import type { ServerSettings } from '../settings/server-settings.ts';

export interface FolderStatusNeeds {
  backups: Pick<Backups, 'list'>;
  queue: Pick<Queue, 'list'>;
  settings: Pick<ServerSettings, 'get'>;
  platform?: NodeJS.Platform;
}

/** Which folders are backed up, for file managers that mark them. Off until the server is started with the option for it. */
export function folderStatusRoutes({
  backups,
  queue,
  settings,
  platform = process.platform,
}: FolderStatusNeeds): Route[] {
  const requireOn = () => {
    if (settings.get('enable-folder-status-service') !== 'True')
      throw new Refusal(503, 'Folder status service is disabled');
  };
  const active = () => new Set(queue.list().flatMap((task) => (task.operation === 'Backup' ? [task.backup] : [])));
  const fold = (path: string) => {
    const whole = path.replace(/(?<=.)[/\\]+$/, '');
    return platform === 'win32' ? whole.replaceAll('/', '\\').toLowerCase() : whole;
  };
  const separator = platform === 'win32' ? '\\' : '/';
  const isIn = (folder: string, source: string) =>
    folder === source || folder.startsWith(source.endsWith(separator) ? source : source + separator);
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/folderstatus',
      answer() {
        requireOn();
        const busy = active();
        return {
          json: backups.list().flatMap((backup) => {
            const known = write(backup, busy.has(backup.id));
            return backup.sources.map((Path) => ({ Path, ...known }));
          }),
        };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/folderstatus/{path}',
      answer({ parameters }) {
        requireOn();
        const Path = parameters.path ?? '';
        const folder = fold(Path);
        const found = backups.list().find(({ sources }) => sources.some((source) => isIn(folder, fold(source))));
        const none = { Status: 'notinbackup', BackupName: null, LastBackupTime: null, BackupId: null };
        return { json: { Path, ...(found ? write(found, active().has(found.id)) : none) } };
      },
    },
  ];
}

function write({ id, name, metadata }: Backup, isActive: boolean) {
  const last = readStamp(metadata.LastBackupFinished) ?? readStamp(metadata.LastBackupDate);
  const failed = readStamp(metadata.LastErrorDate);
  const date = readStamp(metadata.LastBackupDate) ?? last;
  return {
    Status: isActive
      ? 'inprogress'
      : failed !== undefined && (last === undefined || failed > last)
        ? 'failed'
        : last === undefined
          ? 'never'
          : 'backedup',
    BackupName: name,
    LastBackupTime: date === undefined ? null : isoTime(date),
    BackupId: id,
  };
}

/** Milliseconds since 1970 of a time as jobs leave it, such as `20260101T120000Z`. */
function readStamp(text = ''): number | undefined {
  const time = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6'));
  return Number.isNaN(time) ? undefined : time;
}
