/** What `help TOPIC` says of what is no command, option or destination. A line is a paragraph; one that begins with two spaces stays as it is. */
import { LOG_LEVELS } from '../log/log.ts';

const returncodes = [
  'Exit codes:',
  '  0    done',
  '  1    a backup of what has not changed',
  '  2    done, with warnings',
  '  3    done, and something is wrong: more at the destination than --quota-size, or a script that says so',
  '  50   a backup that was stopped and kept what was finished',
  '  100  an error; its name is on standard error as "ErrorID: NAME"',
  '  200  a wrong command line: nothing was begun',
  'A program of --run-script-before-required decides by its own: 0 run, 1 do not run, 2 and 3 the same with a warning, 4 and 5 (and any other) with an error. Only 5 and others make the command fail.',
];

const passphrases = [
  'The passphrase of a backup comes from --passphrase, --passphrase-file, a line of --parameters-file, the variable PASSPHRASE, or is asked for on the terminal. Other accounts of a machine can read command lines: --passphrase is the worst of these.',
  'With --secret-provider a value that begins with $ names a secret: --passphrase=\'$backup\' --secret-provider=pass://. See "help secret".',
  'Without its passphrase a backup is lost: there is no other way in.',
];

const secrets = [
  "Options that hold secrets, and user names, may name one instead, as in --passphrase='$name'. Who knows it, --secret-provider says:",
  '  env://                       the environment of the command',
  '  file-secret:///path/to.json  a JSON object of texts; encrypted by AES Crypt with ?passphrase=...',
  '  pass://                      pass(1); another program with ?pass-command=...',
  '--secret-provider-pattern is what such a name begins with, $ where nothing is given. "secret-tool" tests a provider.',
];

const mail = [
  '--send-mail-to names who gets a mail after a backup, --send-mail-url the mail server: smtps://mail.example:465 is encrypted from the first byte, smtp://mail.example:587/?starttls=always asks for it. A password goes to another machine encrypted or not at all, unless the address says starttls=never.',
  '--send-mail-level=Warning,Error,Fatal leaves out what went well; --send-mail-any-operation has other commands reported too. Subject and body may hold %OPERATIONNAME%, %PARSEDRESULT%, %RESULT%, %backup-name%, %machine-name%, %REMOTEURL%, %LOCALPATH% and every option that is no secret.',
];

const logging = [
  '--log-file keeps messages in a file that this account alone can read, --console-log-level shows them. Levels, each with those behind it:',
  `  ${LOG_LEVELS.join(' ')}`,
  'Verbose names every file, Profiling tells how long each call at the destination took. Default: Warning.',
  'Filters take (+) or leave out (-) messages whatever their level, by what stands in brackets in the log, which is Level-Tag-Id. * and ? stand for anything, [...] is a regular expression, a semicolon is between two of them, and the first that fits decides: "-*BackendEvent;+*-Retry*". --log-file-log-ignore takes ids with commas between them.',
];

const filters = [
  '--include and --exclude may be repeated; the first that fits a path decides. With includes alone, all else is left out. A folder ends with a slash; one that is excluded is not entered.',
  '  *.tmp             * is anything, also slashes; ? is one character',
  '  /home/me/cache/   a folder and all in it',
  '  [.*\\.(iso|img)]   a regular expression that fits the whole path',
  '  @/a/[b]           exactly this path',
  '  {CacheFiles}      a group: see "help filter-groups"',
  '"test-filters" tells which paths a backup would have.',
];

const encryption = [
  'aes   AES Crypt, version 2: AES-256 with a key from the passphrase. The default; "aes-crypt" opens a volume by hand.',
  'gpg   GnuPG, by the program gpg: --encryption-module=gpg and its options, see "help gpg".',
  '--no-encryption makes a backup that everybody can read who gets at the destination. A backup keeps the kind that it began with.',
];

export const TEXTS: Readonly<Record<string, readonly string[]>> = {
  returncodes,
  password: passphrases,
  passphrase: passphrases,
  secret: secrets,
  'secret-provider': secrets,
  mail,
  logging,
  'system-info': ['Prints versions, paths and which SQLite driver is in use; --json prints the same as JSON.'],
  debug: [
    '--log-file=FILE --log-file-log-level=Profiling keeps all that is done; system-info tells versions, paths and the SQLite driver; create-report puts what a report of a fault needs into a file, without secrets and without names of files.',
  ],
  filter: filters,
  filters,
  date: [
    'Dates are 2026-11-23, with a time 2026-11-23T14:30:00, with a zone 2026-11-23T14:30:00+01:00 or Z; without one they are those of this machine. "now" is now.',
    'A span is how long ago: see "help time".',
  ],
  time: [
    'Spans are numbers with s, m (minutes), h, D, W, M (months) or Y, whose case matters: 90s, 2h30m, 7D, 1M15D. A number alone is seconds. In --time a span is counted back from now.',
  ],
  size: [
    'Sizes are whole numbers with b, kb, mb, gb or tb, each 1024 times the one before: 50mb. What a number alone means, the option says.',
  ],
  decimal: ['Decimal numbers have a point: 0.1.'],
  encryption,
  compression: [
    'Volumes are zip files, which every Duplicati reads. --zip-compression-method is Deflate (the default), ZStandard (faster and smaller; a Duplicati before 2.3 does not read it) or None, --zip-compression-level 0 to 9.',
    'Files that are compressed already, by their names, are stored as they are.',
  ],
  example: [
    'Command lines, one a line:',
    '  duplicati-cli backup file:///mnt/backup /home --passphrase-file=/root/pass --keep-versions=10',
    '  duplicati-cli backup "ssh://host/folder?auth-username=me&ssh-keyfile=/root/.ssh/id" /srv --retention-policy=1W:1D,4W:1W,12M:1M',
    '  duplicati-cli list file:///mnt/backup',
    "  duplicati-cli find file:///mnt/backup '*.odt'",
    '  duplicati-cli restore file:///mnt/backup /home/me/letters/ --restore-path=/tmp/restored --version=1',
    '  duplicati-cli test file:///mnt/backup all --full-remote-verification',
  ],
  changelog: [
    'What changed is in the changelog that the packages put below /usr/share/doc. "version" prints which release this is.',
  ],
};
/** Other names of them. */
export const TEXT_ALIASES: Readonly<Record<string, string>> = {
  examples: 'example',
  'return-codes': 'returncodes',
  exitcodes: 'returncodes',
  sizes: 'size',
  dates: 'date',
  timespan: 'time',
  secrets: 'secret',
  log: 'logging',
};
