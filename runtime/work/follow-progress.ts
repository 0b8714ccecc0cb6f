import type { Progress } from '../cli/progress.ts';
import { NO_PROGRESS, type Progress as Report } from '../jobs/progress.ts';
import type { WorkControl } from '../jobs/run-job.ts';
import type { Traffic } from './watch-traffic.ts';

/** Duplicati's names for what a command is at: clients show them in words. */
const PHASES: Readonly<Record<string, { begin: string; fetch: string; work: string }>> = {
  backup: { begin: 'Backup_Begin', fetch: 'Backup_PreBackupVerify', work: 'Backup_ProcessingFiles' },
  restore: { begin: 'Restore_Begin', fetch: 'Restore_DownloadingRemoteFiles', work: 'Restore_DownloadingRemoteFiles' },
  test: { begin: 'Verify_Running', fetch: 'Verify_Running', work: 'Verify_Running' },
  compact: { begin: 'Backup_Compact', fetch: 'Backup_Compact', work: 'Backup_Compact' },
  delete: { begin: 'Delete_Listing', fetch: 'Delete_Running', work: 'Delete_Running' },
  repair: { begin: 'Recreate_Running', fetch: 'Recreate_Running', work: 'Recreate_Running' },
  vacuum: { begin: 'Vacuum_Running', fetch: 'Vacuum_Running', work: 'Vacuum_Running' },
  purge: { begin: 'PurgeFiles_Begin', fetch: 'PurgeFiles_Process', work: 'PurgeFiles_Process' },
};

/** How far a command is, told to the server in its own form. */
export function followProgress(
  command: string,
  control: WorkControl,
  traffic: Traffic,
  say: (text: string) => void,
): Progress {
  const phases = PHASES[command] ?? { begin: 'Running', fetch: 'Running', work: 'Running' };
  const began = performance.now();
  let last: Report = { ...NO_PROGRESS, phase: phases.begin };
  const tell = (change: Partial<Report>) => {
    const { transfer: _, ...rest } = last;
    last = { ...rest, ...change, ...describeTransfer(traffic) };
    control.report(last);
  };
  tell({});
  return {
    say,
    fetching: (volume) => tell({ phase: phases.fetch, file: { name: volume, size: 0, offset: 0, isComplete: false } }),
    done(bytes, total, file) {
      const seconds = (performance.now() - began) / 1000;
      const isSure = bytes > 0 && seconds > 2;
      tell({
        phase: phases.work,
        overall: total > 0 ? Math.min(1, bytes / total) : 0,
        files: { done: 0, doneSize: bytes, all: 0, allSize: total, isCounting: false },
        ...(file === undefined ? {} : { file: { name: file, size: 0, offset: 0, isComplete: false } }),
        ...(isSure ? { left: ((total - bytes) * seconds) / bytes } : {}),
      });
    },
    counting: (files, bytes, file) =>
      tell({
        phase: phases.work,
        files: { done: files, doneSize: bytes, all: files, allSize: bytes, isCounting: true },
        file: { name: file, size: 0, offset: 0, isComplete: false },
      }),
    end: () => tell({ overall: 1, phase: phases.work.replace(/_.*/, '_Complete') }),
  };
}

const ACTIONS = { list: 'List', get: 'Get', put: 'Put', delete: 'Delete', createfolder: 'CreateFolder' } as const;

function describeTransfer({ current }: Traffic): Pick<Report, 'transfer'> {
  if (!current) return {};
  const { action, name, size } = current;
  return { transfer: { action: ACTIONS[action], path: name, size, progress: 0, speed: -1, isBlocking: false } };
}
