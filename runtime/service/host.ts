import { constants } from 'node:os';
import { type Log, type LogLevel, openLog } from '../log/log.ts';
import { type Notifier, openNotifier } from './notify.ts';

/** What stands around a program that runs until it is stopped: who is told how it fares, who stops it, and where its log goes. */
export interface Host {
  openLog(level: LogLevel): Log;
  /** Called first of all; from then on a stop is heard, and files that are made are readable by this account alone. */
  attend(log: Log): { notifier: Notifier; stopAsked: Promise<string> };
  /** Called once the data folder is ours. */
  useDataFolder(folder: string): void;
  /**
   * Called when everything has been asked to end, and when it has: ends the process shortly after, whatever still keeps it alive.
   * @param slowest milliseconds that what was asked may take
   */
  endSoon(slowest?: number): void;
}

/** A terminal, systemd or a container: signals stop it, standard error is the log, $NOTIFY_SOCKET is told. */
export const foreground: Host = {
  openLog: (level) => openLog(level),
  // The signals first: as process 1 of a container, one without a handler would be ignored.
  attend(log) {
    process.umask(0o077); // on Windows a folder hands its rights down, and this does nothing
    const stopAsked = waitForSignal();
    return { notifier: openNotifier(log), stopAsked };
  },
  useDataFolder() {},
  endSoon: (slowest = 0) => void setTimeout(() => process.exit(), slowest + 500).unref(),
};

/** Windows has Ctrl-C, Ctrl-Break and, when a console is closed, what Node calls SIGHUP. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];

/** A second signal ends the process at once. */
function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    const hear = (signal: NodeJS.Signals) => {
      if (seen) process.exit(128 + constants.signals[signal]);
      seen = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, hear);
  });
}
