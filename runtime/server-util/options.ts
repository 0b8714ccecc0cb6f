import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { type DataFolderOption, dataFolderOptions } from '../service/data-folder.ts';

/** Duplicati's exit codes: 1 for what failed, for a command it does not know and for a server that is not healthy; 2 for a mistake in what was given, a server that refuses or cannot be reached. */
export const FAILED = 1;
export const USER_ERROR = 2;

export type GlobalOption =
  | 'hosturl'
  | 'password'
  | 'json'
  | 'settings-file'
  | 'settings-encryption-key'
  | 'insecure'
  | 'host-cert'
  | 'ignore-revocation-failure'
  | 'secret-provider'
  | 'secret-provider-cache'
  | 'secret-provider-pattern'
  | DataFolderOption;

/** What the data folder means here. */
const FOLDER_HELP: Readonly<Partial<Record<DataFolderOption, string>>> = {
  'server-datafolder':
    'Data folder of the server: root and its owner need no password for a server of this machine. Without it: $DUPLICATI_HOME, else your own and the one of the service are tried.',
  'allow-insecure-datafolder': 'Keep tokens in a folder that other accounts could read or replace.',
};

/** Options of every command. */
export const globalOptions: readonly Option<GlobalOption>[] = [
  {
    name: 'hosturl',
    value: 'URL',
    help: 'The server to talk to. Without it: the server of this machine, by its data folder; else http://127.0.0.1:8200, or the first port of $DUPLICATI__WEBSERVICE_PORT.',
  },
  {
    name: 'password',
    value: 'PASSWORD',
    secret: true,
    help: 'Password of the server, where one is needed. Better in the environment, where other accounts do not see it.',
  },
  { name: 'json', help: 'Print JSON instead of text.' },
  ...dataFolderOptions.map((option) => ({ ...option, help: FOLDER_HELP[option.name] ?? option.help })),
  {
    name: 'settings-file',
    value: 'FILE',
    help: 'File that keeps the tokens of login. Without it: server-util.json in the data folder.',
  },
  {
    name: 'settings-encryption-key',
    value: 'KEY',
    secret: true,
    help: 'What these tokens are encrypted with; without it they are kept as they are, readable by you alone.',
  },
  { name: 'insecure', help: 'Believe whoever answers, and any certificate. Dangerous.' },
  {
    name: 'host-cert',
    value: 'HASH',
    help: 'Believe the certificate with this SHA-1 or SHA-256 hash; * is the same as --insecure.',
  },
  { name: 'ignore-revocation-failure', help: 'Read for compatibility: revocation of certificates is not looked up.' },
  { name: 'secret-provider', value: 'URL', secret: true, help: 'Comes with a later release.' },
  {
    name: 'secret-provider-cache',
    value: 'KIND',
    choices: ['InMemory', 'None', 'Persistent'],
    help: 'Comes with a later release.',
  },
  { name: 'secret-provider-pattern', value: 'TEXT', help: 'Comes with a later release.' },
];

const LATER = ['secret-provider', 'secret-provider-cache', 'secret-provider-pattern'] as const;

/** @throws UserError (2) for an option whose meaning comes later: to ignore it would do something else than was asked for. */
export function refuseLater(given: Given<GlobalOption>): void {
  for (const name of LATER) {
    const value = given.text(name);
    if (value === undefined || value === 'false' || value === 'None') continue;
    throw new UserError(`--${name} comes with a later release; this version cannot do it`, USER_ERROR);
  }
}

export type CommandOption =
  | 'detailed'
  | 'wait'
  | 'skip-queue'
  | 'poll-interval'
  | 'quiet'
  | 'delete-remote-files'
  | 'delete-local-db'
  | 'force'
  | 'import-metadata'
  | 'backup-passphrase'
  | 'backup-url'
  | 'encryption-passphrase'
  | 'export-passwords'
  | 'overwrite'
  | 'unencrypted'
  | 'destination';

/** Options of single commands. */
export const commandOptions: readonly Option<CommandOption>[] = [
  { name: 'detailed', help: 'list-backups: print destination, schedule and results, too.' },
  { name: 'wait', help: 'run: wait until the backup has ended; the exit code tells how.' },
  { name: 'skip-queue', help: 'run: before the jobs that wait already, instead of behind them.' },
  { name: 'poll-interval', value: 'SECONDS', help: 'run: how often to look while waiting. Default: 5.' },
  { name: 'quiet', help: 'run and delete: print no progress.' },
  { name: 'delete-remote-files', help: 'delete: delete the files at the destination, too.' },
  { name: 'delete-local-db', help: 'delete: delete the local database, too.' },
  { name: 'force', help: 'delete: also while the backup runs, which is stopped.' },
  { name: 'import-metadata', help: 'import: take over results and sizes, too.' },
  {
    name: 'backup-passphrase',
    value: 'PASSPHRASE',
    secret: true,
    help: 'import: passphrase of the backup, where the file was exported without passwords.',
  },
  { name: 'backup-url', value: 'URL', secret: true, help: 'import: another destination than that of the file.' },
  {
    name: 'encryption-passphrase',
    value: 'PASSPHRASE',
    secret: true,
    help: 'export: encrypt the files with it. Without it, it is asked for.',
  },
  {
    name: 'export-passwords',
    help: 'export: write passwords and other secrets, too. Default: when the files are encrypted.',
  },
  { name: 'overwrite', help: 'export: replace files that are there.' },
  { name: 'unencrypted', help: 'export: write files that everybody who gets them can read.' },
  { name: 'destination', value: 'FOLDER', help: 'export: where to write. Default: the current folder.' },
];

export type UtilOption = GlobalOption | CommandOption;
