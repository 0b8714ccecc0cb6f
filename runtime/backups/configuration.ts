import {
  array,
  boolean,
  check,
  type InferOutput,
  integer,
  maxLength,
  nullish,
  number,
  object,
  pipe,
  record,
  regex,
  string,
} from 'valibot';
import { type Definition, NEVER, type Schedule, WEEKDAYS, type Weekday } from './backup.ts';

/** A text of a configuration. */
export const text = pipe(
  string(),
  maxLength(65_536),
  check((value) => !value.includes('\0')),
);
const word = pipe(text, maxLength(1024));
const time = pipe(
  string(),
  maxLength(64),
  check((value) => /^\d{4}$/.test(String(new Date(value).getUTCFullYear()).padStart(4, '0'))),
);
/** Nothing that could be read as more than a name. */
export const optionName = pipe(string(), regex(/^-{0,2}[A-Za-z0-9][\w.-]{0,127}$/));
const list = <Schema extends Parameters<typeof array>[0]>(item: Schema) => pipe(array(item), maxLength(10_000));

/** A schedule, as clients send it and configurations hold it. */
const ScheduleForm = object({
  ID: nullish(number()),
  Tags: nullish(array(word)),
  Time: nullish(time),
  Repeat: nullish(
    pipe(
      string(),
      check((value) => /^(\d{1,6}[smhDWMY])*$/.test(value)),
    ),
  ),
  LastRun: nullish(time),
  Rule: nullish(word),
  AllowedDays: nullish(pipe(array(word), maxLength(100))),
});

/** A backup and its schedule, as clients send them and configurations hold them. */
export const BackupForm = object({
  Backup: object({
    Name: nullish(word),
    Description: nullish(text),
    Tags: nullish(list(word)),
    TargetURL: nullish(text),
    ConnectionStringID: nullish(pipe(number(), integer())),
    Sources: nullish(list(text)),
    Settings: nullish(
      list(object({ Name: optionName, Value: nullish(text), Filter: nullish(text), Argument: nullish(text) })),
    ),
    Filters: nullish(
      list(object({ Order: nullish(number()), Include: nullish(boolean()), Expression: nullish(text) })),
    ),
    Metadata: nullish(record(word, nullish(text))),
  }),
  Schedule: nullish(ScheduleForm),
});

export type BackupForm = InferOutput<typeof BackupForm>;

/** What a form defines. Sources keep their order, filters the order of their numbers. */
export function readForm({ Backup, Schedule }: BackupForm): Definition {
  const filters = (Backup.Filters ?? []).map((filter, index) => ({ order: filter.Order ?? index, ...filter }));
  filters.sort((a, b) => a.order - b.order);
  return {
    name: Backup.Name?.trim() ?? '',
    description: Backup.Description ?? '',
    tags: Backup.Tags ?? [],
    targetUrl: Backup.TargetURL?.trim() ?? '',
    connection: Backup.ConnectionStringID ?? -1,
    sources: (Backup.Sources ?? []).filter((source) => source.trim() !== ''),
    options: (Backup.Settings ?? []).map(({ Name, Value, Filter }) => ({
      name: Name.trim().replace(/^-+/, ''),
      value: Value ?? '',
      filter: Filter ?? '',
    })),
    filters: filters.map(({ Include, Expression }) => ({ include: Include ?? false, expression: Expression ?? '' })),
    ...(Schedule ? { schedule: readSchedule(Schedule) } : {}),
  };
}

function readSchedule(form: NonNullable<BackupForm['Schedule']>): Omit<Schedule, 'id'> {
  return {
    time: isoTime(form.Time ?? NEVER),
    repeat: form.Repeat ?? '',
    lastRun: isoTime(form.LastRun ?? NEVER),
    allowedDays: readDays(form.AllowedDays ?? /^AllowedWeekDays=(.*)$/.exec(form.Rule ?? '')?.[1]?.split(',') ?? []),
  };
}

/** Days by their first three letters: `mon`, `Monday`. */
function readDays(words: readonly string[]): Weekday[] {
  const known = new Set(words.map((one) => one.trim().slice(0, 3).toLowerCase()));
  return WEEKDAYS.filter((day) => known.has(day));
}

/** ISO 8601 in UTC, without a fraction where there is none. */
export function isoTime(value: string | number): string {
  return new Date(value).toISOString().replace('.000Z', 'Z');
}

const FULL_NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** A schedule in the form that clients know; `full` writes days as exported configurations do. */
export function writeSchedule(schedule: Schedule | undefined, backup: string, full = false) {
  if (!schedule) return null;
  const names = schedule.allowedDays.map((day) => FULL_NAMES[day]);
  return {
    ID: schedule.id,
    Tags: [`ID=${backup}`],
    Time: schedule.time,
    Repeat: schedule.repeat,
    LastRun: schedule.lastRun,
    Rule: names.length > 0 ? `AllowedWeekDays=${names.join(',')}` : '',
    AllowedDays: full ? names : schedule.allowedDays,
  };
}

/** What a path is called in lists: its last part. */
export function nameSources(sources: readonly string[]): Record<string, string> {
  return Object.fromEntries(sources.map((source) => [source, /([^/\\]+)[/\\]?$/.exec(source)?.[1] ?? source]));
}
