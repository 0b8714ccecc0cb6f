/**
 * Text as it may be shown on a terminal or written to a log: control characters (C0, DEL, C1), line separators and marks that turn the
 * direction of writing appear as `\x1b` or `\u202e`, so that a file name can neither forge a line nor drive a terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
