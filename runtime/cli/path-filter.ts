/** Which paths a command is about: the words behind the destination, and `--include` and `--exclude`. */
import { UserError } from '../errors.ts';

export interface PathFilter {
  /** True without any word or option: everything is wanted. */
  readonly isEmpty: boolean;
  isWanted(path: string): boolean;
}

/**
 * Words are what is wanted, and what `--include` and `--exclude` say of it: the first that fits decides. A filter is an exact path and what lies
 * below it, a glob (`*` also crosses separators, `?` is one character), `[a regular expression]`, or `@a path without wildcards`.
 * @param argv for the order of the options. @param folds true: case makes no difference to regular expressions. @throws UserError (200) for an expression that cannot be read
 */
export function readPathFilter(words: readonly string[], argv: readonly string[], folds = false): PathFilter {
  const rules: { isIncluded: boolean; fits(path: string): boolean }[] = [];
  for (const argument of argv) {
    if (argument === '--') break;
    const [, kind, text] = /^--(include|exclude)=(.*)$/is.exec(argument) ?? [];
    if (text !== undefined)
      rules.push({ isIncluded: kind!.toLowerCase() === 'include', fits: readPattern(text, folds) });
  }
  const isIncludeOnly = rules.length > 0 && rules.every(({ isIncluded }) => isIncluded);
  const wanted = words.map((word) => readPattern(word, folds));
  return {
    isEmpty: wanted.length === 0 && rules.length === 0,
    isWanted: (path) =>
      (wanted.length === 0 || wanted.some((fits) => fits(path))) &&
      (rules.find(({ fits }) => fits(path))?.isIncluded ?? !isIncludeOnly),
  };
}

function readPattern(text: string, folds: boolean): (path: string) => boolean {
  if (text.startsWith('[') && text.endsWith(']')) {
    const expression = compile(`^(?:${text.slice(1, -1)})$`, text, folds ? 'sui' : 'su');
    return (path) => expression.test(path);
  }
  if (text.startsWith('{')) throw new UserError(`the filter ${text}: groups are not read here`, 200);
  if (!text.startsWith('@') && /[*?]/.test(text)) {
    const parts = text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.');
    const expression = compile(`^${parts}$`, text);
    return (path) => expression.test(path);
  }
  const exact = (text.startsWith('@') ? text.slice(1) : text).replace(/(?<=.)[/\\]$/, '');
  return (path) => path === exact || path.startsWith(`${exact}/`) || path.startsWith(`${exact}\\`) || exact === '/';
}

function compile(source: string, text: string, flags = 'su'): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw new UserError(`the filter ${text} is no regular expression`, 200);
  }
}
