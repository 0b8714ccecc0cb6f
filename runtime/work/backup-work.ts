import { describeBackupResult } from '../cli/backup-facts.ts';
import { listVersions } from '../engine/list/versions.ts';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Work } from '../jobs/run-job.ts';
import { describeRun, writeDuration, writeSize, writeStamp } from './describe-run.ts';
import { openDestination } from './open-destination.ts';
import { isRecord, readCount, readFlag, readList, readMember, readText } from './read-result.ts';
import { runCommand } from './run-command.ts';

/** Makes a new version, then says what there is now. */
export const runBackup: Work = async (document, control) => {
  const ran = await runCommand('backup', document, control, { words: document.sources });
  const { result } = ran;
  const facts = describeBackupResult(result);
  const warnings = readList(result, 'warnings').map(String);
  const isPartial = readFlag(result, 'isPartial');
  if (isPartial) warnings.push('It was stopped: this version is not complete, the next run goes on.');
  const described = describeRun(ran, facts, { warnings, errors: readList(result, 'errors').map(String), isPartial });
  const assigned = readCount(readMember(result, 'quota'), 'assigned') || -1;
  const inventory = await takeInventory(document, control.stop, assigned);
  const done = isRecord(result) && isRecord(result.compaction) && result.compaction.done;
  return {
    ...described,
    backend: { ...described.backend, ...inventory.backend },
    metadata: {
      ...inventory.metadata,
      LastBackupStarted: writeStamp(ran.began),
      LastBackupFinished: writeStamp(ran.ended),
      LastBackupDuration: writeDuration(ran.ended - ran.began),
      SourceFilesSize: String(readCount(result, 'examinedBytes')),
      SourceFilesCount: String(readCount(result, 'examinedFiles')),
      SourceSizeString: writeSize(readCount(result, 'examinedBytes')),
      ...(readText(result, 'version') === ''
        ? {}
        : { LastBackupDate: writeStamp(Date.parse(readText(result, 'version'))) }),
      ...(done ? { LastCompactFinished: writeStamp(ran.ended) } : {}),
    },
  };
};

/** What is at the destination now, as the local database knows it, and the room that is left there. */
export async function takeInventory(document: JobDocument, signal: AbortSignal, assigned = -1) {
  const database = await openLocalDatabase(document.database);
  let versions: ReturnType<typeof listVersions>;
  let row: Record<string, unknown> | undefined;
  try {
    versions = listVersions(database);
    row = database
      .prepare(`SELECT count(*) AS count, total(size) AS size FROM volume WHERE state IN ('uploaded', 'verified')`)
      .get();
  } finally {
    database.close();
  }
  const quota = await readQuota(document, signal);
  const [files, size] = [Number(row?.count ?? 0), Number(row?.size ?? 0)];
  const metadata = {
    BackupListCount: String(versions.length),
    TotalQuotaSpace: String(quota?.total ?? -1),
    FreeQuotaSpace: String(quota?.free ?? -1),
    AssignedQuotaSpace: String(assigned),
    TargetFilesSize: String(size),
    TargetFilesCount: String(files),
    TargetFilesetsCount: String(versions.length),
    TargetSizeString: writeSize(size),
  };
  const backend = {
    KnownFileCount: files,
    KnownFileSize: size,
    KnownFilesets: versions.length,
    BackupListCount: versions.length,
    LastBackupDate: versions[0] ? new Date(versions[0].time * 1000).toISOString() : '0001-01-01T00:00:00',
    TotalQuotaSpace: quota?.total ?? -1,
    FreeQuotaSpace: quota?.free ?? -1,
    AssignedQuotaSpace: assigned,
  };
  return { metadata, backend };
}

/** A destination that does not tell is none to fail for: the backup is done. */
async function readQuota(document: JobDocument, signal: AbortSignal) {
  try {
    const storage = await openDestination(document);
    try {
      return await storage.quota(signal);
    } finally {
      await storage.close();
    }
  } catch {
    return undefined;
  }
}
