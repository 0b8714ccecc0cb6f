import { unreadable } from './option-error.ts';

export type SizeUnit = 'b' | 'kb' | 'mb' | 'gb' | 'tb';

const POWERS: Readonly<Record<SizeUnit, number>> = { b: 0, kb: 1, mb: 2, gb: 3, tb: 4 };

const ALLOWED = 'a whole number and b, kb, mb, gb or tb (powers of 1024), such as 50mb';

/**
 * A size in bytes, as Duplicati's `Sizeparser` reads it: a whole number, spaces, and `b`, `kb` or `kib` up to `tb` or `tib` in any case.
 * Each unit is 1024 times the one before, with an i or without.
 * @param unit of a number that has none
 * @throws UserError naming option, value and what is allowed; also below 0 and above 2^53 - 1
 */
export function readSize(option: string, text: string, unit: SizeUnit): number {
  const [, digits, suffix] = /^\s*\+?(\d{1,16})\s*((?:[kmgt]i?)?b)?\s*$/i.exec(text.length > 64 ? '' : text) ?? [];
  if (digits === undefined) throw unreadable(option, text, ALLOWED);
  // The letters are those of the pattern.
  const own = suffix === undefined ? unit : (suffix.toLowerCase().replace('i', '') as SizeUnit);
  const bytes = Number(digits) * 1024 ** POWERS[own];
  if (!Number.isSafeInteger(bytes)) throw unreadable(option, text, ALLOWED);
  return bytes;
}
