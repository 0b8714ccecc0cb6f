import type { JobResult } from '../jobs/job.ts';
import type { Ran } from './run-command.ts';

type Facts = Record<string, string | number | boolean | null>;

/** How a command went, in the form that the server keeps and reports. @param facts members of the report, in Duplicati's names */
export function describeRun(
  ran: Ran,
  facts: Facts,
  more: { warnings?: readonly string[]; errors?: readonly string[]; isPartial?: boolean } = {},
): JobResult {
  const { code, traffic, began, ended, lines } = ran;
  const warnings = [...ran.warnings, ...(more.warnings ?? [])].slice(0, 1000).map(shorten);
  const errors = (more.errors ?? []).slice(0, 1000).map(shorten);
  return {
    level: errors.length > 0 ? 'Error' : code > 1 || warnings.length > 0 ? 'Warning' : 'Success',
    facts: {
      ...facts,
      Interrupted: more.isPartial ?? false,
      BeginTime: new Date(began).toISOString(),
      EndTime: new Date(ended).toISOString(),
      Duration: writeDuration(ended - began),
    },
    metadata: {},
    lines: lines.map(shorten),
    warnings,
    errors,
    backend: {
      RemoteCalls: traffic.calls,
      BytesUploaded: traffic.uploaded.bytes,
      BytesDownloaded: traffic.downloaded.bytes,
      FilesUploaded: traffic.uploaded.files,
      FilesDownloaded: traffic.downloaded.files,
      FilesDeleted: traffic.deleted,
      FoldersCreated: traffic.folders,
      RetryAttempts: 0,
    },
  };
}

/** Texts of a report are bounded. */
function shorten(text: string): string {
  return text.slice(0, 4000);
}

/** Milliseconds as Duplicati writes spans, `00:00:10.3710000`; days before where there are any. */
export function writeDuration(milliseconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const seconds = milliseconds / 1000;
  const days = seconds >= 86_400 ? `${Math.floor(seconds / 86_400)}.` : '';
  const rest = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return `${days}${rest}.${String(Math.round(milliseconds) % 1000).padStart(3, '0')}0000`;
}

/** A time as metadata has it, `20261122T150840Z`. */
export function writeStamp(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
}

/** Bytes as metadata has them for people, `9.31 MiB`. */
export function writeSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`;
}
