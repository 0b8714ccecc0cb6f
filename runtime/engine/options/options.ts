import { UserError } from '../../errors.ts';
import { type Effect, effectOf } from './effects.ts';
import { unreadable, WRONG_USE } from './option-error.ts';
import { type RetentionFrame, readRetentionPolicy } from './retention-policy.ts';
import { readSize } from './sizes.ts';
import { ENGINE_OPTIONS, type OptionName, type OptionRow } from './table.ts';
import { type Here, readTime } from './times.ts';
import { readTimespan, type Timespan } from './timespans.ts';
import { readVersions, type VersionRange } from './versions.ts';
import { readBoolean, readNumber, readPrefix, readWord, readWords } from './words.ts';

interface Grammars {
  Versions: VersionRange[];
  RetentionPolicy: RetentionFrame[];
  Prefix: string;
  Names: string[];
}

interface Types {
  Size: number;
  Timespan: Timespan;
  Boolean: boolean;
  Integer: number;
  Decimal: number;
  DateTime: number;
  String: string;
  Password: string;
  Path: string;
  Enumeration: string;
  Flags: string[];
}

type ReadValue<Row extends OptionRow> = Row extends { reads: infer Grammar extends keyof Grammars }
  ? Grammars[Grammar]
  : Row extends { type: 'Enumeration'; values: readonly (infer Word)[] }
    ? Word
    : Row extends { type: 'Flags'; values: readonly (infer Word)[] }
      ? Word[]
      : Types[Row['type']];

type HasDefault<Row extends OptionRow> = Row extends { isOfMachine: true }
  ? false
  : Row extends { default: string }
    ? true
    : false;

/**
 * Every option of the engine by its name: what was given, or the default; undefined where there is neither. Sizes are bytes, times
 * seconds since 1970, spans their parts (`timespans.ts`).
 */
export type EngineOptions = {
  readonly [Name in OptionName]:
    | ReadValue<(typeof ENGINE_OPTIONS)[Name]>
    | (HasDefault<(typeof ENGINE_OPTIONS)[Name]> extends true ? never : undefined);
};

export interface OptionsHere extends Here {
  /** Between names in a list of them: `;` on Windows, `:` elsewhere. */
  listSeparator: string;
  /** What an option does here; the table in `effects.ts` unless another is given. */
  effectOf?(option: OptionName): Effect;
}

const NAMES = new Map<string, OptionName>();
for (const [name, row] of Object.entries<OptionRow>(ENGINE_OPTIONS)) {
  for (const alias of [name, ...(row.aliases ?? [])]) NAMES.set(alias, name as OptionName); // a key of the table
}

/** The option that a name, or an alias, in any case stands for. */
export function findOption(name: string): OptionName | undefined {
  return NAMES.get(name.toLowerCase());
}

/**
 * Reads what was given to a run.
 * @param given values by name, without the dashes; an option without a value has an empty one, which only switches take as "on"
 * @returns every option of the engine, which of them were given, and what is no option of the engine's: the storage's, or nobody's
 * @throws UserError for the first that cannot be read, that is given twice with two values, or that would have no effect. One that is refused
 *   and given its default asks for nothing and is let through.
 */
export function readOptions(
  given: Readonly<Record<string, string>>,
  here: OptionsHere,
): { options: EngineOptions; given: ReadonlySet<OptionName>; rest: Record<string, string> } {
  const own = new Map<OptionName, string>();
  const rest: Record<string, string> = {};
  for (const [key, text] of Object.entries(given)) {
    const name = findOption(key);
    if (name === undefined) rest[key] = text;
    else if ((own.get(name) ?? text) !== text)
      throw new UserError(`--${name} is given twice, with two values; also as --${key}; leave one out`, WRONG_USE);
    else own.set(name, text);
  }
  const options: Partial<Record<OptionName, unknown>> = {};
  for (const [key, row] of Object.entries<OptionRow>(ENGINE_OPTIONS)) {
    const name = key as OptionName; // a key of the table
    const text = own.get(name);
    const value = text === undefined ? undefined : readValue(name, row, text, here);
    const standard = row.default === undefined || row.isOfMachine ? undefined : readValue(name, row, row.default, here);
    const effect = (here.effectOf ?? effectOf)(name);
    if (value !== undefined && effect.kind === 'refused' && JSON.stringify(value) !== JSON.stringify(standard))
      throw new UserError(`--${name} cannot be used: ${effect.why}; leave it out`, WRONG_USE);
    options[name] = value ?? standard;
  }
  return { options: options as EngineOptions, given: new Set(own.keys()), rest }; // each was read by its own row
}

const MOST = 2_147_483_647;

/** Undefined where nothing was given. */
function readValue(name: OptionName, row: OptionRow, given: string, here: OptionsHere): unknown {
  const text = given.trim() === '' && row.bare !== undefined ? row.bare : given;
  if (row.type === 'Boolean') return readBoolean(name, text);
  if (row.type === 'Password') return text === '' ? undefined : text;
  if (row.reads === 'Names') return text.split(here.listSeparator).filter((item) => item !== '');
  if (text.trim() === '') return undefined;
  const { least = 0, most = row.type === 'Size' ? Number.MAX_SAFE_INTEGER : MOST, values = [] } = row;
  switch (row.reads) {
    case 'Versions':
      return readVersions(name, text);
    case 'RetentionPolicy':
      return readRetentionPolicy(name, text);
    case 'Prefix':
      return readPrefix(name, text);
  }
  switch (row.type) {
    case 'Size': {
      const bytes = readSize(name, text, row.unit ?? 'mb');
      if (bytes === 0 && row.default === undefined) return undefined;
      if (bytes < least || bytes > most) throw unreadable(name, text, `a size from ${least} to ${most} bytes`);
      return bytes;
    }
    case 'Timespan':
      return readTimespan(name, text);
    case 'Integer':
      return readNumber(name, text, 'whole', least, most);
    case 'Decimal':
      return readNumber(name, text, 'decimal', least, most);
    case 'Enumeration':
      return readWord(name, text, values);
    case 'Flags':
      return readWords(name, text, values);
    case 'DateTime':
      return readTime(name, text, here);
    default:
      return text;
  }
}
