import type { Settings } from './settings.ts';

/** What web clients remember of themselves, by a name that each chooses. */
export interface InterfaceSettings {
  schemes(): string[];
  list(scheme: string): Record<string, string>;
  /** An empty value (null) takes one away. @returns false where there would be too many. */
  change(scheme: string, values: Readonly<Record<string, string | null>>): boolean;
}

/** Most values of all schemes. */
const MOST = 2000;

export function openInterfaceSettings({ database }: Settings): InterfaceSettings {
  const schemes = database.prepare('SELECT DISTINCT scheme FROM interface_setting ORDER BY scheme');
  const select = database.prepare('SELECT name, value FROM interface_setting WHERE scheme = ? ORDER BY name');
  const count = database.prepare('SELECT COUNT(*) AS count FROM interface_setting');
  const remove = database.prepare('DELETE FROM interface_setting WHERE scheme = ? AND name = ?');
  const upsert = database.prepare(
    `INSERT INTO interface_setting (scheme, name, value) VALUES (?, ?, ?) ON CONFLICT (scheme, name)
     DO UPDATE SET value = excluded.value`,
  );
  const list = (scheme: string) =>
    Object.fromEntries(select.all(scheme).map(({ name, value }) => [String(name), String(value)]));
  return {
    schemes: () => schemes.all().map((row) => String(row.scheme)),
    list,
    change(scheme, values) {
      const entries = Object.entries(values);
      const there = list(scheme);
      const more = ([name, value]: (typeof entries)[0]) => Number(value !== null) - Number(Object.hasOwn(there, name));
      const added = entries.reduce((sum, entry) => sum + more(entry), 0);
      if (added > 0 && Number(count.get()?.count) + added > MOST) return false;
      database.transaction(() => {
        for (const [name, value] of entries) {
          if (value === null) remove.run(scheme, name);
          else upsert.run(scheme, name, value);
        }
      });
      return true;
    },
  };
}
