import type { OptionTable } from '../options/options.ts';
import { TIMEOUT_OPTIONS } from '../options/shared.ts';

export const FILE_OPTIONS = {
  'alternate-destination-marker': {
    type: 'String',
    default: '',
    refused: 'a drive is not looked for; give the path of the folder',
  },
  'alternate-target-paths': {
    type: 'Path',
    default: '',
    refused: 'a drive is not looked for; give the path of the folder',
  },
  'use-move-for-put': {
    type: 'Boolean',
    default: 'false',
    refused: 'a volume is copied, synced and renamed, so that its name is never that of half a file',
  },
  'disable-length-verification': {
    type: 'Boolean',
    default: 'false',
    refused: 'there is no such step to leave out: each write is checked as it happens',
  },
  'disable-filename-sanitation': {
    type: 'Boolean',
    default: 'false',
    refused: 'names are taken as they are, and refused where they are none',
  },
  'auth-username': { type: 'String', default: '', refused: 'a share is mounted by the system' },
  'auth-password': { type: 'Password', default: '', refused: 'a share is mounted by the system' },
  ...TIMEOUT_OPTIONS,
} as const satisfies OptionTable;
