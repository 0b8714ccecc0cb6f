import { readStamp } from '../times.ts';

/** How a backup stands: what a person has to know first. */
export type BackupState = 'new' | 'good' | 'failed';

/** What the jobs of a backup left in its metadata. Times are ISO 8601. */
export function readState(facts: Readonly<Record<string, string>>): {
  state: BackupState;
  last: string | undefined;
  error: string | undefined;
} {
  const last = readStamp(facts.LastBackupFinished) ?? readStamp(facts.LastBackupDate);
  const failed = readStamp(facts.LastErrorDate);
  if (failed !== undefined && (last === undefined || failed > last))
    return { state: 'failed', last, error: facts.LastErrorMessage };
  return { state: last === undefined ? 'new' : 'good', last, error: undefined };
}
