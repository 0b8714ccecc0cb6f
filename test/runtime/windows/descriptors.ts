/** Bytes of a SID ([MS-DTYP] 2.4.2.2) from its text. */
export function sidBytes(text: string): Buffer {
  const [authority = 0, ...rest] = text.split('-').slice(2).map(Number);
  const bytes = Buffer.alloc(8 + 4 * rest.length);
  bytes[0] = 1;
  bytes[1] = rest.length;
  bytes.writeUIntBE(authority, 2, 6);
  rest.forEach((part, index) => void bytes.writeUInt32LE(part, 8 + 4 * index));
  return bytes;
}

export interface Entry {
  sid: string;
  mask: number;
  type?: number;
  flags?: number;
}

/** Bytes of a self-relative security descriptor, as GetFileSecurityW gives them; without a list when `dacl` is undefined. */
export function descriptorBytes(owner: string, dacl: readonly Entry[] | undefined): Buffer {
  const head = Buffer.alloc(20);
  const ownerBytes = sidBytes(owner);
  head[0] = 1;
  head.writeUInt16LE(0x8000 | (dacl ? 4 : 0), 2);
  head.writeUInt32LE(20, 4);
  if (!dacl) return Buffer.concat([head, ownerBytes]);
  head.writeUInt32LE(20 + ownerBytes.length, 16);
  const aces = dacl.map(({ sid, mask, type = 0, flags = 0 }) => {
    const bytes = sidBytes(sid);
    const ace = Buffer.alloc(8);
    ace[0] = type;
    ace[1] = flags;
    ace.writeUInt16LE(8 + bytes.length, 2);
    ace.writeUInt32LE(mask, 4);
    return Buffer.concat([ace, bytes]);
  });
  const list = Buffer.alloc(8);
  list[0] = 2;
  list.writeUInt16LE(8 + Buffer.concat(aces).length, 2);
  list.writeUInt16LE(aces.length, 4);
  return Buffer.concat([head, ownerBytes, list, ...aces]);
}

export const FULL = 0x1f01ff;
export const MODIFY = 0x1301bf;
export const READ = 0x1200a9;
/** Object and container inherit, inherit only. */
export const HANDED_DOWN = 0x0b;
export const ME = 'S-1-5-21-1-2-3-1001';
export const USERS = 'S-1-5-32-545';
