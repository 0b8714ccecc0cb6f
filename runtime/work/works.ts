import type { Operation } from '../jobs/job.ts';
import type { Work } from '../jobs/run-job.ts';
import { runBackup } from './backup-work.ts';
import { runCommandLine } from './command-line-work.ts';
import { runDeleteRemote } from './delete-remote-work.ts';
import { answerContents, answerTest } from './destination-work.ts';
import {
  answerBroken,
  answerFiles,
  answerFilesets,
  answerFileVersions,
  answerFolder,
  answerSearch,
} from './questions.ts';
import { runReportRemoteSize } from './remote-size-work.ts';
import { runRestore } from './restore-work.ts';
import { answerTaskConfig } from './task-config-work.ts';
import {
  runCompact,
  runCreateReport,
  runDeleteVersions,
  runPurgeBroken,
  runRepair,
  runRepairUpdate,
  runVacuum,
  runVerify,
} from './upkeep-work.ts';

/** What a job can be told to do. */
export const WORKS: Readonly<Partial<Record<Operation, Work>>> = {
  Backup: runBackup,
  Restore: runRestore,
  Verify: runVerify,
  Compact: runCompact,
  Repair: runRepair,
  RepairUpdate: runRepairUpdate,
  Delete: runDeleteRemote,
  Vacuum: runVacuum,
  CreateReport: runCreateReport,
  PurgeBrokenFiles: runPurgeBroken,
  ReportRemoteSize: runReportRemoteSize,
  DeleteVersions: runDeleteVersions,
  ListFilesets: answerFilesets,
  ListFiles: answerFiles,
  ListFolder: answerFolder,
  ListFileVersions: answerFileVersions,
  SearchFiles: answerSearch,
  ListBrokenFiles: answerBroken,
  ReadTaskConfig: answerTaskConfig,
  CommandLine: runCommandLine,
  TestDestination: answerTest,
  ListDestination: answerContents,
};
