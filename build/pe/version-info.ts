/** The version resource (Win32 `VS_VERSIONINFO`, `VS_FIXEDFILEINFO`, `StringFileInfo`, `VarFileInfo`): what "Details" shows of a file. */
import { LANGUAGE, type Resource } from './resource-tree.ts';

/** @param numbers one to four numbers of at most 65535; the rest are 0. @param texts such as `ProductName`, in this order. */
export function versionResource(numbers: readonly number[], texts: Readonly<Record<string, string>>): Resource {
  const unicode = 1200;
  const [a = 0, b = 0, c = 0, d = 0] = numbers;
  const fixed = Buffer.alloc(52);
  fixed.writeUInt32LE(0xfeef04bd, 0);
  fixed.writeUInt32LE(0x10000, 4);
  for (const at of [8, 16]) {
    fixed.writeUInt32LE(((a << 16) | b) >>> 0, at); // the file's version, then the product's
    fixed.writeUInt32LE(((c << 16) | d) >>> 0, at + 4);
  }
  fixed.writeUInt32LE(0x3f, 24); // which flags below mean something: none is set
  fixed.writeUInt32LE(0x40004, 32); // VOS_NT_WINDOWS32
  fixed.writeUInt32LE(1, 36); // VFT_APP

  const strings = Object.entries(texts).map(([key, text]) =>
    node(key, 1, text.length + 1, Buffer.from(`${text}\0`, 'utf16le'), []),
  );
  const hex = (number: number) => number.toString(16).padStart(4, '0');
  const table = node(`${hex(LANGUAGE)}${hex(unicode)}`, 1, 0, Buffer.alloc(0), strings);
  const translation = Buffer.alloc(4);
  translation.writeUInt16LE(LANGUAGE, 0);
  translation.writeUInt16LE(unicode, 2);
  const data = node('VS_VERSION_INFO', 0, fixed.length, fixed, [
    node('StringFileInfo', 1, 0, Buffer.alloc(0), [table]),
    node('VarFileInfo', 1, 0, Buffer.alloc(0), [node('Translation', 0, translation.length, translation, [])]),
  ]);
  return { type: 16, name: 1, language: LANGUAGE, data };
}

/** Length, value length (characters for text, else bytes), kind, key; then value and children, each at a multiple of four. */
function node(key: string, kind: 0 | 1, valueLength: number, value: Buffer, children: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.alloc(6), Buffer.from(`${key}\0`, 'utf16le')];
  for (const part of [value, ...children]) {
    const length = parts.reduce((sum, one) => sum + one.length, 0);
    if (part.length > 0) parts.push(Buffer.alloc((4 - (length % 4)) % 4), part);
  }
  const bytes = Buffer.concat(parts);
  bytes.writeUInt16LE(bytes.length, 0);
  bytes.writeUInt16LE(valueLength, 2);
  bytes.writeUInt16LE(kind, 4);
  return bytes;
}
