import { nullish, number, object, safeParse, string, union } from 'valibot';
import { parseJson, readAs } from '../http/body.ts';
import type { ApiParts } from './api.ts';
import { writeList } from './backup-json.ts';
import { SUBJECTS, type Subject } from './events.ts';
import { writeNotification } from './log-routes.ts';
import { REMOTE_CONTROL } from './remote-control-routes.ts';
import { listSettings } from './setting-routes.ts';
import { writeProgress, writeState, writeTask } from './state-routes.ts';

/** What one client says and is told. */
export interface Conversation {
  hear(text: string): void;
  end(): void;
}

/** Milliseconds in which changes are gathered before they are told. */
const GATHER = 25;

const Message = object({
  Version: nullish(number()),
  Id: nullish(union([string(), number()])),
  Action: nullish(string()),
  Service: nullish(string()),
});

/** Makes the one function that begins conversations about a server. */
export function makeConversations(parts: ApiParts): (send: (text: string) => void) => Conversation {
  const { backups, queue, events, notifications, settings, folder } = parts;
  const told = new Map<(text: string) => void, Set<Subject>>();
  const changed = new Set<Subject>();
  const ended: unknown[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** What is told of a subject now; undefined where there is nothing to tell. */
  const describe = (subject: Subject): unknown => {
    if (subject === 'legacystatus') return writeState(parts);
    const data = dataOf(subject);
    return data === undefined ? undefined : { Type: subject, ApiVersion: 1, Data: data };
  };
  const dataOf = (subject: Subject): unknown => {
    if (subject === 'backuplist') return writeList(backups.list(), folder);
    if (subject === 'serversettings') return listSettings(settings);
    if (subject === 'taskqueue') return queue.list().map(writeTask);
    if (subject === 'notifications') return notifications.list().map(writeNotification);
    if (subject === 'remotecontrol') return REMOTE_CONTROL;
    const progress = subject === 'progress' && queue.running() ? queue.progress() : undefined;
    return progress && writeProgress(progress);
  };
  const tell = () => {
    timer = undefined;
    const texts = [...changed, 'legacystatus' as const].map((subject) => [subject, describe(subject)] as const);
    changed.clear();
    for (const [subject, value] of texts) if (value !== undefined) spread(subject, JSON.stringify(value));
    for (const data of ended.splice(0))
      spread('taskcompleted', JSON.stringify({ Type: 'taskcompleted', ApiVersion: 1, Data: data }));
  };
  const spread = (subject: Subject, text: string) => {
    for (const [send, subjects] of told) if (subjects.has(subject)) send(text);
  };
  events.listen((subject, data) => {
    if (told.size === 0) return;
    if (subject === 'taskcompleted') ended.push(data);
    else if (subject !== 'legacystatus') changed.add(subject);
    if (timer) return;
    timer = setTimeout(tell, GATHER);
    timer.unref();
  });

  return (send) => {
    const subjects = new Set<Subject>();
    told.set(send, subjects);
    const tellNow = (subject: Subject) => {
      const value = describe(subject);
      if (value !== undefined) send(JSON.stringify(value));
    };
    tellNow('legacystatus');
    return {
      end: () => void told.delete(send),
      hear(text) {
        const message = readMessage(text);
        const reply = (said: string, success: boolean, data: unknown = null) => {
          const { Id = '', Service = null } = message ?? {};
          const form = { Version: 1, Id: String(Id ?? ''), Service, Message: said, Success: success, Data: data };
          send(JSON.stringify({ ...form, Type: 'reply' }));
        };
        if (!message) return reply('Invalid message format', false);
        const action = message.Action?.toLowerCase();
        if (action === 'ping') return reply('Pong', true);
        if (action === 'auth') return reply('Authenticated', true);
        if (action === 'status') return reply('Status', true, writeState(parts));
        if (action !== 'sub' && action !== 'unsub') return reply('Unknown action', false);
        const subject = SUBJECTS.find((name) => name === message.Service?.toLowerCase());
        if (!subject) return reply('Unknown subscription service', false);
        if (action === 'unsub') {
          subjects.delete(subject);
          return reply('Unsubscribed successfully', true);
        }
        subjects.add(subject);
        reply('Subscribed successfully', true);
        tellNow(subject);
      },
    };
  };
}

function readMessage(text: string) {
  try {
    const read = safeParse(Message, readAs(parseJson(Buffer.from(text)), Message));
    return read.success ? read.output : undefined;
  } catch {
    return undefined; // not JSON, or too deep
  }
}
