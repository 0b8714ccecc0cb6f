import { compilePatterns } from './automaton.ts';
import { unusableRule } from './filter-error.ts';
import { expandGroups, makeFilterGroups } from './filter-groups.ts';
import { globPattern, literalPattern, type Pattern } from './pattern.ts';
import { readRegularExpression } from './regular-expression.ts';

/** What of a machine the rules hang on: separators, case, folders of the system. */
export interface FilterSystem {
  platform: 'linux' | 'darwin' | 'win32';
  environment: Readonly<Record<string, string | undefined>>;
}

export interface FilterRule {
  isInclude: boolean;
  /** `[regular expression]`, `{Group}`, `@literal`, a glob with `*` or `?`, or a path; a folder's path ends with a separator. */
  text: string;
}

export interface Filter {
  /** @param path of a folder with the separator at its end, or without where `isFolder` says so */
  match(path: string, isFolder?: boolean): 'include' | 'exclude';
  /** The same with the rule that decided; none where no rule matched. */
  explain(path: string, isFolder?: boolean): { verdict: 'include' | 'exclude'; rule?: FilterRule };
  /** A folder that is excluded is not entered; with includes alone every folder is, since what is wanted may be below it. */
  canSkipFolder(path: string): boolean;
}

/**
 * The first rule that matches decides. Where none does, a path is included, unless there are includes alone (Duplicati's `FilterExpression`).
 * Case makes no difference on Windows and macOS.
 * @throws UserError for a rule that cannot be used, with the reason
 */
export function compileFilter(rules: readonly FilterRule[], system: FilterSystem): Filter {
  const folds = system.platform !== 'linux';
  const given = rules.filter(({ text }) => text !== '');
  if (given.length > 10_000) throw unusableRule(given[0]!.text, 'there are more than 10,000 of them');
  const groups = makeFilterGroups(system.platform, system.environment);
  const patterns: { text: string; pattern: Pattern; rule: FilterRule }[] = [];
  for (const rule of given) {
    const texts = isIn(rule.text, '{', '}') ? expandGroups(rule.text, groups) : [rule.text];
    for (const text of texts) patterns.push({ text: rule.text, pattern: readRule(text, folds), rule });
  }
  const findFirst = compilePatterns(patterns);
  const isIncludeOnly = given.length > 0 && given.every(({ isInclude }) => isInclude);
  const separator = system.platform === 'win32' ? '\\' : '/';
  const complete = (path: string, isFolder: boolean) =>
    isFolder && !path.endsWith(separator) ? path + separator : path;
  const explain: Filter['explain'] = (path, isFolder = false) => {
    const rule = patterns[findFirst(complete(path, isFolder))]?.rule;
    if (rule) return { verdict: rule.isInclude ? 'include' : 'exclude', rule };
    return { verdict: isIncludeOnly ? 'exclude' : 'include' };
  };
  return {
    explain,
    match: (path, isFolder) => explain(path, isFolder).verdict,
    canSkipFolder: (path) => !isIncludeOnly && explain(path, true).verdict === 'exclude',
  };
}

const isIn = (text: string, first: string, last: string) =>
  text.length > 1 && text.startsWith(first) && text.endsWith(last);

function readRule(text: string, folds: boolean): Pattern {
  if (text.length > 100_000) throw unusableRule(text, 'it is longer than 100,000 characters');
  if (isIn(text, '[', ']')) return readRegularExpression(text, text.slice(1, -1), folds);
  if (text.startsWith('@')) return literalPattern(text.slice(1), folds);
  return globPattern(text, folds);
}
