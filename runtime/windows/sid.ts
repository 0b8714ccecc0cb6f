import { createHash } from 'node:crypto';

// SID: [MS-DTYP] 2.4.2.2. Revision (1 byte), count of sub-authorities (1), authority (6, big-endian), then 4 bytes each, little-endian.
const COUNT = 1;
const AUTHORITY = 2;
const SUB_AUTHORITIES = 8;
/** SID_MAX_SUB_AUTHORITIES */
const MOST = 15;

export const SYSTEM = 'S-1-5-18';
export const ADMINISTRATORS = 'S-1-5-32-544';
/** Owns the folders of Windows itself. */
export const TRUSTED_INSTALLER = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';

const NAMES: Readonly<Record<string, string>> = {
  'S-1-1-0': 'Everyone',
  'S-1-3-0': 'CREATOR OWNER',
  'S-1-5-4': 'INTERACTIVE',
  'S-1-5-7': 'ANONYMOUS',
  'S-1-5-11': 'Authenticated Users',
  [SYSTEM]: 'SYSTEM',
  'S-1-5-19': 'LOCAL SERVICE',
  'S-1-5-20': 'NETWORK SERVICE',
  [ADMINISTRATORS]: 'Administrators',
  'S-1-5-32-545': 'Users',
  'S-1-5-32-546': 'Guests',
  'S-1-5-80-0': 'ALL SERVICES',
  'S-1-15-2-1': 'ALL APPLICATION PACKAGES',
};

/** The text form of the SID at `offset` (`S-1-5-18`). @throws RangeError when it runs over the end of the bytes. */
export function readSid(bytes: Buffer, offset: number): string {
  const count = bytes.readUInt8(offset + COUNT);
  if (bytes.readUInt8(offset) !== 1 || count > MOST) throw new RangeError('a SID of an unknown form');
  const parts = [`S-1-${bytes.readUIntBE(offset + AUTHORITY, 6)}`];
  for (let i = 0; i < count; i++) parts.push(String(bytes.readUInt32LE(offset + SUB_AUTHORITIES + 4 * i)));
  return parts.join('-');
}

/** The SID of a service, which is also that of its virtual account: SHA-1 of its name in capitals, in UTF-16 ([MS-DTYP] 2.4.2.4). */
export function serviceSid(service: string): string {
  const hash = createHash('sha1').update(Buffer.from(service.toUpperCase(), 'utf16le')).digest();
  return ['S-1-5-80', ...[0, 4, 8, 12, 16].map((at) => hash.readUInt32LE(at))].join('-');
}

/** `Users (S-1-5-32-545)`: the name from the table of those that every Windows has, else the one that `find` knows, and the SID. */
export function describeSid(sid: string, find: (sid: string) => string | undefined = () => undefined): string {
  const name = NAMES[sid] ?? find(sid);
  return name ? `${name} (${sid})` : sid;
}
