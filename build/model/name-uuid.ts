import { createHash } from 'node:crypto';

/**
 * A name-based UUID (RFC 9562, version 5) in the registry's form: `{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}`. The same name below the same
 * namespace is the same UUID for ever.
 * @param namespace a UUID, with or without braces.
 */
export function nameUuid(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replace(/[{}-]/g, ''), 'hex');
  const hash = createHash('sha1').update(space).update(name, 'utf8').digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16).toUpperCase();
  return `{${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}}`;
}
