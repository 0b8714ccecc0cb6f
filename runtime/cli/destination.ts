/** A destination, opened for a command: with the options that were given, tried again where its connection fails, and its errors in words. */
import path from 'node:path';
import type { Option } from '../command-line/arguments.ts';
import type { EngineOptions } from '../engine/options/options.ts';
import { readOptions } from '../engine/options/options.ts';
import { toSeconds } from '../engine/options/timespans.ts';
import type { Source } from '../engine/remote/remote.ts';
import { damaged } from '../engine/volumes/volume-error.ts';
import { SERIOUS } from '../errors.ts';
import { BACKENDS, backendOptions } from '../storage/backends.ts';
import { schemeOf } from '../storage/destination-url.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { BackendOption } from '../storage/options/options.ts';
import { type Storage, StorageError, type StorageReason } from '../storage/storage.ts';
import { createThrottle } from '../storage/wrap/throttle.ts';
import { here } from './backup-options.ts';
import { NamedError } from './named-error.ts';
import type { CliOption, DestinationOption, GivenOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { resolveSecrets } from './secret-provider.ts';

/** Options of retries and speed, which the engine's table reads. */
const WRAPPING = [
  'number-of-retries',
  'retry-delay',
  'retry-with-exponential-backoff',
  'throttle-upload',
  'throttle-download',
  'throttle-disabled',
  'throttle-disabled-backends',
] as const satisfies readonly CliOption[];

const PLACEHOLDERS: Readonly<Partial<Record<BackendOption['type'], string>>> = {
  Path: 'FILE',
  Timespan: 'SPAN',
  Integer: 'NUMBER',
  Flags: 'WORDS',
  Enumeration: 'WORD',
};

/** Of every command that opens a destination. */
export const destinationOptions: readonly Option<CliOption>[] = [
  { name: 'number-of-retries', value: 'NUMBER', help: 'How often a failed operation is tried again. Default: 5.' },
  { name: 'retry-delay', value: 'SPAN', help: 'Wait before another try. Default: 10s.' },
  { name: 'retry-with-exponential-backoff', help: 'Each wait is twice as long as the one before.' },
  { name: 'throttle-upload', value: 'SIZE', help: 'Most bytes a second that are sent. Default: no limit.' },
  { name: 'throttle-download', value: 'SIZE', help: 'Most bytes a second that are fetched. Default: no limit.' },
  { name: 'throttle-disabled', help: 'No limit, whatever the two options above say.' },
  {
    name: 'throttle-disabled-backends',
    value: 'NAMES',
    help: 'No limit for these kinds of destinations: file,webdav.',
  },
  ...Object.keys(backendOptions()).map((name) => describeOption(name as DestinationOption)), // the type is made of the same tables
];

/** An option as its backends have it: help from one that uses it, a reason where none does. */
function describeOption(name: DestinationOption): Option<CliOption> {
  const rows = Object.entries(BACKENDS).flatMap(([scheme, { options }]) =>
    options[name] ? [{ scheme, row: options[name] }] : [],
  );
  const used = rows.filter(({ row }) => row.refused === undefined || row.taken !== undefined);
  const { row } = used[0] ?? rows[0]!;
  const kinds = new Set(used.map(({ scheme }) => scheme));
  const of = kinds.size < 4 ? `${[...kinds].join(', ')}: ` : '';
  return {
    name,
    ...(row.type === 'Boolean' ? {} : { value: PLACEHOLDERS[row.type] ?? 'TEXT' }),
    ...(row.type === 'Password' ? { secret: true } : {}),
    ...(used.length === 0 ? { help: '', refused: row.refused! } : { help: `${of}${row.help ?? ''}` }),
  };
}

export interface DestinationCall {
  url: string;
  given: GivenOptions;
  progress: Pick<Progress, 'say'>;
}

/** Nothing is sent yet. @throws NamedError */
export async function openDestination({ url, given: unresolved, progress }: DestinationCall): Promise<Storage> {
  const given = await resolveSecrets(unresolved, destinationOptions);
  const scheme = schemeOf(url);
  if (!Object.hasOwn(BACKENDS, scheme))
    throw new NamedError(
      'BackendNotSupported',
      `destinations of the kind ${scheme}:// are not there; there are ${Object.keys(BACKENDS).join(', ')}`,
    );
  const options: Record<string, string> = {};
  for (const name of Object.keys(backendOptions()) as DestinationOption[]) {
    const text = given.text(name);
    if (text !== undefined) options[name] = text;
  }
  const wrapping = readWrapping(given);
  const free = (wrapping['throttle-disabled-backends'] ?? '').toLowerCase().split(/[,;\s]+/);
  const isFree = wrapping['throttle-disabled'] || free.includes(scheme);
  const rate = (bytes: number) => createThrottle(() => (isFree ? 0 : bytes));
  try {
    const opened = await openStorage(absolute(url), options, {
      retry: {
        retries: wrapping['number-of-retries'],
        delay: toSeconds(wrapping['retry-delay']) * 1000,
        isExponential: wrapping['retry-with-exponential-backoff'],
        report: (text) => progress.say(text, 'Retry'),
      },
      upload: rate(wrapping['throttle-upload']),
      download: rate(wrapping['throttle-download']),
    });
    return given.flag('disable-autocreate-folder') ? { ...opened, createFolder: async () => {} } : opened;
  } catch (thrown) {
    throw thrown instanceof StorageError ? explainStorageError(thrown) : thrown;
  }
}

/**
 * What the engine reads from. A file that is missing or cannot be read costs what is in it, and nothing else; a destination that cannot be
 * reached costs the run.
 */
export function sourceOf(storage: Storage): Source {
  return {
    list: (signal) => storage.list(signal),
    async get(name, file, signal) {
      try {
        await storage.get(name, file, signal);
      } catch (thrown) {
        if (!(thrown instanceof StorageError)) throw thrown;
        if (thrown.reason === 'missing') throw damaged('it is not at the destination any more', thrown);
        if (thrown.reason === 'denied' || thrown.reason === 'failed')
          throw damaged(`it cannot be read (${thrown.message})`, thrown);
        throw thrown;
      }
    },
  };
}

const IDS: Readonly<Record<StorageReason, string>> = {
  missing: 'FolderMissing',
  denied: 'DestinationDenied',
  full: 'DestinationFull',
  unreachable: 'DestinationUnreachable',
  timeout: 'DestinationUnreachable',
  untrusted: 'DestinationNotTrusted',
  invalid: 'DestinationInvalid',
  failed: 'DestinationFailed',
};
/** Duplicati's exit code of a wrong command line. */
const WRONG_USE = 200;

/** What a destination's error means for the whole run. */
export function explainStorageError(error: StorageError): NamedError {
  return new NamedError(IDS[error.reason], error.message, error.reason === 'invalid' ? WRONG_USE : SERIOUS, error);
}

function readWrapping(given: GivenOptions): EngineOptions {
  const texts: Record<string, string> = {};
  for (const name of WRAPPING) {
    const text = given.text(name);
    if (text !== undefined) texts[name] = text;
  }
  return readOptions(texts, here()).options;
}

/** A path of this machine may be relative, as Duplicati has it, also behind `file://`. */
function absolute(url: string): string {
  if (schemeOf(url) !== 'file') return url;
  if (!/^file:\/\//i.test(url)) return path.resolve(url);
  const rest = url.slice('file://'.length);
  return /^([/\\]|[A-Za-z]:|%2F)/i.test(rest)
    ? url
    : `file://${path.resolve(rest.split('?', 1)[0]!)}${/\?.*$/s.exec(rest)?.[0] ?? ''}`;
}
