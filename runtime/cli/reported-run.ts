/** A command between its scripts, and reports of how it went: what jobs of the server have, on a command line. */
import { messageOf, SERIOUS } from '../errors.ts';
import type { JobControl } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { Log } from '../log/log.ts';
import type { RunLog, Sink } from '../log/run-log.ts';
import type { Level, Way } from '../reports/report.ts';
import { reportJobs, sendReport } from '../reports/reported-job.ts';
import { describeBackupResult } from './backup-facts.ts';
import { WITH_ERRORS, WITH_WARNINGS } from './command.ts';
import { select } from './log-options.ts';
import { NamedError } from './named-error.ts';
import type { GivenOptions } from './options.ts';

/** Most messages that are kept for a report. */
const MOST_LINES = 10_000;
const WAYS = ['run-script', 'send-mail', 'send-http'] as const satisfies readonly Way[];

/** What each way of reporting wants of the log. @throws UserError for a filter that cannot be read */
export function keepLines(given: GivenOptions): { sinks: Sink[]; linesOf(way: Way): readonly string[] } {
  const lines = new Map<Way, string[]>(WAYS.map((way) => [way, []]));
  const sinks = WAYS.map((way): Sink => {
    const level = given.text(`${way}-log-level`) as Parameters<typeof select>[1]['level'] | undefined; // one of its choices
    const kept = lines.get(way)!;
    return {
      wants: select(`${way}-log-filter`, { level: level ?? 'Warning', filter: given.text(`${way}-log-filter`) }),
      write(line) {
        if (kept.length < MOST_LINES) kept.push(line.trimEnd());
      },
    };
  });
  return { sinks, linesOf: (way) => lines.get(way) ?? [] };
}

export interface ReportedRun {
  document: JobDocument;
  log: RunLog;
  linesOf(way: Way): readonly string[];
  signal: AbortSignal;
  /** Runs the command as a document says, whose options a script may have changed. Throws what people shall read. */
  run(document: JobDocument): Promise<{ code: number; result: unknown }>;
}

/** @returns the exit code: that of the command, or a worse one by what scripts and reports came to */
export async function runReported({ document, log, linesOf, signal, run }: ReportedRun): Promise<number> {
  let code = 0;
  let worst = 'Success' as Level;
  let failure: unknown;
  const heard = hear(log);
  const engine = reportJobs(
    (_, describe) => ({
      async run() {
        const began = Date.now();
        try {
          const ran = await run(describe());
          code = ran.code;
          const times = { BeginTime: new Date(began).toISOString(), EndTime: new Date().toISOString() };
          const facts = document.operation === 'Backup' ? describeBackupResult(ran.result) : {};
          return { level: levelOf(code), facts: { ...facts, ...times }, metadata: {}, lines: [] };
        } catch (thrown) {
          failure = thrown;
          throw thrown;
        }
      },
    }),
    {
      log: heard.log,
      allowed: { isAllowed: () => true }, // they are programs of whoever typed their names
      remember() {},
      linesOf,
      environment: environmentOf(process.env),
      async send(report) {
        worst = report.level;
        const alive = setInterval(() => {}, 60_000); // the waits between tries let a process end
        await sendReport(report, heard.log);
        clearInterval(alive);
      },
    },
  );
  const control: JobControl = {
    task: 0,
    report() {},
    stop: signal,
    kill: new AbortController().signal,
    watchPause() {},
  };
  try {
    await engine(document, () => document).run(control);
  } catch (thrown) {
    throw failure ?? new NamedError('ScriptStoppedOperation', messageOf(thrown), SERIOUS, thrown);
  }
  if (code > WITH_WARNINGS) return code;
  if (worst === 'Error' || worst === 'Fatal' || heard.worst() === 'Error') return WITH_ERRORS;
  return worst === 'Warning' || heard.worst() === 'Warning' ? WITH_WARNINGS : code;
}

function levelOf(code: number): 'Success' | 'Warning' | 'Error' {
  if (code === WITH_ERRORS) return 'Error';
  return code >= WITH_WARNINGS ? 'Warning' : 'Success';
}

/** What scripts and reports have to say goes to the log of the run. */
function hear(log: RunLog): { log: Log; worst(): Level } {
  let worst: Level = 'Success';
  const say = (level: 'Error' | 'Warning' | 'Information' | 'Verbose') => (message: string) => {
    if (level === 'Error' || (level === 'Warning' && worst === 'Success')) worst = level;
    log.say({ level, tag: 'Duplicati.Library.Modules.Builtin.RunScript', id: 'ScriptMessage', message });
  };
  const [error, warning, information, verbose] = [say('Error'), say('Warning'), say('Information'), say('Verbose')];
  return { log: { error, warning, notice: information, information, verbose }, worst: () => worst };
}

/** What a person's programs have, without what a command line reads secrets from. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSecret = /^(PASSPHRASE|AUTH_USERNAME|AUTH_PASSWORD|DUPLICATI__.*)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSecret.test(name)));
}
