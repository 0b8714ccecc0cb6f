/** Undoes the packing of stream names: U+3800 to U+47FF hold two characters, U+4800 to U+483F one, U+4840 stands before a table's name. */

/** What a name stood for, and whether it is a table's. */
export interface UnpackedName {
  name: string;
  table: boolean;
}

export function unpackName(packed: string): UnpackedName {
  let name = '';
  const table = packed.charCodeAt(0) === 0x4840;
  for (const unit of packed.slice(table ? 1 : 0)) {
    const code = unit.charCodeAt(0);
    if (code >= 0x3800 && code < 0x4800) name += letter(code & 0x3f) + letter(((code - 0x3800) >> 6) & 0x3f);
    else if (code >= 0x4800 && code < 0x4840) name += letter(code & 0x3f);
    else name += unit;
  }
  return { name, table };
}

/** Digits, capitals, small letters, then `.` and `_`. */
function letter(value: number): string {
  if (value < 10) return String(value);
  if (value < 36) return String.fromCharCode(65 + value - 10);
  if (value < 62) return String.fromCharCode(97 + value - 36);
  return value === 62 ? '.' : '_';
}
