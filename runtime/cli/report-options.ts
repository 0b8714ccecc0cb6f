/** Scripts before and after a command, and reports of how it went, on a command line. What they do is in `runtime/reports`. */
import type { Option } from '../command-line/arguments.ts';
import { unreadable } from '../engine/options/option-error.ts';
import { readNumber, readWords } from '../engine/options/words.ts';
import { LOG_LEVELS } from '../log/log.ts';

const LEVELS = ['Unknown', 'Success', 'Warning', 'Error', 'Fatal', 'All'] as const;
const FORMATS = ['Duplicati', 'Json'] as const;

/** What every way of reporting has. */
const common = <const Way extends string>(way: Way) =>
  [
    {
      name: `${way}-log-level`,
      value: 'LEVEL',
      choices: LOG_LEVELS,
      help: 'Least level of messages that go with it. Default: Warning.',
    },
    { name: `${way}-log-filter`, value: 'FILTERS', help: 'The same as --log-file-log-filter for these messages.' },
    {
      name: `${way}-result-output-format`,
      value: 'FORM',
      choices: FORMATS,
      help: 'Form of the result. Default: Duplicati, lines of text.',
    },
  ] as const;
const sent = <const Way extends string>(way: Way) =>
  [
    {
      name: `${way}-level`,
      value: 'LEVELS',
      help: 'Results of backups that are reported, such as Warning,Error,Fatal. Default: all.',
    },
    { name: `${way}-any-operation`, help: 'Report other commands than backup too.' },
    { name: `${way}-max-log-lines`, value: 'NUMBER', help: 'Most messages that go with it; 0 for all. Default: 100.' },
    ...common(way),
  ] as const;

export const reportOptions = [
  {
    name: 'run-script-before',
    value: 'FILE',
    help: 'Program that is run first; what it prints as --name=value changes the options.',
  },
  {
    name: 'run-script-before-required',
    value: 'FILE',
    help: 'The same, and its exit code decides whether the command runs: "help returncodes".',
  },
  {
    name: 'run-script-after',
    value: 'FILE',
    help: 'Program that is run when the command has ended, however that was; DUPLICATI__RESULTFILE names the result.',
  },
  { name: 'run-script-with-arguments', help: 'Behind the names of the programs stand arguments.' },
  {
    name: 'run-script-timeout',
    value: 'SPAN',
    help: 'How long a program may take before it is ended; 0 for as long as it likes. Default: 60s.',
  },
  ...common('run-script'),
  { name: 'send-mail-to', value: 'ADDRESSES', help: 'Who gets a mail about the result, with commas between them.' },
  {
    name: 'send-mail-from',
    value: 'ADDRESS',
    help: 'Who it is from. Default: no-reply at the domain of the first reader.',
  },
  {
    name: 'send-mail-subject',
    value: 'TEXT',
    help: 'Subject, with %OPERATIONNAME%, %PARSEDRESULT%, %backup-name% and options in it.',
  },
  { name: 'send-mail-body', value: 'TEXT', help: 'Text, in the same way. Default: %RESULT%.' },
  {
    name: 'send-mail-url',
    value: 'URL',
    help: 'Mail server: smtps://host:465, or smtp://host:587/?starttls=always; more than one with semicolons.',
  },
  { name: 'send-mail-username', value: 'NAME', help: 'Account at the mail server.' },
  {
    name: 'send-mail-password',
    value: 'TEXT',
    secret: true,
    help: 'Its password. Other accounts can read command lines: better DUPLICATI__SEND_MAIL_PASSWORD, or a name for --secret-provider.',
  },
  ...sent('send-mail'),
  { name: 'send-http-url', value: 'URLS', help: 'Web addresses that get the result, with semicolons between them.' },
  {
    name: 'send-http-form-urls',
    value: 'URLS',
    help: 'Those that get it as a form, whatever --send-http-result-output-format says.',
  },
  { name: 'send-http-json-urls', value: 'URLS', help: 'Those that get it as JSON.' },
  { name: 'send-http-message', value: 'TEXT', help: 'Text of a form, as in --send-mail-body.' },
  {
    name: 'send-http-message-parameter-name',
    value: 'NAME',
    help: 'Field of the form that has the text. Default: message.',
  },
  { name: 'send-http-extra-parameters', value: 'TEXT', help: 'Further fields of the form: a=1&b=2.' },
  { name: 'send-http-verb', value: 'VERB', choices: ['POST', 'PUT', 'PATCH'], help: 'How it is sent. Default: POST.' },
  { name: 'send-http-accept-any-ssl-certificate', help: 'Believe every certificate.' },
  { name: 'send-http-accept-specified-ssl-hash', value: 'HASHES', help: 'Believe certificates with these hashes.' },
  { name: 'send-http-retries', value: 'NUMBER', help: 'How often a failed report is sent again. Default: 3.' },
  { name: 'send-http-retry-delay', value: 'SPAN', help: 'Wait before that. Default: 1s.' },
  ...sent('send-http'),
  { name: 'backup-name', value: 'TEXT', help: 'Name of the backup in reports. Default: duplicati-cli.' },
  { name: 'backup-id', value: 'TEXT', help: 'What the backup is known by, in reports.' },
  { name: 'machine-name', value: 'TEXT', help: "Name of this machine in reports. Default: the system's." },
  { name: 'machine-id', value: 'TEXT', help: 'What this machine is known by, in reports.' },
  { name: 'next-scheduled-run', value: 'TIME', help: 'When the next run begins, in reports.' },
] as const satisfies readonly Option[];

