import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { loadPosix } from '../posix/posix.ts';

/** Tells the service manager how the service fares: the protocol of sd_notify(3). Does nothing where nobody asked. */
export interface Notifier {
  ready(status: string): void;
  status(text: string): void;
  stopping(): void;
}

/**
 * Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID and takes them out of the environment, so that no child speaks for us.
 * After `ready`, WATCHDOG=1 is sent at half of the interval from the event loop: a loop that hangs is noticed. When libc cannot be
 * reached, the log says so once and the service goes on.
 */
export function openNotifier(log: Log, environment: NodeJS.ProcessEnv = process.env, connect = loadPosix): Notifier {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: interval, WATCHDOG_PID: owner } = environment;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  if (!socket) return { ready() {}, status() {}, stopping() {} };

  let send = openSender(socket, log, connect);
  const tell = (...lines: string[]) => {
    try {
      send(Buffer.from(lines.join('\n')));
    } catch (thrown) {
      log.warning(`the service manager cannot be told ${lines[0]}: ${messageOf(thrown)}`);
      send = () => {};
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    ready(status) {
      tell('READY=1', `STATUS=${status}`);
      const period = pingPeriod(interval, owner);
      if (period !== undefined) timer = setInterval(() => tell('WATCHDOG=1'), period);
    },
    status: (text) => tell(`STATUS=${text}`),
    stopping() {
      clearInterval(timer);
      tell('STOPPING=1', 'STATUS=Stopping');
    },
  };
}

function openSender(socket: string, log: Log, connect: typeof loadPosix): (message: Buffer) => void {
  try {
    const posix = connect();
    return (message) => posix.sendDatagram(socket, message);
  } catch (thrown) {
    log.warning(`the service manager will not hear from this service: ${messageOf(thrown)}`);
    return () => {};
  }
}

/** Milliseconds between pings: half of what sd_watchdog_enabled(3) gives; undefined when the watchdog is off or meant for another process. */
export function pingPeriod(
  interval: string | undefined,
  owner: string | undefined,
  pid = process.pid,
): number | undefined {
  if (!interval || !/^\d{1,15}$/.test(interval) || Number(interval) === 0) return undefined;
  if (owner && owner !== String(pid)) return undefined;
  return Math.max(1, Math.min(Math.floor(Number(interval) / 2000), 2 ** 31 - 1));
}
