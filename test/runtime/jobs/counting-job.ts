import type { Job, JobControl } from '../../../runtime/jobs/job.ts';
import { NO_PROGRESS } from '../../../runtime/jobs/progress.ts';

/** Stands in for the backup engine: a job that counts as far as a test lets it. */
export interface CountingJob extends Job {
  /** Counts one further. */
  step(): void;
  finish(): void;
  fail(why: string): void;
  /** Resolves when it has begun. */
  begun: Promise<JobControl>;
  pauses: boolean[];
}

/** @param isDeaf true: it takes no notice of being stopped. */
export function makeCountingJob(isDeaf = false): CountingJob {
  const begun = Promise.withResolvers<JobControl>();
  const end = Promise.withResolvers<undefined>();
  let count = 0;
  const pauses: boolean[] = [];
  const step = async () => {
    const control = await begun.promise;
    count += 1;
    const files = { done: count, doneSize: count * 10, all: 10, allSize: 100, isCounting: false };
    control.report({ ...NO_PROGRESS, phase: 'Backup_ProcessingFiles', overall: count / 10, files });
  };
  return {
    begun: begun.promise,
    pauses,
    step: () => void step(),
    finish: () => end.resolve(undefined),
    fail: (why) => end.reject(new Error(why)),
    run(control) {
      control.watchPause((isPaused) => pauses.push(isPaused));
      if (!isDeaf) control.stop.addEventListener('abort', () => end.resolve(undefined));
      begun.resolve(control);
      return end.promise;
    },
  };
}
