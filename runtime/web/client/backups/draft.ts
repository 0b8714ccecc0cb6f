import { readLines, splitLines } from '../option-lines.ts';
import { MASK, type Whole } from './forms.ts';
import { readTarget, type Target, writeTarget } from './target.ts';

/** `lines`: the further options say it, since no field can. */
export type Keep = 'all' | 'smart' | 'versions' | 'time' | 'lines';
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** A backup while a person edits it. What the pages have no field for stays as it was, in `lines` and `stored`. */
export interface Draft {
  name: string;
  description: string;
  isEncrypted: boolean;
  /** Empty keeps the stored one, where there is one. */
  passphrase: string;
  hasPassphrase: boolean;
  target: Target;
  sources: readonly string[];
  /** A rule a line: `-*.tmp` leaves out, `+…` takes in. */
  filters: string;
  isScheduled: boolean;
  /** Local time of the browser, as its field has it: `2026-11-23T20:00`. */
  time: string;
  repeat: { count: number; unit: 'm' | 'h' | 'D' | 'W' | 'M' };
  days: readonly Day[];
  /** Megabytes. */
  volumeSize: number;
  keep: Keep;
  keepVersions: number;
  /** Such as `3M`. */
  keepTime: string;
  /** An option a line: `--name=value`. */
  lines: string;
  stored: Whole | undefined;
}

/** Duplicati's own: a week of days, a month of weeks, a year of months. */
const SMART = '1W:1D,4W:1W,12M:1M';
const NEVER = '0001-01-01T00:00:00Z';
const KEEPERS = { smart: 'retention-policy', versions: 'keep-versions', time: 'keep-time' } as const;

export function emptyDraft(now = new Date()): Draft {
  const evening = new Date(now);
  evening.setHours(20, 0, 0, 0);
  if (evening <= now) evening.setDate(evening.getDate() + 1);
  return {
    name: '',
    description: '',
    isEncrypted: true,
    passphrase: '',
    hasPassphrase: false,
    target: readTarget(''),
    sources: [],
    filters: '',
    isScheduled: true,
    time: localTime(evening),
    repeat: { count: 1, unit: 'D' },
    days: [],
    volumeSize: 50,
    keep: 'smart',
    keepVersions: 10,
    keepTime: '1Y',
    lines: '',
    stored: undefined,
  };
}

export function readDraft(whole: Whole): Draft {
  const { Backup, Schedule } = whole;
  const option = (name: string) =>
    Backup.Settings.find((one) => one.Name === name && one.Filter === '')?.Value ?? undefined;
  const isTimed = Schedule !== undefined && Schedule !== null;
  const [, count = '1', unit = 'D'] = /^(\d+)([mhDWM])$/.exec(Schedule?.Repeat ?? '') ?? [];
  const keep = readKeep(option);
  const others = Backup.Settings.filter(
    ({ Name, Value, Filter }) => !isField(Name, Value ?? '', keep) || Filter !== '',
  );
  return {
    ...emptyDraft(),
    name: Backup.Name,
    description: Backup.Description ?? '',
    isEncrypted: option('no-encryption') !== 'true' && option('encryption-module') !== '',
    hasPassphrase: (option('passphrase') ?? '') !== '',
    target: readTarget(Backup.TargetURL),
    sources: Backup.Sources,
    filters: Backup.Filters.map(({ Include, Expression }) => `${Include ? '+' : '-'}${Expression}`).join('\n'),
    isScheduled: isTimed,
    ...(isTimed
      ? { time: localTime(new Date(Schedule.Time)), days: DAYS.filter((day) => Schedule.AllowedDays?.includes(day)) }
      : {}),
    repeat: { count: Number(count), unit: unit as Draft['repeat']['unit'] }, // the pattern has these alone
    volumeSize: readMegabytes(option('dblock-size')) ?? 50,
    keep,
    keepVersions: Number(option('keep-versions') ?? 10),
    keepTime: option('keep-time') ?? '1Y',
    lines: others.map(({ Name, Value }) => `--${Name}=${Value}`).join('\n'),
    stored: whole,
  };
}

