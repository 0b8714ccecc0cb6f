/** One option of a backup. */
export interface BackupOption {
  /** Without the dashes that Duplicati's clients sometimes send. */
  name: string;
  value: string;
  filter: string;
}

/** A rule about which files belong to a backup; in order, the first that fits counts. */
export interface BackupFilter {
  include: boolean;
  expression: string;
}

/** When a backup runs by itself. Times are ISO 8601 in UTC; Duplicati's word for never is year 1. */
export interface Schedule {
  id: number;
  time: string;
  /** Such as `1D`; empty for once. */
  repeat: string;
  lastRun: string;
  allowedDays: Weekday[];
}

export const NEVER = '0001-01-01T00:00:00Z';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What a person says about a backup. */
export interface Definition {
  name: string;
  description: string;
  tags: string[];
  /** Where the backup goes; may hold a password. */
  targetUrl: string;
  /** A connection string's identifier; -1 for none. */
  connection: number;
  sources: string[];
  options: BackupOption[];
  filters: BackupFilter[];
  schedule?: Omit<Schedule, 'id'>;
}

export interface Backup extends Omit<Definition, 'schedule'> {
  id: string;
  /** Its local database: a name in the data folder, or an absolute path where somebody moved it. */
  database: string;
  /** What jobs say about it: sizes, times, counts. */
  metadata: Readonly<Record<string, string>>;
  schedule?: Schedule;
}

/** True when nothing has to be asked to run it: it is not encrypted, or its passphrase is stored. */
export function runsUnattended({ options }: Pick<Backup, 'options'>): boolean {
  const valueNamed = (name: string) => options.find((option) => option.name === name)?.value;
  const isPlain =
    /^(true|1|on|yes)$/i.test(valueNamed('no-encryption') ?? '') || valueNamed('encryption-module') === '';
  return isPlain || Boolean(valueNamed('passphrase'));
}
