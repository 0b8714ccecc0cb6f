import type { OptionTable } from '../options/options.ts';
import { AUTH_OPTIONS, TIMEOUT_OPTIONS } from '../options/shared.ts';

export const SSH_OPTIONS = {
  ...AUTH_OPTIONS,
  'ssh-fingerprint': {
    type: 'String',
    default: '',
    help: "Fingerprint of the server's key, as a first connection shows it; also SHA256:… of OpenSSH.",
  },
  'ssh-accept-any-fingerprints': {
    type: 'Boolean',
    default: 'false',
    help: 'Take every host key: whoever stands between can read and change what is sent.',
  },
  'ssh-keyfile': { type: 'Path', default: '', help: 'File of a private key; --auth-password is its passphrase then.' },
  'ssh-key': { type: 'Password', default: '', help: 'The private key itself; --auth-password is its passphrase then.' },
  'ssh-operation-timeout': {
    type: 'Timespan',
    default: '0',
    isDeprecated: true,
    refused: 'say it by --short-timeout, --list-timeout and --read-write-timeout',
  },
  'ssh-keepalive': { type: 'Timespan', default: '0', help: 'How often the connection is kept alive. Default: never.' },
  'ssh-disable-agent': { type: 'Boolean', default: 'false', help: 'Ask no agent for keys.' },
  'ssh-relative-path': {
    type: 'Boolean',
    default: 'false',
    help: 'The folder is below the one where a session begins.',
  },
  ...TIMEOUT_OPTIONS,
} as const satisfies OptionTable;
