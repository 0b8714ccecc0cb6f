import { environmentName, findUnreadVariables, type Option } from '../command-line/arguments.ts';
import { suggestName } from '../command-line/suggest.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { foreground, type Host } from './host.ts';

/** Something that was started and can be stopped. */
export interface Running {
  /** One line for the service manager: `Listening on 127.0.0.1:8200`. */
  status: string;
  /** Milliseconds that `stop` may take; none: next to nothing. */
  slowest?: number;
  /** Ends everything; must not take longer than that, nor than a service's `stopSeconds`. */
  stop(): Promise<void> | void;
}

/**
 * Runs a service until it is asked to stop (on Linux SIGTERM or SIGINT) and returns 0 when it stopped cleanly.
 * @throws what `start` throws.
 */
export async function runService(
  log: Log,
  options: readonly Option[],
  start: () => Promise<Running> | Running,
  host: Host = foreground,
): Promise<number> {
  const { notifier, stopAsked } = host.attend(log);
  for (const { name, refused } of options) {
    const variable = environmentName(name);
    if (refused !== undefined && process.env[variable]) log.warning(`${variable} has no effect: ${refused}`);
  }
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
  log.information(`stopping after ${await stopAsked}`);
  notifier.stopping();
  clearInterval(alive);
  host.endSoon(running.slowest);
  try {
    await running.stop();
    host.endSoon();
  } catch (thrown) {
    log.error(`stopping failed: ${messageOf(thrown)}`);
    return 1;
  }
  log.information('stopped');
  return 0;
}
