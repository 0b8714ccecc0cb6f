/** The summary information stream: a property set ([MS-OLEPS] 2.21), of which the first section counts. */
import type { Summary } from './database.ts';
import type { Refuse } from './read-bytes.ts';
import { textDecoder } from './read-code-page.ts';

/** Names by property number, and the type that each must have. */
const PROPERTIES: Readonly<Record<number, readonly [keyof Summary, 'text' | 'number' | 'time']>> = {
  2: ['title', 'text'],
  3: ['subject', 'text'],
  4: ['author', 'text'],
  5: ['keywords', 'text'],
  6: ['comments', 'text'],
  7: ['template', 'text'],
  9: ['revisionNumber', 'text'],
  12: ['created', 'time'],
  13: ['saved', 'time'],
  14: ['pageCount', 'number'],
  15: ['wordCount', 'number'],
  18: ['application', 'text'],
  19: ['security', 'number'],
};
const CODE_PAGE = 1;
const MOST_PROPERTIES = 100;
/** Of strings where no code page is said. */
const WESTERN = 1252;

/** Properties that are not named above are passed over. @throws PackwrightError where the set is damaged. */
export function readSummary(bytes: Buffer, refuseDatabase: Refuse): Partial<Summary> & { codePage?: number } {
  const refuse: Refuse = (what, cause) => refuseDatabase(`summary information: ${what}`, cause);
  if (bytes.length < 48 || bytes.readUInt16LE(0) !== 0xfffe || bytes.readUInt32LE(24) < 1) refuse('no property set');
  const start = bytes.readUInt32LE(44);
  if (start > bytes.length - 8) refuse('its section lies outside');
  const section = bytes.subarray(start);
  const count = section.readUInt32LE(4);
  if (count > MOST_PROPERTIES || 8 + count * 8 > section.length) refuse(`it has ${count} properties`);
  const offsets = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const [id, offset] = [section.readUInt32LE(8 + i * 8), section.readUInt32LE(12 + i * 8)];
    if (offsets.has(id)) refuse(`property ${id} is there twice`);
    if (offset > section.length - 8) refuse(`property ${id} lies outside`);
    offsets.set(id, offset);
  }

  const found: Partial<Record<keyof Summary, string | number>> & { codePage?: number } = {};
  const pageAt = offsets.get(CODE_PAGE);
  if (pageAt !== undefined) found.codePage = section.readUInt16LE(pageAt + 4);
  const decode = textDecoder(found.codePage ?? WESTERN, refuse);
  for (const [id, offset] of offsets) {
    const property = PROPERTIES[id];
    if (!property) continue;
    const value = readValue(section.subarray(offset), `property ${id}`, decode, refuse);
    if ((typeof value === 'string') !== (property[1] === 'text')) refuse(`property ${id} has another type`);
    found[property[0]] = value;
  }
  return found as Partial<Summary> & { codePage?: number }; // each value has its property's type, as checked above
}

/** Type, then the value: 2 two bytes, 3 four, 30 a length and a string with its NUL, 64 a time. */
function readValue(
  value: Buffer,
  what: string,
  decode: (bytes: Uint8Array, what: string) => string,
  refuse: Refuse,
): string | number {
  switch (value.readUInt32LE(0)) {
    case 2:
      return value.readInt16LE(4);
    case 3:
      return value.readInt32LE(4);
    case 30: {
      const length = value.readUInt32LE(4);
      if (length > value.length - 8) refuse(`${what} ends after the section does`);
      const text = decode(value.subarray(8, 8 + length), what);
      const end = text.indexOf('\0');
      return end < 0 ? text : text.slice(0, end);
    }
    case 64:
      if (value.length < 12) refuse(`${what} ends after the section does`);
      return Math.floor(Number(value.readBigUInt64LE(4)) / 1e7) - 11_644_473_600;
    default:
      return refuse(`${what} has the type ${value.readUInt32LE(0)}`);
  }
}
