/**
 * Writes DER (ITU-T X.690), as far as certificates need it. It only ever writes values of ours; reading what others wrote is left to
 * OpenSSL.
 */
export function encodeValue(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => encodeValue(0x30, ...parts);
export const setOf = (...parts: readonly Buffer[]): Buffer => encodeValue(0x31, ...parts);
export const octetString = (bytes: Buffer): Buffer => encodeValue(0x04, bytes);
export const utf8String = (text: string): Buffer => encodeValue(0x0c, Buffer.from(text));
export const booleanTrue = (): Buffer => encodeValue(0x01, Buffer.from([0xff]));
/** `[n]` with other values inside. */
export const constructed = (n: number, ...parts: readonly Buffer[]): Buffer => encodeValue(0xa0 | n, ...parts);
/** `[n]` in place of the tag of a primitive type. */
export const primitive = (n: number, bytes: Buffer): Buffer => encodeValue(0x80 | n, bytes);

/** An unsigned INTEGER from its bytes, most significant first. */
export function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  return encodeValue(0x02, shortest[0]! >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), shortest);
}

/** @param unused bits at the end of the last byte that do not count. */
export function bitString(bytes: Buffer, unused = 0): Buffer {
  return encodeValue(0x03, Buffer.from([unused]), bytes);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second].concat(...rest.map(encodeArc));
  return encodeValue(0x06, Buffer.from(bytes));
}

function encodeArc(arc: number): number[] {
  const bytes = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift(0x80 | (left % 128));
  return bytes;
}

/** UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280, section 4.1.2.5). */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? encodeValue(0x17, Buffer.from(text.slice(2)))
    : encodeValue(0x18, Buffer.from(text));
}