const xmpp = 'messages by XMPP are not sent by this release; --send-mail-to and --send-http-url are there';
const telegram = 'messages to Telegram are not sent by this release; --send-http-url reaches a bot that passes them on';
const status = 'the progress of a run is not sent while it goes on; the result is, by --send-http-url';
const noVolumes = 'volumes are zip files, which is what every Duplicati reads';

/** Options of Duplicati's modules that are not there. */
export const REFUSED_OF_MODULES: Readonly<Record<string, string>> = {
  'run-script-post-backup':
    'there is no moment between a backup and what follows it in the same run; use --run-script-after',
  'send-mail-extra-parameters': 'a mail has a subject and a text; put into --send-mail-body what is to be in it',
  'send-http-ignore-revocation-failure':
    'whether certificates were revoked is not asked, so that nothing can fail by that',
  'force-passphrase-from-stdin': 'it is called --passphrase-file=/dev/stdin',
  'store-task-config': 'a command line keeps its options nowhere',
  'hyperv-ignore-client-warning': 'virtual machines are backed up by their files',
  ...Object.fromEntries(
    [
      'to',
      'message',
      'extra-parameters',
      'username',
      'password',
      'level',
      'any-operation',
      'log-level',
      'log-filter',
      'max-log-lines',
      'result-output-format',
    ].map((name) => [`send-xmpp-${name}`, xmpp]),
  ),
  ...Object.fromEntries(
    [
      'channel-id',
      'message',
      'extra-parameters',
      'bot-id',
      'api-key',
      'level',
      'any-operation',
      'log-level',
      'log-filter',
      'max-log-lines',
      'result-output-format',
      'topid-id',
    ].map((name) => [`send-telegram-${name}`, telegram]),
  ),
  ...Object.fromEntries(
    [
      'url',
      'interval',
      'max-log-lines',
      'accept-any-ssl-certificate',
      'accept-specified-ssl-hash',
      'ignore-revocation-failure',
      'allow-paths-in-log-messages',
    ].map((name) => [`http-report-status-${name}`, status]),
  ),
  ...Object.fromEntries(
    ['tzstd-compression-level', 'tzstd-memory-buffer', 'tgz-compression-level', 'tgz-memory-buffer'].map((name) => [
      name,
      noVolumes,
    ]),
  ),
};

export type ReportOption = (typeof reportOptions)[number]['name'];

/** The options by which somebody is told, or something run. */
const WAYS = [
  'run-script-before',
  'run-script-before-required',
  'run-script-after',
  'send-mail-to',
  'send-http-url',
  'send-http-form-urls',
  'send-http-json-urls',
] as const satisfies readonly ReportOption[];

/** Whether anything is to be run or told beside the command. @throws UserError for a value that cannot be read: a report that never comes looks like a backup that never failed */
export function readReportOptions(given: { text(name: ReportOption): string | undefined }): boolean {
  for (const name of ['run-script-timeout', 'send-http-retry-delay'] as const) {
    const text = given.text(name)?.trim() ?? '0';
    if (text !== '0' && !/^(\d{1,6}[smhDd])+$/.test(text))
      throw unreadable(name, text, 'a span such as 60s, 5m or 1h30m');
  }
  for (const name of ['send-mail-level', 'send-http-level'] as const) readWords(name, given.text(name) ?? '', LEVELS);
  for (const name of ['send-mail-max-log-lines', 'send-http-max-log-lines'] as const)
    readNumber(name, given.text(name) ?? '0', 'whole', 0, 1000);
  readNumber('send-http-retries', given.text('send-http-retries') ?? '0', 'whole', 0, 10);
  for (const name of ['send-http-url', 'send-http-form-urls', 'send-http-json-urls'] as const) {
    const all = (given.text(name) ?? '').split(';').filter((one) => one.trim() !== '');
    if (all.some((one) => !/^https?:\/\//i.test(one.trim())))
      throw unreadable(name, '***', 'addresses that begin with http:// or https://');
  }
  for (const name of ['run-script-before', 'run-script-before-required', 'run-script-after'] as const) {
    const text = given.text(name)?.trim() ?? '';
    if (text !== '' && !/^["']?([/\\]|[a-z]:)/i.test(text)) throw unreadable(name, text, 'an absolute path');
  }
  if (given.text('send-mail-to') && !given.text('send-mail-url'))
    throw unreadable(
      'send-mail-to',
      given.text('send-mail-to')!,
      'given together with --send-mail-url, the mail server',
    );
  return WAYS.some((name) => (given.text(name) ?? '') !== '');
}
