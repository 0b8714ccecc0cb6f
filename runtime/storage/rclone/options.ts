import type { OptionTable } from '../options/options.ts';
import { TIMEOUT_OPTIONS } from '../options/shared.ts';

export const RCLONE_OPTIONS = {
  'rclone-local-repository': {
    type: 'String',
    default: 'local',
    refused: 'files of this machine are named by their paths',
  },
  'rclone-remote-repository': {
    type: 'String',
    default: 'remote',
    help: "Name of a remote in rclone's configuration.",
  },
  'rclone-remote-path': { type: 'String', default: 'backup', help: 'Folder of the remote.' },
  'rclone-option': {
    type: 'String',
    default: '',
    help: 'Further options of rclone, such as --config=/root/rclone.conf. The server takes it only where its administrator allows it.',
  },
  'rclone-executable': {
    type: 'String',
    default: 'rclone',
    help: 'The program. The server takes it only where its administrator allows it.',
  },
  ...TIMEOUT_OPTIONS,
} as const satisfies OptionTable;
