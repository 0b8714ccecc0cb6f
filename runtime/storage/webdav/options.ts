import type { OptionTable } from '../options/options.ts';
import { AUTH_OPTIONS, CERTIFICATE_OPTIONS, TIMEOUT_OPTIONS } from '../options/shared.ts';

export const WEBDAV_OPTIONS = {
  ...AUTH_OPTIONS,
  'integrated-authentication': {
    type: 'Boolean',
    default: 'false',
    refused: 'the account of a Windows domain is not used; give --auth-username and --auth-password',
  },
  'force-digest-authentication': {
    type: 'Boolean',
    default: 'false',
    help: 'Never send the password itself: answer a digest challenge, or nothing.',
  },
  'debug-propfind-file': { type: 'Path', default: '', refused: 'answers of the server are not written to files' },
  'use-extended-propfind': {
    type: 'Boolean',
    default: 'false',
    help: 'Ask for all properties instead of those that are needed.',
  },
  'use-legacy-parsing': { type: 'Boolean', default: 'false', refused: 'there is one reader of lists' },
  'use-ssl': { type: 'Boolean', default: 'false', help: 'Encrypt the connection (webdavs:// does the same).' },
  ...CERTIFICATE_OPTIONS,
  ...TIMEOUT_OPTIONS,
} as const satisfies OptionTable;
