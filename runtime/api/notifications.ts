import type { Row } from '../database/database.ts';
import type { Settings } from '../settings/settings.ts';

export type NotificationKind = 'Information' | 'Warning' | 'Error';

/** Something that a person should read, until it is dismissed. */
export interface Notification {
  id: number;
  kind: NotificationKind;
  title: string;
  message: string;
  exception: string;
  backup?: string;
  /** What a client can offer, such as `backup:show-log`. */
  action: string;
  messageId: string;
  /** Milliseconds since 1970. */
  created: number;
}

export interface Notifications {
  list(): Notification[];
  find(id: number): Notification | undefined;
  add(notification: Omit<Notification, 'id' | 'created'>): void;
  remove(id: number): boolean;
}

/** Most that are kept: the oldest go. */
const KEPT = 500;

/** @param tell called after each change. */
export function openNotifications({ database }: Settings, tell: () => void, now = Date.now): Notifications {
  let kept: Notification[] | undefined;
  const changed = () => {
    kept = undefined;
    tell();
  };
  const selectAll = database.prepare('SELECT * FROM notification ORDER BY id');
  const select = database.prepare('SELECT * FROM notification WHERE id = ?');
  const insert = database.prepare(
    'INSERT INTO notification (kind, title, message, exception, backup, action, message_id, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const trim = database.prepare(
    'DELETE FROM notification WHERE id <= (SELECT id FROM notification ORDER BY id DESC LIMIT 1 OFFSET ?)',
  );
  const remove = database.prepare('DELETE FROM notification WHERE id = ?');
  return {
    list() {
      kept ??= selectAll.all().map(read);
      return kept;
    },
    find(id) {
      const row = select.get(id);
      return row && read(row);
    },
    add({ kind, title, message, exception, backup, action, messageId }) {
      insert.run(kind, title, message, exception, backup ?? null, action, messageId, now());
      trim.run(KEPT);
      changed();
    },
    remove(id) {
      const gone = remove.run(id).changes > 0;
      if (gone) changed();
      return gone;
    },
  };
}

function read(row: Row): Notification {
  return {
    id: Number(row.id),
    kind: row.kind === 'Error' ? 'Error' : row.kind === 'Warning' ? 'Warning' : 'Information',
    title: String(row.title),
    message: String(row.message),
    exception: String(row.exception),
    ...(typeof row.backup === 'string' ? { backup: row.backup } : {}),
    action: String(row.action),
    messageId: String(row.message_id),
    created: Number(row.created),
  };
}
