import path from 'node:path';
import { environmentName } from '../command-line/arguments.ts';
import { explainFailure, type Program, runCommandLine } from '../command-line/command-line.ts';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { type Log, type LogLevel, NOTICE, openLog, PRIORITY } from '../log/log.ts';
import { type LogFile, openLogFile } from '../log/log-file.ts';
import { type EventKind, isRegistered, registerSource } from '../windows/events.ts';
import { CONTROL, openStatusTeller, type StatusTeller } from '../windows/service-status.ts';
import type { Windows } from '../windows/windows.ts';
import type { Host } from './host.ts';
import type { ServiceIdentity } from './identity.ts';
import { applySettings } from './windows-settings.ts';

/** Ids of our events. 1 to 1000: see runtime/windows/events.ts. */
export const EVENT = { started: 1, stopped: 2, notice: 3, warning: 4, error: 5 } as const;
const ERROR_CALL_NOT_IMPLEMENTED = 120;
/** Milliseconds a stop may take before it counts as failed. */
const STOP_WITHIN = 20_000;
/** Milliseconds that the manager may take to let go of a service that has stopped. */
const LET_GO_WITHIN = 5_000;
/** Lines kept in memory until the data folder, and with it the log's file, is ours. */
const MOST_EARLY_LINES = 1000;

const ASKED: Readonly<Record<number, string>> = {
  [CONTROL.STOP]: 'a stop of the service',
  [CONTROL.SHUTDOWN]: 'a shutdown of the machine',
  [CONTROL.PRESHUTDOWN]: 'a shutdown of the machine',
};

/**
 * Runs a program as the service that the service control manager started: connects, tells each state, hands stop and shutdown on, and
 * ends with the program's exit code, so that a failure is one to the manager too.
 * @returns the exit code, or undefined when this process was not started by the manager.
 */
export async function runAsService<Name extends string>(
  identity: ServiceIdentity,
  makeProgram: (host: Host) => Program<Name>,
  argv: readonly string[],
  windows: Windows,
): Promise<number | undefined> {
  const journal = openJournal(identity, windows);
  const { promise: stopAsked, resolve: stop } = Promise.withResolvers<string>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<true>();
  const status = openStatusTeller(windows.dispatcher.tell);
  const onControl = (control: number): number => {
    if (control === CONTROL.INTERROGATE) return 0;
    const asked = ASKED[control];
    if (asked === undefined) return ERROR_CALL_NOT_IMPLEMENTED;
    status.stopPending();
    stop(asked);
    return 0;
  };
  const onStart = () => {
    status.startPending();
    begin(true);
  };
  const over = windows.dispatcher.connect(identity.name, onStart, onControl);
  if (!(await Promise.race([begun, over]))) return undefined;

  let isOver = false;
  const end = (code: number) => {
    if (isOver) return;
    isOver = true;
    journal.event(code === 0 ? 'information' : 'error', EVENT.stopped, describeEnd(identity, code, journal.file()));
    status.stopped(code);
  };
  const fail = (thrown: unknown) => {
    journal.error(explainFailure(thrown));
    end(SERIOUS);
    process.exit(SERIOUS);
  };
  process.on('uncaughtException', fail);
  // Node waits for the dispatcher before it exits, and the dispatcher for the last status.
  process.on('exit', (code) => end(code || SERIOUS));
  const host = makeHost(identity, journal, status, stopAsked, fail);
  const program = makeProgram(host);
  let code = SERIOUS;
  try {
    const secrets = program.options.filter(({ secret }) => secret).map(({ name }) => environmentName(name));
    const settings = windows.registry.readTexts(identity.settingsKey);
    const { words, warnings } = applySettings(settings, process.env, secrets);
    for (const warning of warnings) journal.warning(warning);
    process.env.DUPLICATI_HOME ||= serviceFolder(identity);
    code = await runCommandLine(program, [...argv, ...words], journal.error);
  } catch (thrown) {
    journal.error(explainFailure(thrown));
  }
  end(code);
  // The manager has our last word: should it not let go of the dispatcher, nothing waits for it.
  const timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), LET_GO_WITHIN);
  await over;
  clearTimeout(timer);
  return code;
}

function describeEnd(identity: ServiceIdentity, code: number, file: string | undefined): string {
  const log = file ? ` Its log is ${file}.` : '';
  return code === 0 ? `${identity.title} stopped.` : `${identity.title} ended with code ${code}.${log}`;
}

/** The data folder of a service: below %ProgramData%, whichever account it runs as. */
export function serviceFolder(identity: ServiceIdentity, environment: NodeJS.ProcessEnv = process.env): string {
  return path.win32.join(environment.ProgramData || 'C:\\ProgramData', identity.dataFolder);
}

function makeHost(
  identity: ServiceIdentity,
  journal: Journal,
  status: StatusTeller,
  stopAsked: Promise<string>,
  fail: (thrown: unknown) => void,
): Host {
  return {
    openLog: (level) => journal.openLog(level),
    attend: () => ({
      stopAsked,
      notifier: {
        ready(text) {
          status.running();
          journal.event('information', EVENT.started, `${identity.title} started. ${text}`);
        },
        status() {},
        stopping: () => status.stopPending(),
      },
    }),
    useDataFolder: (folder) => journal.openFile(path.join(folder, 'log')),
    endSoon: () =>
      void setTimeout(
        () => fail(new UserError(`it did not stop within ${STOP_WITHIN / 1000} s`, SERIOUS)),
        STOP_WITHIN,
      ).unref(),
  };
}

/** Where a service speaks: all of it in a file of the data folder, what matters in the Event Log, which every user can read. */
interface Journal {
  openLog(level: LogLevel): Log;
  openFile(folder: string): void;
  file(): string | undefined;
  event(kind: EventKind, id: number, message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

function openJournal(identity: ServiceIdentity, windows: Windows): Journal {
  const event = openEventWriter(identity, windows);
  let file: LogFile | undefined;
  const early: string[] = [];
  const write = (line: string, priority: number, message: string) => {
    if (file) file.write(line);
    else if (early.length < MOST_EARLY_LINES) early.push(line);
    if (priority <= PRIORITY.Error) event('error', EVENT.error, message);
    else if (priority <= PRIORITY.Warning) event('warning', EVENT.warning, message);
    else if (priority === NOTICE) event('information', EVENT.notice, message);
  };
  const log = openLog('Information', { journal: false, write });
  return {
    openLog: (level) => openLog(level, { journal: false, write }),
    openFile(folder) {
      try {
        file = openLogFile(folder, identity.name);
      } catch (thrown) {
        log.warning(`there will be no log file: ${messageOf(thrown)}`);
      }
      for (const line of early.splice(0)) file?.write(line);
    },
    file: () => file?.file,
    event,
    warning: log.warning,
    error: log.error,
  };
}

/** The Event Log must never stop a service: it may be full or switched off. */
function openEventWriter(identity: ServiceIdentity, windows: Windows): Journal['event'] {
  try {
    // the installer does it; an account without the right cannot
    if (!isRegistered(windows.registry, identity.name)) registerSource(windows.registry, identity.name);
  } catch {}
  try {
    const events = windows.openEvents(identity.name);
    return (kind, id, message) => {
      try {
        events.report(kind, id, message);
      } catch {}
    };
  } catch {
    return () => {};
  }
}
