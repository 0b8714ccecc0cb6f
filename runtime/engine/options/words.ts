import { unreadable } from './option-error.ts';

/** `1 on true yes` and `0 off false no` in any case; an option without a value is on (`Utility.ParseBool`). @throws UserError */
export function readBoolean(option: string, text: string): boolean {
  const word = text.trim().toLowerCase();
  if (['', '1', 'on', 'true', 'yes'].includes(word)) return true;
  if (['0', 'off', 'false', 'no'].includes(word)) return false;
  throw unreadable(option, text, 'true, yes, on, 1, false, no, off, 0, or nothing for true');
}

/** A number between two others, in digits. @throws UserError */
export function readNumber(
  option: string,
  text: string,
  form: 'whole' | 'decimal',
  least: number,
  most: number,
): number {
  const pattern = form === 'whole' ? /^\s*[+-]?\d{1,15}\s*$/ : /^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/;
  const number = pattern.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number === 0 ? 0 : number;
  throw unreadable(option, text, `a ${form} number from ${least} to ${most}`);
}

/** One of some words, in any case; returned as it is in the list. @throws UserError */
export function readWord<const Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word.toLowerCase() === text.trim().toLowerCase());
  if (found === undefined) throw unreadable(option, text, words.join(', '));
  return found;
}

/** Some of some words with commas between them, each once. @throws UserError */
export function readWords<const Word extends string>(option: string, text: string, words: readonly Word[]): Word[] {
  const given = text.split(',').filter((item) => item.trim() !== '');
  return [...new Set(given.map((item) => readWord(option, item, words)))];
}

/** The first part of every name at the destination (facts of its grammar: `volumes/remote-name.ts`). @throws UserError */
export function readPrefix(option: string, text: string): string {
  if (/^[^-/\\\0\r\n]{1,100}$/.test(text)) return text;
  throw unreadable(option, text, 'a name without "-", "/" and "\\", of 100 characters at most');
}
