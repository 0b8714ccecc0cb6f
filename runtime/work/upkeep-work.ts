import { rmSync } from 'node:fs';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Work } from '../jobs/run-job.ts';
import { takeInventory } from './backup-work.ts';
import { describeRun, writeDuration, writeStamp } from './describe-run.ts';
import { readList } from './read-result.ts';
import { runCommand } from './run-command.ts';

interface Upkeep {
  command: string;
  words?: readonly string[];
  options?(input: JobDocument['input']): Readonly<Record<string, string>>;
  /** What the times of it are called in what is remembered, such as `LastCompact`. */
  times?: string;
  /** True where it changes what is at the destination. */
  changes?: boolean;
}

/** A command that looks after a backup, as a job. */
function upkeep({ command, words = [], options = () => ({}), times, changes }: Upkeep): Work {
  return async (document, control) => {
    const ran = await runCommand(command, { ...document, filters: [] }, control, {
      words,
      options: options(document.input),
    });
    const problems = [...readList(ran.result, 'problems'), ...readList(ran.result, 'warnings')].map((one) =>
      typeof one === 'string' ? one : JSON.stringify(one),
    );
    const described = describeRun(ran, {}, { warnings: problems });
    const inventory = changes ? (await takeInventory(document, control.stop)).metadata : {};
    const stamps = times
      ? {
          [`${times}Started`]: writeStamp(ran.began),
          [`${times}Finished`]: writeStamp(ran.ended),
          [`${times}Duration`]: writeDuration(ran.ended - ran.began),
        }
      : {};
    return { ...described, metadata: { ...inventory, ...stamps } };
  };
}

export const runVerify = upkeep({ command: 'test', times: 'LastTest' });
export const runCompact = upkeep({ command: 'compact', times: 'LastCompact', changes: true });
export const runRepair = upkeep({ command: 'repair', times: 'LastRepair', changes: true });
export const runPurgeBroken = upkeep({ command: 'purge-broken-files', changes: true });
export const runDeleteVersions = upkeep({
  command: 'delete',
  changes: true,
  options: ({ Versions, AllowFullRemoval, SuppressCompact }) => ({
    version: Array.isArray(Versions) ? Versions.join(',') : '',
    ...(AllowFullRemoval === true ? { 'allow-full-removal': '' } : {}),
    ...(SuppressCompact === true ? { 'no-auto-compact': '' } : {}),
  }),
});

export const runVacuum = upkeep({ command: 'vacuum', times: 'LastVacuum' });

/** Writes the report to the file that the server has chosen for it. */
export const runCreateReport: Work = async (document, control) => {
  const file = String(document.input.file);
  rmSync(file, { force: true });
  const ran = await runCommand('create-report', { ...document, filters: [] }, control, { words: [file] });
  return describeRun(ran, {});
};

/** Reads the local database from the destination where there is none, and leaves one that is there as it is. */
export const runRepairUpdate: Work = (document, control) => runRepair(document, control);
