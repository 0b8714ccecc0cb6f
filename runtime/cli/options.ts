import type { Given, Option } from '../command-line/arguments.ts';
import type { OptionName } from '../engine/options/table.ts';
import type { FILE_OPTIONS } from '../storage/file/options.ts';
import type { AFTP_OPTIONS, FTP_OPTIONS } from '../storage/ftp/options.ts';
import type { RCLONE_OPTIONS } from '../storage/rclone/options.ts';
import type { S3_OPTIONS } from '../storage/s3/options.ts';
import type { SSH_OPTIONS } from '../storage/ssh/options.ts';
import type { WEBDAV_OPTIONS } from '../storage/webdav/options.ts';
import { destinationOptions } from './destination.ts';
import { gpgOptions } from './gpg-options.ts';
import type { ReportOption } from './report-options.ts';

/** Options of any kind of destination. */
export type DestinationOption =
  | keyof typeof FILE_OPTIONS
  | keyof typeof S3_OPTIONS
  | keyof typeof FTP_OPTIONS
  | keyof typeof AFTP_OPTIONS
  | keyof typeof SSH_OPTIONS
  | keyof typeof RCLONE_OPTIONS
  | keyof typeof WEBDAV_OPTIONS;

/** Options of the commands that read a backup. Names are Duplicati's. */
export type CliOption =
  | DestinationOption
  | OptionName
  | ReportOption
  | 'exclude'
  | 'include'
  | 'json'
  | 'parameters-file'
  | 'passphrase-file'
  | 'server-datafolder';

export type GivenOptions = Given<CliOption>;

/** Of every command that opens a backup. */
export const backupOptions: readonly Option<CliOption>[] = [
  {
    name: 'passphrase',
    value: 'TEXT',
    secret: true,
    help: 'Passphrase of the backup. Other accounts of this machine can read command lines: better PASSPHRASE, --passphrase-file, or being asked on the terminal.',
  },
  { name: 'passphrase-file', value: 'FILE', help: 'File whose first line is the passphrase.' },
  {
    name: 'secret-provider',
    value: 'URL',
    secret: true,
    help: 'Who knows the secrets that options name, as in --passphrase=$name: env://, file-secret:///file of JSON, or pass://.',
  },
  { name: 'secret-provider-pattern', value: 'TEXT', help: 'What the name of a secret begins with. Default: $.' },
  { name: 'no-encryption', help: 'The backup is not encrypted: no passphrase is asked for.' },
  {
    name: 'prefix',
    value: 'NAME',
    default: 'duplicati',
    help: 'First part of the names of the files at the destination.',
  },
  {
    name: 'dbpath',
    value: 'FILE',
    help: 'Local database of this backup. Default: one a destination below the data folder.',
  },
  { name: 'no-local-db', help: 'Read everything from the destination, whatever is known here.' },
  { name: 'tempdir', value: 'FOLDER', help: "Folder for what is fetched. Default: the system's." },
  { name: 'disable-autocreate-folder', help: 'A folder of the destination that is not there is an error.' },
  ...gpgOptions,
  {
    name: 'disable-module',
    value: 'NAMES',
    choices: ['console-password-input'],
    help: 'Never ask for a passphrase.',
  },
  { name: 'json', help: 'Print JSON instead of text.' },
  ...destinationOptions,
];

export const versionOptions: readonly Option<CliOption>[] = [
  { name: 'version', value: 'NUMBERS', help: 'Versions, 0 is the newest: 0 or 0,2-4.' },
  { name: 'time', value: 'TIME', help: 'The newest version at or before this time, such as 2026-11-23T14:30:00.' },
];

export const filterOptions: readonly Option<CliOption>[] = [
  { name: 'include', value: 'FILTER', help: 'Paths to take. The first filter that fits decides; may be repeated.' },
  {
    name: 'exclude',
    value: 'FILTER',
    help: 'Paths to leave out. The first filter that fits decides; may be repeated.',
  },
];

export const restoreOptions: readonly Option<CliOption>[] = [
  {
    name: 'restore-path',
    value: 'FOLDER',
    help: 'Where to; folders that all files have in common are left out. Default: where they were.',
  },
  {
    name: 'dont-compress-restore-paths',
    help: 'Make all folders below --restore-path, also those that all files have in common.',
  },
  { name: 'overwrite', help: 'Replace files that differ. Without it what is restored gets a name with a date.' },
  { name: 'restore-permissions', help: 'Set owners, modes and extended attributes as they were.' },
  { name: 'skip-metadata', help: 'Set nothing but contents: no times, owners, modes or attributes.' },
  { name: 'skip-restore-verification', help: 'Do not read restored files again; every block was looked at already.' },
  {
    name: 'restore-with-local-blocks',
    help: 'Take blocks from the files that were backed up, where these still have them, instead of fetching them.',
  },
  { name: 'patch-with-local-blocks', help: 'The same as --restore-with-local-blocks.' },
  {
    name: 'no-local-blocks',
    help: 'Fetch everything from the destination, also what files in the folder of the restore have already.',
  },
];
