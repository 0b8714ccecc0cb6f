import type { BackupOption } from '../backups/backup.ts';
import { readSize } from '../engine/options/sizes.ts';
import { optionNamed } from '../jobs/job-document.ts';
import type { ServerSettings } from '../settings/server-settings.ts';

/** Settings of the server that limit every job, and the options of a job that they become. */
const LIMITS = { 'max-upload-speed': 'throttle-upload', 'max-download-speed': 'throttle-download' } as const;

/** True for what limits speed, such as `1MB` for a second, or `500` of kB; empty for no limit. */
export function isSpeed(text: string): boolean {
  return text.trim() === '' || readSpeed(text) !== undefined;
}

/** Options of a job under the limits of the server: the smaller of both counts. */
export function limitSpeeds(options: readonly BackupOption[], settings: Pick<ServerSettings, 'get'>): BackupOption[] {
  const limited = [...options];
  for (const [setting, name] of Object.entries(LIMITS) as [keyof typeof LIMITS, string][]) {
    const limit = readSpeed(settings.get(setting));
    const own = readSpeed(optionNamed(options, name) ?? '');
    // Of several of a name the last counts.
    if (limit && !(own && own <= limit)) limited.push({ name, value: `${limit}b`, filter: '' });
  }
  return limited;
}

/** Bytes in a second; undefined where that cannot be read. */
function readSpeed(text: string): number | undefined {
  try {
    return readSize('speed', text, 'kb');
  } catch {
    return undefined;
  }
}
