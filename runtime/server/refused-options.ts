import type { Option } from '../command-line/arguments.ts';

const ENGINE = 'kinds of destinations, encryption and compression cannot be switched off here';
const PROVIDER =
  'secrets from a provider are not read yet; give them in files (--webservice-password-file, and variables that end in _FILE in containers)';
const CONSOLE = 'registering at a console comes in a later release';
const EVENT_LOG = 'a Windows service writes its start, end, warnings and errors to the Application log by itself';

/**
 * Options of Duplicati's server that are not taken, and why: what would have no effect is refused, so that nobody relies on it. In the
 * environment they are pointed out in the log instead, since one environment serves many programs.
 */
const REFUSED = {
  'allowed-backend-modules': ENGINE,
  'allowed-encryption-modules': ENGINE,
  'allowed-compression-modules': ENGINE,
  'secret-provider': PROVIDER,
  'secret-provider-cache': PROVIDER,
  'secret-provider-pattern': PROVIDER,
  'disable-default-secret-provider': 'no vault of the system is ever asked',
  'register-remote-control': CONSOLE,
  'register-remote-control-force': CONSOLE,
  'webservice-disable-api-extensions': 'there are no extensions of the API here',
  'log-console': 'the log always goes to standard error',
  'windows-eventlog': EVENT_LOG,
  'windows-eventlog-level': EVENT_LOG,
  'disable-update-check': 'this server never looks for updates: they come as packages',
  'ping-pong-keepalive': 'it is ended by a signal or by the service manager',
  'parameters-file': 'put options into a preload file (DUPLICATI_PRELOAD_SETTINGS)',
} as const satisfies Readonly<Record<string, string>>;

export type RefusedOption = keyof typeof REFUSED;

export const refusedOptions: readonly Option<RefusedOption>[] = Object.entries(REFUSED).map(([name, refused]) => ({
  name: name as RefusedOption, // the keys of REFUSED
  value: 'VALUE',
  help: '',
  refused,
}));
