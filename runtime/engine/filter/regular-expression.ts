import { unusableRule } from './filter-error.ts';
import { ANY_UNIT, type Pattern, type UnitTest, unitPattern } from './pattern.ts';

const SETS: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}',
  s: '\\f\\n\\r\\t\\v\\x85\\p{Z}',
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
const CATEGORY = /^(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?)$/;
const MOST_REPEATS = 1000;
const MOST_DEPTH = 100;

/**
 * A regular expression in .NET's syntax with the options that Duplicati sets (`ExplicitCapture`, `Singleline`): what a path has to match as a
 * whole. Read: literals, escapes, `.`, classes, groups, `|`, quantifiers (a lazy one matches the same whole paths), `^`, `$`, `(?i)` at the
 * start. Everything else is refused with its reason: looking around, back references, atomic, balancing and conditional groups, other inline
 * options, class subtraction, named Unicode blocks, word boundaries.
 * @param rule as it was given, for the error
 * @throws UserError
 */
export function readRegularExpression(rule: string, source: string, foldsCase: boolean): Pattern {
  let at = 0;
  const refuse = (why: string) => unusableRule(rule, why);
  if (source.length > 10_000) throw refuse('it is longer than 10,000 characters');
  let folds = foldsCase;
  if (source.startsWith('(?i)')) {
    folds = true;
    at = 4;
  } else if (source.startsWith('^(?i)')) {
    folds = true;
    at = 5;
  }

  const readChoices = (depth: number): Pattern => {
    if (depth > MOST_DEPTH) throw refuse(`its groups are more than ${MOST_DEPTH} deep`);
    const choices: Pattern[] = [];
    let parts: Pattern[] = [];
    while (at < source.length && source[at] !== ')') {
      if (source[at] === '|') {
        at++;
        choices.push({ kind: 'all', parts });
        parts = [];
        continue;
      }
      const part = readPart(depth);
      if (part) parts.push(readQuantifier(part));
    }
    choices.push({ kind: 'all', parts });
    return choices.length === 1 ? choices[0]! : { kind: 'either', choices };
  };

  const readPart = (depth: number): Pattern | undefined => {
    const character = source[at++]!; // callers look first
    if (character === '.') return ANY_UNIT;
    if (character === '^') return { kind: 'begin' };
    if (character === '$') return { kind: 'end' };
    if (character === '[') return readClass();
    if (character === '\\') return readEscape();
    if (character === '(') return readGroup(depth);
    if ('*+?'.includes(character)) throw refuse(`there is nothing before "${character}" that could be repeated`);
    return unitPattern(character.charCodeAt(0), folds);
  };

  const readGroup = (depth: number): Pattern | undefined => {
    if (source[at] === '?') {
      const rest = source.slice(at, at + 300);
      const comment = /^\?#[^)]*\)/.exec(rest);
      if (comment) {
        at += comment[0].length;
        return undefined;
      }
      const start = /^\?(?::|<[A-Za-z_]\w*>|'[A-Za-z_]\w*')/.exec(rest);
      if (!start) throw refuse(explainGroup(rest));
      at += start[0].length;
    }
    const inner = readChoices(depth + 1);
    if (source[at++] !== ')') throw refuse('a group has no end');
    return inner;
  };

  const readQuantifier = (part: Pattern): Pattern => {
    const [text, star, first, comma, second] =
      /^(?:([*+?])|\{(\d{1,9})(,)?(\d{1,9})?\})/.exec(source.slice(at, at + 30)) ?? [];
    if (text === undefined || (second !== undefined && comma === undefined)) return part;
    at += text.length;
    if (source[at] === '?') at++;
    if (/^([*+?]|\{\d+(,\d*)?\})/.test(source.slice(at, at + 30)))
      throw refuse('a quantifier follows a quantifier (there are no possessive ones in .NET)');
    const least = star === undefined ? Number(first) : star === '+' ? 1 : 0;
    const most =
      star === '?'
        ? 1
        : star !== undefined
          ? Infinity
          : comma === undefined
            ? least
            : second === undefined
              ? Infinity
              : Number(second);
    if (least > most) throw refuse(`${text} ends before it begins`);
    if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS))
      throw refuse(`${text} repeats more than ${MOST_REPEATS} times`);
    return { kind: 'repeat', part, least, most };
  };

  const readEscape = (): Pattern => {
    const letter = source[at];
    if (letter === undefined) throw refuse('it ends in "\\"');
    if (letter === 'A' || letter === 'z' || letter === 'Z') {
      at++;
      return letter === 'A' ? { kind: 'begin' } : { kind: 'end' };
    }
    if (/[bBG]/.test(letter)) throw refuse(`"\\${letter}" is not supported`);
    if (/[1-9k]/.test(letter)) throw refuse('references to groups are not supported');
    const found = readSetOrUnit();
    return typeof found === 'number' ? unitPattern(found, folds) : toPattern(`[${found}]`);
  };

  /** Behind a backslash: a set in the form of a class of `RegExp`, or a code unit. */
  const readSetOrUnit = (): string | number => {
    const letter = source[at++]!; // callers look first
    const set = SETS[letter.toLowerCase()];
    if (set !== undefined) return letter === letter.toLowerCase() ? set : `[^${set}]`;
    if (letter === 'p' || letter === 'P') {
      const [text, name = ''] = /^\{(\w+)\}/.exec(source.slice(at, at + 50)) ?? [];
      if (text === undefined || !CATEGORY.test(name))
        throw refuse(`"\\${letter}${text ?? ''}" names no general category of Unicode`);
      at += text.length;
      return `\\${letter}{${name}}`;
    }
    if (CONTROLS[letter] !== undefined) return CONTROLS[letter];
    const digits = letter === 'x' ? 2 : letter === 'u' ? 4 : 0;
    if (digits > 0) {
      const hex = source.slice(at, at + digits);
      if (hex.length !== digits || !/^[\da-f]+$/i.test(hex)) throw refuse(`"\\${letter}" needs ${digits} digits`);
      at += digits;
      return Number.parseInt(hex, 16);
    }
    if (/[A-Za-z0-9_]/.test(letter)) throw refuse(`"\\${letter}" is not supported`);
    return letter.charCodeAt(0);
  };

  const readClass = (): Pattern => {
    const isNegated = source[at] === '^';
    if (isNegated) at++;
    let text = '';
    for (let count = 0; ; count++) {
      if (at >= source.length) throw refuse('a class has no end');
      if (source[at] === ']' && count > 0) break;
      if (count > 0 && source.startsWith('-[', at)) throw refuse('subtraction of classes is not supported');
      const first = readMember();
      if (source[at] !== '-' || source[at + 1] === ']' || source[at + 1] === '[' || at + 1 >= source.length) {
        text += typeof first === 'number' ? hex(first) : first;
        continue;
      }
      at++;
      const last = readMember();
      if (typeof first !== 'number' || typeof last !== 'number' || first > last)
        throw refuse('a class has a range that ends before it begins');
      text += `${hex(first)}-${hex(last)}`;
    }
    at++;
    return toPattern(`[${isNegated ? '^' : ''}${text}]`);
  };

  const readMember = (): string | number => {
    const character = source[at++]!; // callers look first
    if (character !== '\\') return character.charCodeAt(0);
    if (at >= source.length) throw refuse('it ends in "\\"');
    if (source[at] === 'b') {
      at++;
      return 8;
    }
    return readSetOrUnit();
  };

  const toPattern = (text: string): Pattern => {
    let expression: RegExp;
    try {
      expression = new RegExp(`^${text}$`, folds ? 'vi' : 'v');
    } catch {
      throw refuse('it has a class that cannot be read');
    }
    const matches: UnitTest = { key: `${folds}${text}`, has: (unit) => expression.test(String.fromCharCode(unit)) };
    return { kind: 'unit', matches };
  };

  const pattern = readChoices(0);
  if (at < source.length) throw refuse('")" has no "("');
  return pattern;
}

const hex = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

function explainGroup(rest: string): string {
  if (/^\?(<?[=!])/.test(rest)) return 'looking around, "(?=", "(?!", "(?<=" and "(?<!", is not supported';
  if (rest.startsWith('?>')) return 'atomic groups, "(?>", are not supported';
  if (rest.startsWith('?(')) return 'conditional groups, "(?(", are not supported';
  if (/^\?(<|').*-/.test(rest)) return 'balancing groups are not supported';
  if (/^\?[a-z-]+[:)]/i.test(rest)) return 'inline options are not supported but for "(?i)" at the start';
  return `"(${rest.slice(0, 3)}" begins no group that is known`;
}
