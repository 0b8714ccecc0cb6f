/** Options of the commands that write. Names, defaults and grammars are those of the engine's table (`engine/options`). */
import type { Option } from '../command-line/arguments.ts';
import { type EngineOptions, readOptions } from '../engine/options/options.ts';
import type { OptionName } from '../engine/options/table.ts';
import type { CliOption, GivenOptions } from './options.ts';

export const volumeOptions: readonly Option<CliOption>[] = [
  { name: 'dblock-size', aliases: ['remote-volume-size'], value: 'SIZE', help: 'Size of a volume. Default: 50mb.' },
  {
    name: 'blocksize',
    aliases: ['block-size'],
    value: 'SIZE',
    help: 'Size of a block, for the life of the backup. Default: 1mb.',
  },
  { name: 'block-hash-algorithm', value: 'NAME', help: 'Hash of blocks, for the life of the backup. Default: SHA256.' },
  { name: 'file-hash-algorithm', value: 'NAME', help: 'Hash of files, for the life of the backup. Default: SHA256.' },
  { name: 'zip-compression-method', value: 'NAME', help: 'Deflate, ZStandard or None. Default: Deflate.' },
  {
    name: 'zip-compression-level',
    value: 'NUMBER',
    help: '0 to 9. Default: 4; Duplicati has 9, a third of the speed for 5 % less.',
  },
  { name: 'asynchronous-upload-limit', value: 'NUMBER', help: 'Volumes that are uploaded at once. Default: 4.' },
  { name: 'synchronous-upload', help: 'One volume after the other, whatever the limit above.' },
];

/** How many volumes are uploaded at once. */
export function uploadsAtOnce(options: EngineOptions): number {
  return options['synchronous-upload'] ? 1 : options['asynchronous-upload-limit'] || 1;
}

export const retentionOptions: readonly Option<CliOption>[] = [
  { name: 'keep-versions', value: 'NUMBER', help: 'How many versions are kept.' },
  { name: 'keep-time', value: 'SPAN', help: 'How long versions are kept, such as 3M.' },
  { name: 'retention-policy', value: 'POLICY', help: 'Fewer the older: 1W:1D,4W:1W,12M:1M.' },
  { name: 'allow-full-removal', help: 'Also the last version may go.' },
];

export const compactOptions: readonly Option<CliOption>[] = [
  { name: 'threshold', value: 'PERCENT', help: 'Waste from which on volumes are rewritten. Default: 25.' },
  { name: 'small-file-size', value: 'SIZE', help: 'Volumes up to here are small. Default: a fifth of a volume.' },
  { name: 'small-file-max-count', value: 'NUMBER', help: 'Small volumes that may be there. Default: 20.' },
];

/** What of its sources a backup has, by more than their paths, and how it takes them. */
export const sourceOptions: readonly Option<CliOption>[] = [
  {
    name: 'compression-extension-file',
    value: 'FILE',
    help: 'Endings of names whose content is compressed already, a line each: .zip. Default: a list that is built in.',
  },
  { name: 'skip-files-larger-than', value: 'SIZE', help: 'Leave larger files out, such as 2gb.' },
  { name: 'symlink-policy', value: 'POLICY', help: 'Store symbolic links, or Ignore them. Default: Store.' },
  {
    name: 'hardlink-policy',
    value: 'POLICY',
    help: 'Of several names of one file back up All, the First, or None. Default: All.',
  },
  {
    name: 'exclude-files-attributes',
    value: 'NAMES',
    help: 'Leave out what is Hidden (a name with a dot) or ReadOnly (for everybody).',
  },
  { name: 'exclude-empty-folders', help: 'Leave folders out that hold nothing, or nothing but such folders.' },
  { name: 'skip-metadata', help: 'Record neither owners, modes, times of folders nor attributes.' },
  { name: 'disable-filetime-check', help: 'Read all files again, also those whose time and size are as they were.' },
  {
    name: 'ignore-filenames',
    value: 'NAMES',
    help: 'Leave out folders that hold a file of one of these names, which are separated by a colon. Default: CACHEDIR.TAG; none for an empty value.',
  },
];

const NAMES = [...volumeOptions, ...retentionOptions, ...compactOptions].map(({ name }) => name);

/** What the engine's table makes of the options above. @throws UserError for a value that cannot be read */
export function readEngineOptions(
  given: GivenOptions,
  extra: readonly CliOption[] = [],
): { options: EngineOptions; given: ReadonlySet<OptionName> } {
  const texts: Record<string, string> = {};
  for (const name of [...NAMES, ...extra]) {
    const text = given.text(name) ?? (given.flag(name) ? 'true' : undefined);
    if (text !== undefined) texts[name] = text;
  }
  return readOptions(texts, here());
}

/** Of this machine, now. */
export function here(): { now: number; zone: string; listSeparator: string } {
  return { now: Date.now() / 1000, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, listSeparator: ':' };
}
