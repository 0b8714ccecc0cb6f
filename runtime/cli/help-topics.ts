/** `help TOPIC`: commands, options, destinations, modules, formats. */
import type { Option } from '../command-line/arguments.ts';
import { environmentName } from '../command-line/arguments.ts';
import { flagOf, formatHelp, formatList, textOf, WIDTH, wrapText } from '../command-line/help.ts';
import { makeFilterGroups } from '../engine/filter/filter-groups.ts';
import { AES_OPTIONS, ENGINE_OPTIONS, GPG_OPTIONS, type OptionRow, ZIP_OPTIONS } from '../engine/options/table.ts';
import { BACKENDS } from '../storage/backends.ts';
import { COMMANDS, commandOptions, describeCommand, LATER_COMMANDS, refusedOptions } from './commands.ts';
import { TEXT_ALIASES, TEXTS } from './help-texts.ts';
import { runOptions } from './run.ts';
import { CLOUDS } from './secret-provider.ts';

const OPTIONS: readonly Option[] = [...commandOptions, ...runOptions, ...refusedOptions];

/** Destinations of Duplicati that are not there. */
const ABSENT =
  'aliyunoss azure b2 box cifs cos drimecloud dropbox duplicati e2 filejump filen gcs googledrive jottacloud mega movistarcloud msgroup mssp od4b onedrivev2 openstack pcloud sharepoint smb storj tahoe'.split(
    ' ',
  );

/** Options of Duplicati's modules, by how their names begin. */
const MODULES: Readonly<Record<string, { what: string; names: RegExp }>> = {
  aes: { what: 'Volumes that are encrypted as AES Crypt does it.', names: ofTable(AES_OPTIONS) },
  gpg: { what: 'Volumes that are encrypted by GnuPG.', names: ofTable(GPG_OPTIONS) },
  zip: { what: 'Volumes that are zip files.', names: ofTable(ZIP_OPTIONS) },
  tzstd: { what: 'Volumes of tar and zstd.', names: /^tzstd-/ },
  tgz: { what: 'Volumes of tar and gzip.', names: /^tgz-/ },
  'common-options': {
    what: 'Options of every connection.',
    names: /^((short|list|read-write)-timeout|accept-(any|specified)-ssl-.*|ignore-revocation-failure|oauth-url)$/,
  },
  'console-password-input': {
    what: 'A passphrase that is asked for on the terminal.',
    names: /^(disable-module|force-passphrase-from-stdin)$/,
  },
  httpreportstatus: { what: 'Progress over HTTP.', names: /^http-report-status-/ },
  'hyperv-options': { what: 'Virtual machines of Hyper-V.', names: /^hyperv-/ },
  runscript: { what: 'Programs before and after a command.', names: /^run-script-/ },
  sendhttp: { what: 'Reports over HTTP.', names: /^send-http-/ },
  sendmail: { what: 'Reports by mail.', names: /^send-mail-/ },
  sendxmpp: { what: 'Reports by XMPP.', names: /^send-xmpp-/ },
  sendtelegram: { what: 'Reports to Telegram.', names: /^send-telegram-/ },
  advanced: { what: 'Every option, with the reason of those that are not taken.', names: /./ },
};

function ofTable(table: object): RegExp {
  return new RegExp(`^(${Object.keys(table).join('|')})$`);
}

/** @returns undefined for a topic that there is not */
export function describeTopic(topic: string): string | undefined {
  const word = topic.toLowerCase().replace(/^--|:\/\/$/g, '');
  if (topic.startsWith('--')) return describeOption(word);
  const command = describeCommand(word, runOptions);
  if (command) return formatHelp(command);
  const later = LATER_COMMANDS.find(({ name }) => name === word);
  if (later) return lines([`${later.name}: ${later.help} It comes with a later release.`]);
  const text = own(TEXTS, own(TEXT_ALIASES, word) ?? word);
  if (text) return lines(text);
  if (word === 'filter-groups') return describeGroups();
  if (word === 'mssql-options')
    return lines([
      'Databases of SQL Server are backed up by their files, or by a dump of your own (--run-script-before).',
    ]);
  const module = own(MODULES, word);
  if (module) return describeModule(module);
  if (Object.hasOwn(BACKENDS, word)) return describeDestination(word);
  if (ABSENT.includes(word))
    return lines([
      `Destinations of the kind ${word}:// are not in this release. There are ${Object.keys(BACKENDS).join(', ')}; rclone reaches most others.`,
    ]);
  if (['env', 'file-secret', 'pass'].includes(word)) return lines(TEXTS.secret!);
  const cloud = own(CLOUDS, word);
  if (cloud) return lines([`Secrets are not asked of ${cloud} in this release; see "help secret".`]);
  return describeOption(word);
}

/** A member of a table, and none of what every object has. */
function own<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function describeOption(word: string): string | undefined {
  const option = OPTIONS.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  if (!option) return undefined;
  const row: OptionRow | undefined = Object.hasOwn(ENGINE_OPTIONS, option.name)
    ? ENGINE_OPTIONS[option.name as keyof typeof ENGINE_OPTIONS]
    : undefined;
  const of = COMMANDS.filter(({ options }) => options.some(({ name }) => name === option.name)).map(({ name }) => name);
  const said = [
    option.refused === undefined
      ? `${flagOf(option)}  ${textOf(option)}`
      : `--${option.name}  It is not taken: ${option.refused}.`,
  ];
  if (option.aliases) said.push(`Also: ${option.aliases.map((name) => `--${name}`).join(', ')}.`);
  if (row?.values && option.refused === undefined && !option.choices) said.push(`Values: ${row.values.join(', ')}.`);
  if (option.refused === undefined) {
    said.push(
      `Of ${of.length === 0 ? 'every command' : of.join(', ')}.`,
      `In the environment: ${environmentName(option.name)}.`,
    );
  }
  return lines(said);
}

function describeDestination(scheme: string): string {
  const { options } = BACKENDS[scheme]!;
  const rows = Object.entries(options).map(([name, { help, refused, type }]) => ({
    name: `--${name}${type === 'Boolean' ? '' : '=...'}`,
    help: refused === undefined ? (help ?? '') : `${help ? `${help} ` : ''}Not taken: ${refused}.`,
  }));
  const address = scheme === 'file' ? 'file:///path/to/folder' : `${scheme}://host/folder?option=value&another=value`;
  return `${formatList(`${scheme}: ${address}`, rows)}\n`;
}

function describeModule({ what, names }: { what: string; names: RegExp }): string {
  const rows = OPTIONS.filter(({ name }) => names.test(name)).map((option) => ({
    name: flagOf(option),
    help: option.refused === undefined ? textOf(option) : `Not taken: ${option.refused}.`,
  }));
  return `${formatList(what, rows)}\n`;
}

function describeGroups(): string {
  return `${formatList(
    'Groups of filters, as in --exclude={CacheFiles}:',
    Object.entries(makeFilterGroups()).map(([name, all]) => ({ name, help: all.join(', ') || 'Nothing.' })),
  )}\n`;
}

function lines(text: readonly string[]): string {
  return `${text.map((line) => (line.startsWith('  ') ? line : wrapText(line, WIDTH).join('\n'))).join('\n')}\n`;
}
