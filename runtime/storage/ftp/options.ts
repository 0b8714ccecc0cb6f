import type { BackendOption, OptionTable } from '../options/options.ts';
import { AUTH_OPTIONS, CERTIFICATE_OPTIONS, TIMEOUT_OPTIONS } from '../options/shared.ts';

/** Facts of Duplicati 2.3.0: the same options under two names, by the kind of address. */
const CONNECTION = {
  type: 'Enumeration',
  default: 'AutoPassive',
  values: ['AutoPassive', 'PASV', 'PASVEX', 'EPSV', 'AutoActive', 'PORT', 'EPRT', 'PASVUSE'],
  taken: ['PASV', 'EPSV'],
  refused: 'connections are made from here to the server (AutoPassive, EPSV, PASV), so that firewalls let them through',
  help: 'AutoPassive, EPSV or PASV. Default: AutoPassive.',
} as const satisfies BackendOption;
const ENCRYPTION = {
  type: 'Enumeration',
  default: 'None',
  values: ['None', 'Implicit', 'Explicit', 'Auto'],
  help: 'None, Explicit (port 21), Implicit (port 990), or Auto, which is Explicit here.',
} as const satisfies BackendOption;
const PROTOCOLS = {
  type: 'Flags',
  default: 'None',
  values: ['None', 'Ssl2', 'Ssl3', 'Tls', 'Default', 'Tls11', 'Tls12', 'Tls13'],
  taken: ['None', 'Tls12', 'Tls13'],
  refused: 'what is older than TLS 1.2 is broken',
  help: 'Tls12, Tls13 or both. Default: both.',
} as const satisfies BackendOption;
const DELAY = {
  type: 'Timespan',
  default: '0s',
  help: 'Wait so long before the size of an upload is looked at.',
} as const;
const LOGGED = {
  type: 'Boolean',
  default: 'false',
  refused: 'conversations with servers are not written to logs',
} as const;
const CWD = { type: 'Boolean', default: 'false', help: 'Go to the folder and name files alone.' } as const;
const SHARED = {
  ...AUTH_OPTIONS,
  'disable-upload-verify': { type: 'Boolean', default: 'false', help: 'Do not ask for the size of what was uploaded.' },
  'ignore-pureftpd-limit-issue': {
    type: 'Boolean',
    default: 'false',
    help: 'Either: a list that the server cut short is an error, whatever server it is.',
  },
  ...CERTIFICATE_OPTIONS,
  ...TIMEOUT_OPTIONS,
} as const satisfies OptionTable;

export const FTP_OPTIONS = {
  ...SHARED,
  'ftp-absolute-path': {
    type: 'Boolean',
    default: 'false',
    help: 'The folder begins at the root, not where a session begins.',
  },
  'ftp-use-cwd-names': CWD,
  'ftp-data-connection-type': CONNECTION,
  'ftp-encryption-mode': ENCRYPTION,
  'ftp-ssl-protocols': PROTOCOLS,
  'ftp-upload-delay': DELAY,
  'ftp-log-to-console': LOGGED,
  'ftp-log-privateinfo-to-console': LOGGED,
  'ftp-log-diagnostics': LOGGED,
  'ftp-passive': {
    type: 'Boolean',
    default: 'false',
    isDeprecated: true,
    help: 'Either: connections are always passive.',
  },
  'ftp-regular': {
    type: 'Boolean',
    default: 'false',
    isDeprecated: true,
    refused: 'connections are made from here to the server, so that firewalls let them through',
  },
  'use-ssl': {
    type: 'Boolean',
    default: 'false',
    isDeprecated: true,
    help: 'The same as --ftp-encryption-mode=Explicit.',
  },
} as const satisfies OptionTable;

export const AFTP_OPTIONS = {
  ...SHARED,
  'aftp-relative-path': {
    type: 'Boolean',
    default: 'false',
    help: 'The folder is below the one where a session begins.',
  },
  'aftp-use-cwd-names': CWD,
  'aftp-data-connection-type': CONNECTION,
  'aftp-encryption-mode': ENCRYPTION,
  'aftp-ssl-protocols': PROTOCOLS,
  'aftp-upload-delay': DELAY,
  'aftp-log-to-console': LOGGED,
  'aftp-log-privateinfo-to-console': LOGGED,
} as const satisfies OptionTable;
