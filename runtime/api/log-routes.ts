import { isoTime } from '../backups/configuration.ts';
import { Refusal, type Route } from '../http/route.ts';
import type { LiveLog, LogEntry } from '../log/live-log.ts';
import { LOG_LEVELS } from '../log/log.ts';
import type { Notification, Notifications } from './notifications.ts';

/** A notification in the form that clients know. */
export function writeNotification(notification: Notification) {
  return {
    ID: notification.id,
    Type: notification.kind,
    Title: notification.title,
    Message: notification.message,
    Exception: notification.exception,
    BackupID: notification.backup ?? null,
    Action: notification.action,
    Timestamp: isoTime(notification.created),
    LogEntryID: null,
    MessageID: notification.messageId,
    MessageLogTag: null,
  };
}

function writeEntry({ id, level, at, message }: LogEntry) {
  return {
    When: isoTime(at),
    ID: id,
    Message: message,
    Tag: level,
    MessageID: '',
    ExceptionID: '',
    Type: level,
    Exception: '',
    BackupID: null,
    TaskID: null,
  };
}

/** What the server says: its log while it runs, and notifications. */
export function logRoutes(live: LiveLog, notifications: Notifications): Route[] {
  const find = (id: string | undefined) => {
    const found = /^[1-9]\d{0,14}$/.test(id ?? '') ? notifications.find(Number(id)) : undefined;
    if (!found) throw new Refusal(404, 'Notification not found');
    return found;
  };
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/logdata/poll',
      answer({ query }) {
        const level = LOG_LEVELS.find((name) => name.toLowerCase() === (query.get('level') ?? 'Warning').toLowerCase());
        if (!level) throw new Refusal(400, 'There is no such log level');
        const after = readNumber(query.get('id'), 0);
        const most = Math.min(readNumber(query.get('pagesize'), 100), 1000);
        return { json: live.list(level, after, most).map(writeEntry) };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/logdata/log',
      answer: ({ query }) => ({
        json: live
          .list('Warning', readNumber(query.get('offset'), 0), Math.min(readNumber(query.get('pagesize'), 100), 1000))
          .map(({ id, at, message }) => ({
            ID: id,
            BackupID: null,
            Message: message,
            Exception: '',
            Timestamp: Math.floor(at / 1000),
          })),
      }),
    },
    { method: 'GET', access: 'session', path: '/api/v1/logdata/crashlog', answer: () => ({ json: { Logdata: null } }) },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/notifications',
      answer: () => ({ json: notifications.list().map(writeNotification) }),
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/notification/{id}',
      answer: ({ parameters }) => ({ json: writeNotification(find(parameters.id)) }),
    },
    {
      method: 'DELETE',
      access: 'session',
      path: '/api/v1/notification/{id}',
      answer({ parameters }) {
        notifications.remove(find(parameters.id).id);
        return {};
      },
    },
  ];
}

function readNumber(text: string | null, otherwise: number): number {
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, 'A number in the address is none');
  return Number(text);
}
