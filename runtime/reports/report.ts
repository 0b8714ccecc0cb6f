import { hostname } from 'node:os';
import type { BackupOption } from '../backups/backup.ts';
import { isSecretOption, maskAddress, stripAddress } from '../backups/secrets.ts';
import type { JobResult } from '../jobs/job.ts';
import { type JobDocument, makeRedactor, optionNamed } from '../jobs/job-document.ts';

export type Level = 'Success' | 'Warning' | 'Error' | 'Fatal';

/** How a job went. */
export interface Report {
  document: JobDocument;
  level: Level;
  result?: JobResult | undefined;
  /** Why it failed. */
  error?: string | undefined;
  /** What goes with it by one way of reporting, where that is chosen by its options; else the lines of the result. */
  linesOf?: ((way: Way) => readonly string[]) | undefined;
}

/** First part of the names of a way's options. */
export type Way = 'run-script' | 'send-mail' | 'send-http';

/** Longest text that a report becomes, in characters: templates can repeat what they hold. */
const LONGEST = 1 << 20;

/** True for `true`, `1`, `on`, `yes` and, as in Duplicati, for an option without a value. */
export function isOn(options: readonly BackupOption[], name: string): boolean {
  const value = optionNamed(options, name);
  return value !== undefined && !/^(false|0|off|no)$/i.test(value.trim());
}

/** An option's number between 0 and `most`. */
export function numberOf(options: readonly BackupOption[], name: string, otherwise: number, most: number): number {
  const value = optionNamed(options, name)?.trim() ?? '';
  return /^\d{1,9}$/.test(value) ? Math.min(Number(value), most) : otherwise;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, D: 86_400, d: 86_400 };

/** Milliseconds of a span such as `60s` or `1m15s`; `0` is 0. */
export function spanOf(options: readonly BackupOption[], name: string, otherwise: number): number {
  const value = optionNamed(options, name)?.trim() ?? '';
  if (value === '0') return 0;
  if (!/^(\d{1,6}[smhDd])+$/.test(value)) return otherwise;
  let sum = 0;
  for (const [, digits, unit = 's'] of value.matchAll(/(\d+)([a-zA-Z])/g))
    sum += Number(digits) * SECONDS[unit]! * 1000;
  return sum;
}

/** Whether a way of reporting is told of a job: by default of every backup, of nothing else. @param way such as `send-mail` */
export function isAsked({ document, level }: Report, way: string): boolean {
  if (document.operation !== 'Backup') return isOn(document.options, `${way}-any-operation`);
  const levels = (optionNamed(document.options, `${way}-level`) ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  const wanted = levels.filter(Boolean);
  return wanted.length === 0 || wanted.includes('all') || wanted.includes(level.toLowerCase());
}

/** What a template can name; options too, but for those that are secret. Names are in lower case. */
function makeValues({ document, level }: Report): Map<string, string> {
  const { name, operation, targetUrl, sources, options, backup } = document;
  const scheme = /^([a-z][a-z0-9+.-]{0,14}):\/\//i.exec(targetUrl)?.[1] ?? 'file';
  const system = { linux: 'Linux', darwin: 'MacOS', win32: 'Windows' } as Readonly<Record<string, string>>;
  const values = new Map<string, string>();
  for (const option of options)
    if (!isSecretOption(option.name)) values.set(option.name.toLowerCase(), maskAddress(option.value));
  const known = {
    operationname: operation,
    remoteurl: stripAddress(targetUrl),
    localpath: sources.map(stripAddress).join(process.platform === 'win32' ? ';' : ':'),
    parsedresult: level,
    'backup-name': name,
    'backup-id': backup,
    'machine-name': optionNamed(options, 'machine-name') || hostname(),
    'operating-system': system[process.platform] ?? 'Unknown',
    'destination-type': scheme,
  };
  for (const [key, value] of Object.entries(known)) values.set(key, value);
  return values;
}

/** The result as text, a line a member. */
export function writeResult({ document, level, result, error, linesOf }: Report, way: Way, most = 100): string {
  const lines = error === undefined ? [] : [`Failed: ${error}`];
  for (const [name, value] of Object.entries(result?.facts ?? {})) lines.push(`${name}: ${value}`);
  if (error === undefined) lines.push(`ParsedResult: ${level}`);
  const shown = takeLines(linesOf?.(way) ?? result?.lines ?? [], most);
  if (shown.length > 0) lines.push('', 'Log data:', ...shown);
  return makeRedactor(document)(lines.join('\n'));
}

/** The result as JSON, in the form that Duplicati sends. */
export function writeJson(report: Report, way: Way, most = 100): string {
  const { document, level, result, error, linesOf } = report;
  const values = makeValues(report);
  const extra = Object.fromEntries(
    [
      'OperationName',
      'RemoteUrl',
      'LocalPath',
      'ParsedResult',
      'backup-name',
      'backup-id',
      'machine-name',
      'operating-system',
      'destination-type',
    ].map((name) => [name, values.get(name.toLowerCase()) ?? '']),
  );
  const text = JSON.stringify({
    Data: { ...result?.facts, ParsedResult: level, MainOperation: document.operation },
    Extra: extra,
    LogLines: takeLines(linesOf?.(way) ?? result?.lines ?? [], most),
    Exception: error ?? null,
  });
  return makeRedactor(document)(text);
}

function takeLines(lines: readonly string[], most: number): string[] {
  if (most === 0 || lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `... and ${lines.length - most} more`];
}

/** Fills a template: `%NAME%` becomes its value or nothing. @param isSubject %RESULT% is a word then */
export function fillTemplate(template: string, report: Report, way: Way, isSubject = false, most = 100): string {
  const values = makeValues(report);
  values.set('result', isSubject ? report.level : writeResult(report, way, most));
  const filled = template.replace(/%([^%\n]{1,100})%/g, (_, name: string) => values.get(name.toLowerCase()) ?? '');
  const text = makeRedactor(report.document)(filled).slice(0, LONGEST);
  return isSubject ? text.replace(/[\x00-\x1f\x7f]+/g, ' ').slice(0, 500) : text;
}
