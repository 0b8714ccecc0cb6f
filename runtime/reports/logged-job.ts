import type { JobLog, Timed } from '../backups/job-log.ts';
import { messageOf } from '../errors.ts';
import type { Engine, JobResult, Order } from '../jobs/job.ts';
import { version } from '../paths.ts';

/** Most calls of one job that are kept; the last ones. */
const MOST_CALLS = 20_000;

/** Jobs of which it is kept how they ended, and what they did at the destination. */
export function logJobs(engine: Engine, log: JobLog, now = Date.now): Engine {
  return (order, describe) => ({
    async run(control) {
      const calls: Timed[] = [];
      const note = (call: Omit<Timed, 'time'>) => {
        if (calls.push({ ...call, time: seconds(now()) }) > MOST_CALLS) calls.shift();
      };
      const keep = (message: string, exception?: string) =>
        log.add(order.backup, {
          time: seconds(now()),
          message,
          calls,
          ...(exception === undefined ? {} : { exception }),
        });
      try {
        const result = await engine(order, describe).run({ ...control, note });
        if (result) keep(writeResult(order, result));
        return result;
      } catch (thrown) {
        keep(writeFailure(order, messageOf(thrown)), messageOf(thrown));
        throw thrown;
      }
    },
  });
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** The result in the form that clients of Duplicati read it from the log of a backup. */
function writeResult(
  { operation }: Order,
  { level, facts, lines, warnings = [], errors = [], backend }: JobResult,
): string {
  return JSON.stringify({
    ...facts,
    MainOperation: operation,
    ParsedResult: level,
    Version: version,
    MessagesActualLength: lines.length,
    WarningsActualLength: warnings.length,
    ErrorsActualLength: errors.length,
    Messages: lines,
    Warnings: warnings,
    Errors: errors,
    BackendStatistics: { ...backend, ParsedResult: level },
  });
}

function writeFailure({ operation }: Order, error: string): string {
  return JSON.stringify({
    MainOperation: operation,
    ParsedResult: 'Fatal',
    Version: version,
    MessagesActualLength: 0,
    WarningsActualLength: 0,
    ErrorsActualLength: 1,
    Messages: [],
    Warnings: [],
    Errors: [error],
  });
}
