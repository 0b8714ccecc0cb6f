/** JSON as it stands in volumes: UTF-8, here with a byte order mark and there without, compact, escaped as Duplicati's library escapes. */
import { damaged } from './volume-error.ts';

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
// Newtonsoft.Json escapes these three although JSON (RFC 8259, section 7) does not ask for it.
const ESCAPED_AS_WELL = /[\u0085\u2028\u2029]/g;

/** Without the byte order mark, where there is one. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes;
}

/** The bytes of a JSON text after a byte order mark. */
export function markedJson(value: unknown): Buffer {
  return Buffer.concat([MARK, Buffer.from(jsonText(value))]);
}

export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    ESCAPED_AS_WELL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An object from JSON. @param what its name for people. @throws VolumeError */
export function parseObject(bytes: Buffer, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(bytes).toString());
  } catch (thrown) {
    throw damaged(`${what} is no JSON`, thrown);
  }
  return asObject(value, what);
}

export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(`${what} is no object`);
  // An object that is neither null nor an array has names and values.
  return value as Record<string, unknown>;
}

export function textOf(object: Record<string, unknown>, name: string, what: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw damaged(`${what} has no text "${name}"`);
  return value;
}

/** A whole number from 0 to 2^53-1. */
export function countOf(object: Record<string, unknown>, name: string, what: string): number {
  const value = object[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw damaged(`${what} has no number "${name}"`);
  return value;
}
