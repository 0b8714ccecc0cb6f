/** Options out of a file, which other accounts cannot read as they can a command line. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Option } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';

const WRONG_USE = 200;
const LARGEST = 1 << 20;
const NAMES = ['parameters-file', 'parameter-file', 'parametersfile'];
/** Filters beside those of the command line, or in their place. */
const FILTERS = ['replace-filter', 'append-filter', 'prepend-filter'] as const;

export const parametersOptions = [
  {
    name: 'parameters-file',
    aliases: NAMES.slice(1),
    value: 'FILE',
    help: 'File of options, a line each as on a command line, which win over those; --target and --source in it stand for the address and the sources, --append-filter=+*.txt;-*.tmp, --prepend-filter and --replace-filter for filters.',
  },
] as const satisfies readonly Option[];

/** Puts what a file says into a command line. @throws UserError without anything out of the file */
export function expandParameters(argv: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const end = argv.indexOf('--') < 0 ? argv.length : argv.indexOf('--');
  const isNaming = (argument: string) => NAMES.some((name) => argument.toLowerCase().startsWith(`--${name}=`));
  const named = argv.slice(0, end).filter(isNaming).at(-1);
  const file = named === undefined ? environment.DUPLICATI__PARAMETERS_FILE : named.slice(named.indexOf('=') + 1);
  if (!file) return [...argv];
  const given = readFile(file);
  const words = [...argv.slice(0, end).filter((one) => !one.startsWith('-')), ...argv.slice(end + 1)];
  const options = argv.slice(0, end).filter((one) => one.startsWith('-') && !isNaming(one));
  const take = (name: string) => given.findLast((one) => one.name === name)?.value;
  const [command, ...rest] = words;
  const target = take('target');
  const sources = take('source')?.split(path.delimiter).filter(Boolean);
  const places = [target ?? rest[0], ...(sources ?? rest.slice(1))].filter((one) => one !== undefined);
  const isFilter = (one: string) => /^--(include|exclude)=/i.test(one);
  const own = given.filter(({ name }) => name === 'include' || name === 'exclude').map(spell);
  if (own.length > 0 && options.some(isFilter))
    throw new UserError(
      `${file}: filters are on the command line too; use --append-filter, --prepend-filter or --replace-filter in the file`,
      WRONG_USE,
    );
  const replaced = take('replace-filter');
  const filters = [
    ...readFilters(file, take('prepend-filter')),
    ...(replaced === undefined ? [...options.filter(isFilter), ...own] : readFilters(file, replaced)),
    ...readFilters(file, take('append-filter')),
  ];
  const special = new Set(['target', 'source', 'include', 'exclude', ...FILTERS, ...NAMES]);
  return [
    ...options.filter((one) => !isFilter(one)),
    ...filters,
    ...given.filter(({ name }) => !special.has(name)).map(spell),
    '--',
    ...(command === undefined ? [] : [command, ...places]),
  ];
}

interface Parameter {
  name: string;
  /** Undefined for a switch. */
  value: string | undefined;
}

function spell({ name, value }: Parameter): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

function readFile(file: string): Parameter[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (thrown) {
    throw new UserError(`--parameters-file: ${messageOf(thrown)}`, WRONG_USE, thrown);
  }
  if (text.length > LARGEST) throw new UserError(`--parameters-file: ${file} is too large for options`, WRONG_USE);
  return text.split(/\r?\n/).flatMap((raw, at) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, value] = /^--([a-z0-9][a-z0-9_-]*)(?:=(.*))?$/is.exec(line) ?? [];
    if (name === undefined)
      throw new UserError(`${file}, line ${at + 1}: it is not of the form --name=value`, WRONG_USE);
    return [{ name: name.toLowerCase(), value: value?.replace(/^"(.*)"$/s, '$1') }];
  });
}

/** `+*.txt;-*.tmp`; between them a semicolon or what the system has between paths. */
function readFilters(file: string, text: string | undefined): string[] {
  const separators = path.delimiter === ';' ? /;/ : /[;:](?=[+-])/;
  return (text ?? '').split(separators).flatMap((one) => {
    if (one === '') return [];
    if (!/^[+-]./s.test(one)) throw new UserError(`${file}: a filter begins with neither + nor -`, WRONG_USE);
    return [`--${one.startsWith('+') ? 'include' : 'exclude'}=${one.slice(1)}`];
  });
}
