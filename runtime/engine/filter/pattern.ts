/** A pattern over UTF-16 code units, which a whole path has to match. */
export type Pattern =
  | { kind: 'unit'; matches: UnitTest }
  | { kind: 'all'; parts: readonly Pattern[] }
  | { kind: 'either'; choices: readonly Pattern[] }
  | { kind: 'repeat'; part: Pattern; least: number; most: number }
  | { kind: 'begin' }
  | { kind: 'end' };

/** Which code units are meant. Tests with one key are the same. */
export interface UnitTest {
  key: string;
  has(unit: number): boolean;
}

const ANY: UnitTest = { key: 'any', has: () => true };
export const ANY_UNIT: Pattern = { kind: 'unit', matches: ANY };

/** Upper case of one code unit by the simple mapping, as .NET compares file names. */
function upper(unit: number): number {
  const text = String.fromCharCode(unit).toUpperCase();
  return text.length === 1 ? text.charCodeAt(0) : unit;
}

/** @param folds whether case makes no difference */
export function unitPattern(unit: number, folds: boolean): Pattern {
  if (!folds) return { kind: 'unit', matches: { key: `=${unit}`, has: (other) => other === unit } };
  const wanted = upper(unit);
  return { kind: 'unit', matches: { key: `~${wanted}`, has: (other) => upper(other) === wanted } };
}

/** The text and nothing else. */
export function literalPattern(text: string, folds: boolean): Pattern {
  return {
    kind: 'all',
    parts: Array.from({ length: text.length }, (_, index) => unitPattern(text.charCodeAt(index), folds)),
  };
}

/** `*` is anything, separators too; `?` one code unit. */
export function globPattern(text: string, folds: boolean): Pattern {
  const parts: Pattern[] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '?') parts.push(ANY_UNIT);
    else if (text[index] !== '*') parts.push(unitPattern(text.charCodeAt(index), folds));
    else if (text[index - 1] !== '*') parts.push({ kind: 'repeat', part: ANY_UNIT, least: 0, most: Infinity });
  }
  return { kind: 'all', parts };
}
