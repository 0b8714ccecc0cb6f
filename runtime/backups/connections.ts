import type { Row } from '../database/database.ts';
import type { Settings } from '../settings/settings.ts';

/** An address with a name, to be used by several backups. Times are milliseconds since 1970. */
export interface Connection {
  id: number;
  name: string;
  description: string;
  /** May hold passwords. */
  url: string;
  created: number;
  updated: number;
}

export type ConnectionText = Pick<Connection, 'name' | 'description' | 'url'>;

export interface Connections {
  list(): Connection[];
  find(id: number): Connection | undefined;
  add(text: ConnectionText): Connection;
  update(id: number, text: ConnectionText): Connection | undefined;
  remove(id: number): boolean;
}

export function openConnections({ database, cipher }: Settings, now = Date.now): Connections {
  const select = database.prepare('SELECT * FROM connection_string WHERE id = ?');
  const selectAll = database.prepare('SELECT * FROM connection_string ORDER BY id');
  const insert = database.prepare(
    "INSERT INTO connection_string (name, description, url, created, updated) VALUES (?, ?, '', ?, ?)",
  );
  const change = database.prepare(
    'UPDATE connection_string SET name = ?, description = ?, url = ?, updated = ? WHERE id = ?',
  );
  const remove = database.prepare('DELETE FROM connection_string WHERE id = ?');
  const field = (id: number) => `connection/${id}`;
  const read = (row: Row): Connection => ({
    id: Number(row.id),
    name: String(row.name),
    description: String(row.description),
    url: cipher.decrypt(field(Number(row.id)), String(row.url)),
    created: Number(row.created),
    updated: Number(row.updated),
  });
  const find = (id: number) => {
    const row = select.get(id);
    return row && read(row);
  };
  return {
    list: () => selectAll.all().map(read),
    find,
    add({ name, description, url }) {
      const at = now();
      const id = database.transaction(() => {
        const made = Number(insert.run(name, description, at, at).lastRowId);
        change.run(name, description, cipher.encrypt(field(made), url), at, made);
        return made;
      });
      return read(select.get(id)!);
    },
    update(id, { name, description, url }) {
      change.run(name, description, cipher.encrypt(field(id), url), now(), id);
      return find(id);
    },
    remove: (id) => remove.run(id).changes > 0,
  };
}
