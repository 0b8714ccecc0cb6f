/** Options that several backends have. */
import type { OptionTable } from './options.ts';

export const TIMEOUT_OPTIONS = {
  'short-timeout': { type: 'Timespan', default: '30s', help: 'Longest wait for small answers. Default: 30s.' },
  'list-timeout': { type: 'Timespan', default: '10m', help: 'Longest wait for the list of files. Default: 10m.' },
  'read-write-timeout': {
    type: 'Timespan',
    default: '30s',
    help: 'Longest time in which no byte of a file moves. Default: 30s.',
  },
} as const satisfies OptionTable;

export const AUTH_OPTIONS = {
  'auth-username': { type: 'String', default: '', help: 'User name; AUTH_USERNAME in the environment does the same.' },
  'auth-password': {
    type: 'Password',
    default: '',
    help: 'Password. Other accounts of this machine can read command lines: better AUTH_PASSWORD.',
  },
} as const satisfies OptionTable;

export const CERTIFICATE_OPTIONS = {
  'accept-any-ssl-certificate': {
    type: 'Boolean',
    default: 'false',
    help: 'Take every certificate: whoever stands between can read and change what is sent.',
  },
  'accept-specified-ssl-hash': {
    type: 'String',
    default: '',
    help: 'SHA-1 or SHA-256 of a certificate to take although nobody vouches for it; several with commas.',
  },
  'ignore-revocation-failure': {
    type: 'Boolean',
    default: 'false',
    help: 'Take a certificate also where nobody can say whether it was revoked. That is not asked here, so it is always so.',
  },
} as const satisfies OptionTable;
