import type { JobDocument } from './job-document.ts';
import type { Progress } from './progress.ts';

/** What is asked about a backup and answered at once, beside the queue. */
export const QUESTIONS = [
  'ListFilesets',
  'ListFiles',
  'ListFolder',
  'ListFileVersions',
  'SearchFiles',
  'ListBrokenFiles',
  'ReadTaskConfig',
  'TestDestination',
  'ListDestination',
] as const;
export type Question = (typeof QUESTIONS)[number];

/** What can be asked for of a backup, in Duplicati's words. */
export const OPERATIONS = [
  'Backup',
  'Restore',
  'Verify',
  'Compact',
  'Repair',
  'RepairUpdate',
  'Vacuum',
  'ReportRemoteSize',
  'CreateReport',
  'Delete',
  'DeleteVersions',
  'PurgeBrokenFiles',
  'CommandLine',
  'Test',
  'List',
  'ListAffected',
  'ListChanges',
  'PurgeFiles',
  'TestFilters',
  'BackendTool',
  'AesCrypt',
  'RecoveryTool',
  'SecretTool',
  'SendMail',
  ...QUESTIONS,
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What is to be done. `input` is what the caller sent, judged by the route's schema. */
export interface Order {
  operation: Operation;
  /** Identifier of a backup. */
  backup: string;
  input: Readonly<Record<string, unknown>>;
}

/** What a job is handed. */
export interface JobControl {
  task: number;
  report(progress: Progress): void;
  /** Aborted when the job shall end what it has begun, then stop. */
  readonly stop: AbortSignal;
  /** Aborted when it shall stop at once. What it does after that is not waited for. */
  readonly kill: AbortSignal;
  /** Calls back now where the queue is paused, and at each change, until the job has ended. */
  watchPause(listener: (isPaused: boolean) => void): void;
  /** Rows of an answer, in order. */
  receive?(rows: readonly unknown[]): void;
  /** What it did at the destination. */
  note?(call: RemoteCall): void;
}

/** Something that a job did at a destination, for the log of it; `data` as Duplicati keeps it. */
export interface RemoteCall {
  operation: 'list' | 'get' | 'put' | 'delete' | 'createfolder';
  path: string;
  data: string;
}

/** What a job that ended says of itself. */
export interface JobResult {
  level: 'Success' | 'Warning' | 'Error';
  /** Members of the report, in Duplicati's names. */
  facts: Readonly<Record<string, string | number | boolean | null>>;
  /** What is remembered of the backup: sizes, times, counts. */
  metadata: Readonly<Record<string, string>>;
  /** What it said while it worked, oldest first; not all where it was much. */
  lines: readonly string[];
  warnings?: readonly string[];
  errors?: readonly string[];
  /** What it had to do with the destination, in Duplicati's names. */
  backend?: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * Work that takes long. It resolves when it is done, or was stopped and has kept what it did; it rejects when it failed. A job that has
 * nothing to say of itself resolves to undefined.
 */
export interface Job {
  run(control: JobControl): Promise<JobResult | undefined>;
}

/** Makes the job of an order. */
export type MakeJob = (order: Order) => Job;

/** What jobs are made by. @param describe what the job has to know, as it is when the job begins; throws where it is gone. */
export type Engine = (order: Order, describe: () => JobDocument) => Job;
