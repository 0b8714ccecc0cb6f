/** How much room a destination has for a backup: what it says itself, and what was allotted to the backup. */
import type { Option } from '../command-line/arguments.ts';
import type { Machine } from '../engine/backup/backup.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { formatSize } from './format.ts';
import type { CliOption } from './options.ts';

export const quotaOptions: readonly Option<CliOption>[] = [
  {
    name: 'quota-size',
    value: 'SIZE',
    help: 'Most that the backup may hold at the destination, such as 500gb: more is an error, which stops nothing.',
  },
  {
    name: 'quota-warning-threshold',
    value: 'PERCENT',
    help: 'Warn when there is less room left than this share of what the backup holds; 0 for never. Default: 10.',
  },
  { name: 'quota-disable', help: 'Do not ask the destination how much room it has.' },
];

/** Bytes; null where nobody knows. */
export interface Quota {
  used: number;
  total: number | null;
  free: number | null;
  assigned: number | null;
}

/** A destination that does not tell is none to fail for: the backup is done. */
export async function askQuota(
  { database, sink }: Machine,
  options: EngineOptions,
  signal: AbortSignal,
): Promise<Quota> {
  const row = database.prepare("SELECT total(size) AS size FROM volume WHERE state IN ('uploaded', 'verified')").get();
  const told = options['quota-disable'] ? undefined : await sink.quota?.(signal).catch(() => undefined);
  return {
    used: Number(row?.size ?? 0),
    total: told?.total ?? null,
    free: told?.free ?? null,
    assigned: options['quota-size'] ?? null,
  };
}

/** What is to be said of it: Duplicati's rules and names. @param threshold percent */
export function judgeQuota(
  { used, free, assigned }: Quota,
  threshold: number,
): { level: 'Warning' | 'Error'; id: string; text: string } | undefined {
  const rest = Math.min(
    free ?? Number.POSITIVE_INFINITY,
    assigned === null ? Number.POSITIVE_INFINITY : assigned - used,
  );
  const held = `the backup holds ${formatSize(used)}`;
  if (assigned !== null && used > assigned)
    return {
      level: 'Error',
      id: 'BackendQuotaExceeded',
      text: `${held} and may hold ${formatSize(assigned)} (--quota-size); delete versions, or allow more`,
    };
  if (free === 0)
    return {
      level: 'Error',
      id: 'BackendQuotaExceeded',
      text: `${held}, and the destination has no room left; make room there, or delete versions`,
    };
  if (rest >= (used * threshold) / 100) return undefined;
  return {
    level: 'Warning',
    id: 'BackendQuotaNear',
    text: `${held}, and there is room for ${formatSize(Math.max(rest, 0))} more; make room, or delete versions`,
  };
}
