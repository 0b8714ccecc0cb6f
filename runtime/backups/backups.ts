import { randomInt } from 'node:crypto';
import type { Row } from '../database/database.ts';
import type { Settings } from '../settings/settings.ts';
import { type Backup, type Definition, type Schedule, WEEKDAYS } from './backup.ts';

/** The backups of a server. What is written is on the disk when a call returns. */
export interface Backups {
  list(): Backup[];
  find(id: string): Backup | undefined;
  /** True when another backup has that name; case does not count. */
  isNameTaken(name: string, but?: string): boolean;
  add(definition: Definition, metadata?: Readonly<Record<string, string>>): Backup;
  /** Replaces what a person says about it; database and metadata stay. False when there is none. */
  update(id: string, definition: Definition): boolean;
  remove(id: string): boolean;
  /** Gives it another local database: a name in the data folder, or an absolute path. */
  setDatabase(id: string, database: string): void;
  setMetadata(id: string, metadata: Readonly<Record<string, string>>): void;
  /** Every schedule, its backup, and the run that all are counted from (ISO 8601). */
  schedules(): (Schedule & { backup: string; start: string })[];
  /** Moves a schedule on. */
  setSchedule(id: string, times: Pick<Schedule, 'time' | 'lastRun'>): void;
}

/**
 * They are kept in memory too, since clients ask for them every other second. What is handed out is not to be changed.
 * @param tell called after each change.
 */
export function openBackups({ database, cipher }: Settings, tell: () => void = () => {}): Backups {
  let kept: ReadonlyMap<string, Backup> | undefined;
  const changed = () => {
    kept = undefined;
    tell();
  };
  const select = database.prepare('SELECT * FROM backup WHERE id = ?');
  const selectAll = database.prepare('SELECT * FROM backup ORDER BY id');
  const selectName = database.prepare('SELECT id FROM backup WHERE name = ?');
  const insert = database.prepare("INSERT INTO backup (name, database, definition) VALUES (?, ?, '')");
  const define = database.prepare('UPDATE backup SET name = ?, definition = ? WHERE id = ?');
  const move = database.prepare('UPDATE backup SET database = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM backup WHERE id = ?');
  const selectMetadata = database.prepare('SELECT name, value FROM backup_metadata WHERE backup = ? ORDER BY name');
  const insertMetadata = database.prepare(
    'INSERT INTO backup_metadata (backup, name, value) VALUES (?, ?, ?) ON CONFLICT (backup, name) DO UPDATE SET value = excluded.value',
  );
  const selectSchedule = database.prepare('SELECT * FROM schedule WHERE backup = ?');
  const insertSchedule = database.prepare(
    // A client that sends a schedule back as it saw it moves nothing, and cannot undo a run.
    `INSERT INTO schedule (backup, start, time, repeat, last_run, days) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (backup)
     DO UPDATE SET start = iif(excluded.time = time AND excluded.repeat = repeat, start, excluded.time),
     time = excluded.time, repeat = excluded.repeat, days = excluded.days`,
  );
  const removeSchedule = database.prepare('DELETE FROM schedule WHERE backup = ?');
  const selectSchedules = database.prepare('SELECT * FROM schedule ORDER BY backup');
  const moveSchedule = database.prepare('UPDATE schedule SET time = ?, last_run = ? WHERE backup = ?');

  const field = (id: number | string) => `backup/${id}`;
  const write = (id: number, { schedule, ...rest }: Definition) => {
    define.run(rest.name, cipher.encrypt(field(id), JSON.stringify(rest)), id);
    if (!schedule) removeSchedule.run(id);
    else
      insertSchedule.run(
        id,
        schedule.time,
        schedule.time,
        schedule.repeat,
        schedule.lastRun,
        schedule.allowedDays.join(','),
      );
  };
  const read = (row: Row): Backup => {
    const id = Number(row.id);
    // Written by `write` above, and authenticated by its cipher.
    const rest = JSON.parse(cipher.decrypt(field(id), String(row.definition))) as Omit<Definition, 'schedule'>;
    const schedule = selectSchedule.get(id);
    const metadata = Object.fromEntries(selectMetadata.all(id).map(({ name, value }) => [String(name), String(value)]));
    return {
      ...rest,
      id: String(id),
      database: String(row.database),
      metadata,
      ...(schedule ? { schedule: readSchedule(schedule) } : {}),
    };
  };
  const numberOf = (id: string) => (/^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined);

  const all = () => {
    kept ??= new Map(selectAll.all().map((row) => [String(row.id), read(row)]));
    return kept;
  };

  return {
    list: () => [...all().values()],
    find: (id) => all().get(id),
    isNameTaken(name, but) {
      const found = selectName.get(name);
      return found !== undefined && String(found.id) !== but;
    },
    add(definition, metadata = {}) {
      const id = database.transaction(() => {
        const made = Number(insert.run(definition.name, makeDatabaseName()).lastRowId);
        write(made, definition);
        for (const [name, value] of Object.entries(metadata)) insertMetadata.run(made, name, value);
        return made;
      });
      changed();
      return read(select.get(id)!);
    },
    update(id, definition) {
      const found = numberOf(id);
      if (found === undefined || !select.get(found)) return false;
      database.transaction(() => write(found, definition));
      changed();
      return true;
    },
    remove(id) {
      const gone = remove.run(numberOf(id) ?? null).changes > 0;
      if (gone) changed();
      return gone;
    },
    setDatabase(id, name) {
      if (move.run(name, numberOf(id) ?? null).changes > 0) changed();
    },
    setMetadata(id, metadata) {
      const found = numberOf(id);
      if (found === undefined || !select.get(found)) return;
      database.transaction(() => {
        for (const [name, value] of Object.entries(metadata)) insertMetadata.run(found, name, value);
      });
      changed();
    },
    schedules: () =>
      selectSchedules
        .all()
        .map((row) => ({ ...readSchedule(row), backup: String(row.backup), start: String(row.start) })),
    setSchedule(id, { time, lastRun }) {
      if (moveSchedule.run(time, lastRun, numberOf(id) ?? null).changes > 0) changed();
    },
  };
}

function readSchedule(row: Row): Schedule {
  const days = new Set(String(row.days).split(','));
  return {
    id: Number(row.id),
    time: String(row.time),
    repeat: String(row.repeat),
    lastRun: String(row.last_run),
    allowedDays: WEEKDAYS.filter((day) => days.has(day)),
  };
}

/** Ten capital letters, as Duplicati names local databases. */
function makeDatabaseName(): string {
  const letters = Array.from({ length: 10 }, () => String.fromCharCode(65 + randomInt(26)));
  return `${letters.join('')}.sqlite`;
}
