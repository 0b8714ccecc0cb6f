import { UserError } from '../errors.ts';
import { suggestName } from './suggest.ts';

/** One row of a program's option table: everything that is read, checked and printed about an option. */
export interface Option<Name extends string = string> {
  name: Name;
  /** Other spellings that are read, not shown in the help. */
  aliases?: readonly string[];
  /** Placeholder of the value in the help, such as `PORTS`; an option without one is a switch (`--name`, `--name=false`). */
  value?: string;
  /** What the option means without a value, where it may stand alone. */
  bare?: string;
  /** Used when neither the command line nor the environment gives a value. */
  default?: string;
  /** The only values accepted, compared without case; the table's spelling is what the program sees. */
  choices?: readonly string[];
  help: string;
  /** True for words that must never be printed, not even in an error. */
  secret?: boolean;
  /** Why it is not taken, and what to do instead. Known, so that the reason can be said; not in the help. */
  refused?: string;
  /** The value that asks for nothing and is let through, of one that is refused. */
  harmless?: string;
}

/** What was given: words that are not options, and the options' values. */
export interface Given<Name extends string> {
  words: readonly string[];
  /** The value, or the default; undefined when there is neither. */
  text(name: Name): string | undefined;
  /** True when a switch is on. */
  flag(name: Name): boolean;
}

/** `webservice-port` is DUPLICATI__WEBSERVICE_PORT in the environment. */
export function environmentName(option: string): string {
  return `DUPLICATI__${option.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Reads a command line: `--name=value`, `--switch`, words, and `--` before words that begin with dashes. With `spaced`, also
 * `--name value`. Names are compared without case; the last of several wins; the command line wins over the environment; an empty
 * variable counts as absent.
 * @throws UserError with `wrongUse` as exit code, in one line, for an unknown option or an unusable value.
 */
export function readArguments<Name extends string>(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  options: readonly Option<Name>[],
  { spaced = false, wrongUse = 2 }: { spaced?: boolean; wrongUse?: number } = {},
): Given<Name> {
  const values = new Map<string, string>();
  for (const option of options) {
    const value = environment[environmentName(option.name)];
    if (value && option.refused === undefined)
      values.set(option.name, checkValue(option, value, environmentName(option.name), wrongUse));
  }
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      words.push(...argv.slice(i + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      words.push(argument);
      continue;
    }
    const [flag, inline] = splitOnce(argument);
    const option = findOption(flag, options, wrongUse);
    if (option.refused !== undefined) {
      if (inline !== undefined && inline.toLowerCase() === option.harmless?.toLowerCase()) continue;
      throw new UserError(`--${option.name} cannot be used: ${option.refused}; leave it out`, wrongUse);
    }
    let value = inline ?? (option.value === undefined ? 'true' : option.bare);
    if (value === undefined && spaced) value = argv[++i];
    if (value === undefined) {
      throw new UserError(`option --${option.name} needs a value: --${option.name}=${option.value}`, wrongUse);
    }
    values.set(option.name, checkValue(option, value, `--${option.name}`, wrongUse));
  }
  const defaults = new Map<string, string | undefined>(options.map((option) => [option.name, option.default]));
  const text = (name: Name) => values.get(name) ?? defaults.get(name);
  return { words, text, flag: (name) => text(name) === 'true' };
}

/** Variables that have the form of an option but are read by none of `options`: another program's, or misspelled. */
export function findUnreadVariables(
  options: readonly Option[],
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const known = new Set(options.map((option) => environmentName(option.name)));
  return Object.keys(environment)
    .filter((name) => name.startsWith('DUPLICATI__') && environment[name] && !known.has(name))
    .sort();
}

function splitOnce(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function findOption<Name extends string>(
  flag: string,
  options: readonly Option<Name>[],
  wrongUse: number,
): Option<Name> {
  const name = flag.replace(/^--/, '').toLowerCase();
  for (const option of options) {
    if (flag.startsWith('--') && (option.name === name || option.aliases?.includes(name))) return option;
  }
  const names = options.filter(({ refused }) => refused === undefined).map((option) => option.name);
  const near = suggestName(name, [...names, 'help', 'version']);
  throw new UserError(`unknown option ${flag}${near ? `; did you mean --${near}?` : ''}`, wrongUse);
}

const SWITCH: Readonly<Record<string, string>> = {
  true: 'true',
  yes: 'true',
  on: 'true',
  '1': 'true',
  false: 'false',
  no: 'false',
  off: 'false',
  '0': 'false',
};

function checkValue(option: Option, value: string, where: string, wrongUse: number): string {
  const shown = option.secret ? 'the value' : `"${value}"`;
  if (option.value === undefined) {
    const known = SWITCH[value.toLowerCase()];
    if (known === undefined) throw new UserError(`${where}: ${shown} is neither true nor false`, wrongUse);
    return known;
  }
  if (!option.choices) return value;
  const known = option.choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known;
  throw new UserError(`${where}: ${shown} is not one of ${option.choices.join(', ')}`, wrongUse);
}
