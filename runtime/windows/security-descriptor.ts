import { ADMINISTRATORS, readSid, SYSTEM } from './sid.ts';

/** One entry of an access control list, as far as it matters to who may do what. */
export interface Ace {
  kind: 'allow' | 'deny' | 'unknown';
  /** Access mask; 0xffffffff for an entry of an unknown form. */
  mask: number;
  sid: string;
  /** True: it is only handed down to what is made in the folder. */
  inheritOnly: boolean;
}

export interface SecurityDescriptor {
  owner: string;
  /** Undefined: no list at all, which grants everything to everybody. */
  dacl: readonly Ace[] | undefined;
}

// SECURITY_DESCRIPTOR, self-relative: [MS-DTYP] 2.4.6
const CONTROL = 2;
const OWNER_OFFSET = 4;
const DACL_OFFSET = 16;
const SE_DACL_PRESENT = 0x0004;
// ACL: [MS-DTYP] 2.4.5
const ACE_COUNT = 4;
const FIRST_ACE = 8;
// ACE: [MS-DTYP] 2.4.4
const ACE_FLAGS = 1;
const ACE_SIZE = 2;
const ACE_MASK = 4;
const ACE_SID = 8;
const INHERIT_ONLY_ACE = 0x08;
/** Allow and deny, plain and conditional: mask and SID stand at the same places. */
const KINDS: Readonly<Record<number, Ace['kind']>> = { 0: 'allow', 1: 'deny', 9: 'allow', 10: 'deny' };

/** Reads a self-relative security descriptor with its owner. @throws RangeError when it is cut off or malformed. */
export function readDescriptor(bytes: Buffer): SecurityDescriptor {
  const ownerAt = bytes.readUInt32LE(OWNER_OFFSET);
  if (ownerAt === 0) throw new RangeError('a security descriptor without an owner');
  const owner = readSid(bytes, ownerAt);
  const daclAt = bytes.readUInt32LE(DACL_OFFSET);
  const isPresent = (bytes.readUInt16LE(CONTROL) & SE_DACL_PRESENT) !== 0;
  if (!isPresent || daclAt === 0) return { owner, dacl: undefined };
  const dacl: Ace[] = [];
  let at = daclAt + FIRST_ACE;
  for (let rest = bytes.readUInt16LE(daclAt + ACE_COUNT); rest > 0; rest--) {
    dacl.push(readAce(bytes, at));
    const size = bytes.readUInt16LE(at + ACE_SIZE);
    if (size < ACE_SID) throw new RangeError('an access control entry without a body');
    at += size;
  }
  return { owner, dacl };
}

function readAce(bytes: Buffer, at: number): Ace {
  const inheritOnly = (bytes.readUInt8(at + ACE_FLAGS) & INHERIT_ONLY_ACE) !== 0;
  const kind = KINDS[bytes.readUInt8(at)];
  if (kind === undefined) return { kind: 'unknown', mask: 0xffffffff, sid: 'of an unknown form', inheritOnly };
  return { kind, mask: bytes.readUInt32LE(at + ACE_MASK), sid: readSid(bytes, at + ACE_SID), inheritOnly };
}

/**
 * The security of a folder that is ours alone, as SDDL ([MS-DTYP] 2.5.1): SYSTEM, Administrators and `sids` have full control of it and
 * of everything in it; nothing is inherited from above and nobody else has anything.
 */
export function privateFolderSddl(sids: readonly string[]): string {
  const others = [...new Set(sids)].filter((sid) => sid !== SYSTEM && sid !== ADMINISTRATORS).sort();
  return `D:P${['SY', 'BA', ...others].map((sid) => `(A;OICI;FA;;;${sid})`).join('')}`;
}
