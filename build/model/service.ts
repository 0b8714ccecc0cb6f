/** `boot`: enabled and started by the installer; `asked`: installed, started only when the administrator says so. */
export type Start = 'boot' | 'asked';

/**
 * A long-running program, said once. Each platform renders it: a systemd unit, an image's entrypoint and health check, later a
 * launchd plist and Windows service rows.
 */
export interface Service {
  /** Unit name without suffix: `thing` becomes `thing.service`. */
  name: string;
  title: string;
  /** Name of one of the product's programs. */
  program: string;
  /** `{state}` stands for the state directory. */
  args?: readonly string[];
  /** What the container has instead of `args`, such as `--listen 0.0.0.0:8080`: only a published port reaches it there. Default: `args`. */
  containerArgs?: readonly string[];
  /** What a Windows service has instead of `args`: words by which the program knows that the service control manager started it. */
  windowsArgs?: readonly string[];
  /** Arguments by which the program itself registers the service on Windows and takes that back, for those who use no installer. */
  windowsCommands?: { install: string; uninstall: string };
  /** Whole words an administrator's setting may append: name of a string setting, such as `DAEMON_OPTS`. */
  argsSetting?: string;
  start: Start | Readonly<Record<string, Start>>;
  /**
   * `root`: sees the whole machine, with everything else taken away; `dedicated`: a system account of its own (name: the service's).
   * Default `dedicated`.
   */
  account?: 'root' | 'dedicated';
  /** Default `on-failure`. */
  restart?: 'always' | 'on-failure';
  /** Seconds between the stop signal and the kill. Default 10. */
  stopSeconds?: number;
  /** True when the program tells readiness over $NOTIFY_SOCKET. Default false. */
  notify?: boolean;
  /** Seconds within which the program must ping; needs `notify`. Absent: no watchdog. */
  watchdogSeconds?: number;
  /** Variable that is set to the state directory, such as `THING_HOME`. */
  stateEnv?: string;
  /** Variables the service always has. `{state}` stands for the state directory. */
  env?: Readonly<Record<string, string>>;
  /** Variables only the container has, such as an interface to listen on. */
  containerEnv?: Readonly<Record<string, string>>;
  /** TCP port it answers on, unless `portSetting` says another. */
  port?: number;
  /**
   * Setting whose variable the program reads its port from, such as `THING_PORT`: a number, `HOST:PORT`, or several of which it takes
   * one. An image's health check follows it.
   */
  portSetting?: string;
  /** Path that answers 200 while it is healthy, such as `/health`. */
  healthPath?: string;
  /**
   * What an image's health check runs instead of asking `healthPath`: one of the product's programs and its arguments, such as
   * `['thing-ctl', 'health']`; 0 is healthy. For services that are not always asked by plain HTTP on a port that a variable tells.
   */
  healthCommand?: readonly string[];
  /** `loopback`: refuses other addresses until told; `nothing`: no socket at all. Default `loopback`. */
  listens?: 'loopback' | 'nothing';
  /**
   * What the program must be able to do beyond its own state: `whole-machine` reads and writes every file as root (backup, restore),
   * `read-everything` reads every file (offered as a drop-in for the dedicated account).
   */
  needs?: readonly ('whole-machine' | 'read-everything')[];
  /** Low CPU and disk priority. Default false. */
  background?: boolean;
  /** Documentation links for the unit. */
  documentation?: readonly string[];
}

/** How `service` starts in `edition`. */
export function startOf(service: Service, edition: string): Start {
  return typeof service.start === 'string' ? service.start : (service.start[edition] ?? 'asked');
}