function readKeep(option: (name: string) => string | undefined): Keep {
  const [policy, versions, time] = [option(KEEPERS.smart), option(KEEPERS.versions), option(KEEPERS.time)];
  const given = [policy, versions, time].filter(Boolean).length;
  if (given === 0) return 'all';
  if (given > 1) return 'lines';
  if (policy) return policy === SMART ? 'smart' : 'lines';
  return versions ? 'versions' : 'time';
}

/** True when a field says the value. */
function isField(name: string, value: string, keep: Keep): boolean {
  if (name === 'encryption-module') return value === 'aes' || value === '';
  if (name === 'passphrase' || name === 'no-encryption') return true;
  if (name === 'dblock-size') return readMegabytes(value) !== undefined;
  return keep !== 'all' && keep !== 'lines' && name === KEEPERS[keep];
}

/** What is sent. */
export function writeDraft(draft: Draft): object {
  const { stored } = draft;
  const settings: { Name: string; Value: string; Filter: string }[] = [];
  const lines = readLines(draft.lines);
  // What a line says counts, and not the field.
  const add = (Name: string, Value: string) => {
    if (!lines.some(({ name }) => name === Name)) settings.push({ Name, Value, Filter: '' });
  };
  if (draft.isEncrypted) {
    add('encryption-module', 'aes');
    if (draft.passphrase !== '') add('passphrase', draft.passphrase);
    else if (draft.hasPassphrase) add('passphrase', MASK);
  } else {
    add('encryption-module', '');
    add('no-encryption', 'true');
  }
  add('dblock-size', `${draft.volumeSize}MB`);
  if (draft.keep === 'smart') add('retention-policy', SMART);
  if (draft.keep === 'versions') add('keep-versions', String(draft.keepVersions));
  if (draft.keep === 'time') add('keep-time', draft.keepTime);
  // A line has no place for a filter: what had one keeps it as long as the line is there.
  const old = new Map(stored?.Backup.Settings.map(({ Name, Value, Filter }) => [`${Name}=${Value}`, Filter ?? '']));
  for (const { name, value } of lines)
    settings.push({ Name: name, Value: value, Filter: old.get(`${name}=${value}`) ?? '' });
  return {
    Backup: {
      ...(stored ? { ...stored.Backup } : { Tags: [], Metadata: {} }),
      Name: draft.name.trim(),
      Description: draft.description,
      TargetURL: writeTarget(draft.target),
      Sources: draft.sources,
      Settings: settings,
      Filters: splitLines(draft.filters).map((line, Order) => ({
        Order,
        Include: line.startsWith('+'),
        Expression: line.replace(/^[+-]/, ''),
      })),
    },
    Schedule: draft.isScheduled
      ? {
          Time: new Date(draft.time).toISOString(),
          Repeat: `${draft.repeat.count}${draft.repeat.unit}`,
          LastRun: stored?.Schedule?.LastRun || NEVER,
          AllowedDays: draft.days,
        }
      : null,
  };
}

/** The first thing that is missing, by the step that it belongs to. */
export interface Fault {
  step: number;
  field: 'name' | 'passphrase' | 'target' | 'sources' | 'time';
}

export function findFaults(draft: Draft): Fault[] {
  const faults: Fault[] = [];
  if (draft.name.trim() === '') faults.push({ step: 0, field: 'name' });
  if (draft.isEncrypted && !draft.hasPassphrase && draft.passphrase === '')
    faults.push({ step: 0, field: 'passphrase' });
  if (!isWhole(draft.target)) faults.push({ step: 1, field: 'target' });
  if (draft.sources.length === 0) faults.push({ step: 2, field: 'sources' });
  if (draft.isScheduled && Number.isNaN(Date.parse(draft.time))) faults.push({ step: 3, field: 'time' });
  return faults;
}

function isWhole(target: Target): boolean {
  if (target.kind === 'other') return /^[a-z][a-z0-9+.-]*:\/\/./i.test(target.url);
  if (target.kind === 'file') return target.path !== '';
  return target.server !== '';
}

function readMegabytes(text: string | undefined): number | undefined {
  const [, digits, unit = 'm'] = /^(\d{1,6})\s*([mg])?b?$/i.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits) * (unit.toLowerCase() === 'g' ? 1024 : 1);
}

/** As `datetime-local` has it. */
function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;
}
