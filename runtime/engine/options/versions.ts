import { unreadable } from './option-error.ts';

/** Versions by number, both ends included; 0 is the newest. */
export type VersionRange = { from: number; to: number };

const ALLOWED = 'numbers and ranges with commas between them, such as 0,2-4; 0 is the newest version';

/**
 * A list such as `0,2-4` (`Options.Version`). Ranges are not written out, so that a long one costs nothing; either end may come first.
 * @throws UserError naming option, value and what is allowed
 */
export function readVersions(option: string, text: string): VersionRange[] {
  const items = text.split(',', 10_001).filter((item) => item !== '');
  if (items.length === 0 || items.length > 10_000) throw unreadable(option, text, ALLOWED);
  return items.map((item) => {
    const [, first, second = first] = /^\s*(\d{1,15})\s*(?:-\s*(\d{1,15})\s*)?$/.exec(item) ?? [];
    if (first === undefined) throw unreadable(option, text, ALLOWED);
    const ends = [Number(first), Number(second)];
    return { from: Math.min(...ends), to: Math.max(...ends) };
  });
}

export function hasVersion(ranges: readonly VersionRange[], version: number): boolean {
  return ranges.some(({ from, to }) => from <= version && version <= to);
}
