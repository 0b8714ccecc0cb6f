/** Hashes as texts: standard base64 in JSON, the URL's alphabet with its fill in names of entries. */

/** Hash algorithms by Duplicati's names, with their bytes. Names are compared exactly. */
export const HASHES = { SHA256: 32, MD5: 16, SHA1: 20, SHA384: 48, SHA512: 64 } as const;
export type HashName = keyof typeof HASHES;

export function isHashName(name: string): name is HashName {
  return Object.hasOwn(HASHES, name);
}

/** Node's name of an algorithm. */
export function nodeHash(name: HashName): string {
  return name.toLowerCase();
}

const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** True for base64 of any hash. `manifest` would be one, too, by its letters: its length of 6 bytes is none of a hash. */
export function isHashText(text: string): boolean {
  if (text.length > 88 || !STANDARD.test(text)) return false;
  const bytes = Buffer.byteLength(text, 'base64');
  return Object.values(HASHES).some((length) => length === bytes);
}

export function entryNameOf(hash: string): string {
  return hash.replaceAll('+', '-').replaceAll('/', '_');
}

/** The hash that an entry's name is, or undefined. */
export function hashOfEntryName(name: string): string | undefined {
  if (name.includes('+') || name.includes('/')) return undefined;
  const hash = name.replaceAll('-', '+').replaceAll('_', '/');
  return isHashText(hash) ? hash : undefined;
}
