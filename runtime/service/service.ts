import { constants } from 'node:os';
import { environmentName, findUnreadVariables, type Option } from '../command-line/arguments.ts';
import { suggestName } from '../command-line/suggest.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { openNotifier } from './notify.ts';

/** Something that was started and can be stopped. */
export interface Running {
  /** One line for the service manager: `Listening on 127.0.0.1:8200`. */
  status: string;
  /** Ends everything; must not take longer than a second. */
  stop(): Promise<void> | void;
}

/**
 * Runs a service until SIGTERM or SIGINT and returns 0 when it stopped cleanly. A second signal ends the process at once. Files made
 * from here on are readable by this account alone.
 * @throws what `start` throws.
 */
export async function runService(
  log: Log,
  options: readonly Option[],
  start: () => Promise<Running> | Running,
): Promise<number> {
  process.umask(0o077);
  // First of all: as process 1 of a container, a signal without a handler would be ignored.
  const signal = waitForSignal();
  const notifier = openNotifier(log);
  for (const name of findUnreadVariables(options, process.env)) {
    const near = suggestName(
      name,
      options.map((option) => environmentName(option.name)),
    );
    log.warning(`${name} is set, but this program has no such option${near ? `; did you mean ${near}?` : ''}`);
  }
  const running = await start();
  // A service with nothing listening has nothing else that keeps the process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  notifier.ready(running.status);
  log.information(`stopping after ${await signal}`);
  notifier.stopping();
  clearInterval(alive);
  // Fires only if something forgotten still keeps the process alive.
  setTimeout(() => process.exit(), 500).unref();
  try {
    await running.stop();
  } catch (thrown) {
    log.error(`stopping failed: ${messageOf(thrown)}`);
    return 1;
  }
  log.information('stopped');
  return 0;
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    const hear = (signal: NodeJS.Signals) => {
      if (seen) process.exit(128 + constants.signals[signal]);
      seen = true;
      resolve(signal);
    };
    process.on('SIGTERM', hear);
    process.on('SIGINT', hear);
  });
}
