/** Reads what was given to a backend: the options in its address, and those beside it, of which the address wins, as in Duplicati. */
import { readTimespan, toSeconds } from '../../engine/options/timespans.ts';
import { readBoolean, readWord } from '../../engine/options/words.ts';
import { UserError } from '../../errors.ts';
import { StorageError } from '../storage.ts';

/** One option of a backend, named and typed as Duplicati lists it. */
export interface BackendOption {
  type: 'String' | 'Password' | 'Path' | 'Boolean' | 'Timespan' | 'Integer' | 'Enumeration' | 'Flags';
  default?: string;
  aliases?: readonly string[];
  values?: readonly string[];
  isDeprecated?: true;
  /** One sentence for the help; absent where it is refused. */
  help?: string;
  /** Why another value than the default is not taken. */
  refused?: string;
  /** Values that are taken nevertheless. */
  taken?: readonly string[];
}

export type OptionTable = Readonly<Record<string, BackendOption>>;

/** Options of a backend by their names, as text. */
export type StorageOptions = Readonly<Record<string, string>>;

export interface ReadOptions<Name extends string> {
  /** What was given, or the default; undefined where there is neither, or it is empty. */
  text(name: Name): string | undefined;
  flag(name: Name): boolean;
  /** Milliseconds of a span. */
  span(name: Name): number;
}

/**
 * @param url options in the address
 * @param beside others; what belongs to another kind of destination is not among them
 * @throws StorageError `invalid` for an option that this kind has not, that cannot be read, or that would have no effect
 */
export function readBackendOptions<Table extends OptionTable>(
  kind: string,
  table: Table,
  url: StorageOptions,
  beside: StorageOptions,
): ReadOptions<keyof Table & string> {
  const names = namesOf(table);
  const values = new Map<string, string>();
  for (const options of [beside, url]) {
    for (const [given, value] of Object.entries(options)) {
      const name = names.get(given.toLowerCase());
      if (name === undefined)
        throw new StorageError(
          'invalid',
          `--${given} is no option of ${kind}; leave it out, or see what its help lists`,
        );
      values.set(name, value);
    }
  }
  for (const [name, value] of values) {
    const row = table[name]!;
    if (row.type === 'Boolean') asStorageError(() => readBoolean(name, value));
    if (row.type === 'Timespan' && value.trim() !== '') asStorageError(() => readTimespan(name, value));
    if (row.type === 'Enumeration' && value.trim() !== '')
      values.set(
        name,
        asStorageError(() => readWord(name, value, row.values ?? [])),
      );
    if (row.refused !== undefined && !isDefault(row, value) && !isTaken(row, value))
      throw new StorageError('invalid', `--${name} cannot be used with ${kind}: ${row.refused}; leave it out`);
  }
  const text = (name: string) => {
    const value = values.get(name) ?? table[name]?.default;
    return value === undefined || value.trim() === '' ? undefined : value;
  };
  return {
    text,
    flag: (name) =>
      values.has(name) ? readBoolean(name, values.get(name)!) : readBoolean(name, table[name]?.default ?? 'false'),
    span: (name) => toSeconds(readTimespan(name, text(name) ?? '0')) * 1000,
  };
}

/** Every name and alias of a table, each with the name it stands for. */
export function namesOf(table: OptionTable): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, { aliases = [] }] of Object.entries(table))
    for (const one of [name, ...aliases]) names.set(one, name);
  return names;
}

/** A value, or each word of several. */
function isTaken({ type, taken = [] }: BackendOption, value: string): boolean {
  const words = type === 'Flags' ? value.split(/[,\s]+/).filter((word) => word !== '') : [value.trim()];
  return words.every((word) => taken.some((one) => one.toLowerCase() === word.toLowerCase()));
}

function isDefault(row: BackendOption, value: string): boolean {
  const standard = row.default ?? '';
  if (row.type === 'Boolean') return readBoolean('', value) === readBoolean('', standard || 'false');
  return value.trim().toLowerCase() === standard.toLowerCase();
}

function asStorageError<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UserError) throw new StorageError('invalid', thrown.message, thrown);
    throw thrown;
  }
}
