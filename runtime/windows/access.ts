import type { Ace, SecurityDescriptor } from './security-descriptor.ts';
import { ADMINISTRATORS, describeSid, SYSTEM, TRUSTED_INSTALLER } from './sid.ts';

// Access rights of files and folders: [MS-DTYP] 2.4.3, winnt.h
const WRITES = 0x0002 | 0x0004 | 0x0010 | 0x0040 | 0x0100 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000;
const FILE_DELETE_CHILD = 0x0040;
const DELETE = 0x10000;
const WRITE_DAC = 0x40000;
const WRITE_OWNER = 0x80000;
const GENERIC_ALL = 0x10000000;

/** Placeholders that stand for the owner, who is judged apart. */
const OWNERS = ['S-1-3-0', 'S-1-3-4'];

/** A name for a SID, in words. */
export type DescribeSid = (sid: string) => string;

/** Accounts that may do everything on the machine anyway, and `ours`. */
export function trustedAccounts(ours: readonly string[]): ReadonlySet<string> {
  return new Set([SYSTEM, ADMINISTRATORS, TRUSTED_INSTALLER, ...ours]);
}

/** What is wrong with a file or folder that must be ours alone, in words: another owner, or any right of anybody else. */
export function findAccessProblem(
  security: SecurityDescriptor,
  trusted: ReadonlySet<string>,
  describe: DescribeSid = describeSid,
): string | undefined {
  if (!trusted.has(security.owner)) return `it belongs to ${describe(security.owner)}`;
  if (!security.dacl) return 'it has no access control list: every account can read and change it';
  for (const ace of security.dacl) {
    if (!grantsToOthers(ace, trusted) || ace.mask === 0) continue;
    return `${describe(ace.sid)} can ${(ace.mask & WRITES) !== 0 ? 'change' : 'read'} it`;
  }
  return undefined;
}

/**
 * What is wrong with a folder above, in words: somebody else could put another folder into the place of what is below it. Making new
 * entries does no harm there, since what is there already cannot be exchanged that way. A volume's root cannot itself be taken away.
 */
export function findReplaceProblem(
  security: SecurityDescriptor,
  trusted: ReadonlySet<string>,
  describe: DescribeSid,
  isRoot: boolean,
): string | undefined {
  if (!trusted.has(security.owner)) return `belongs to ${describe(security.owner)}, which could replace it`;
  if (!security.dacl) return 'has no access control list, so every account could replace it';
  const dangerous = FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | (isRoot ? 0 : DELETE);
  for (const ace of security.dacl) {
    if (ace.inheritOnly || !grantsToOthers(ace, trusted) || (ace.mask & dangerous) === 0) continue;
    return `can be changed by ${describe(ace.sid)}, which could replace it`;
  }
  return undefined;
}

/** Refusals are not weighed against grants: a list that needs them is not a tight one. */
function grantsToOthers(ace: Ace, trusted: ReadonlySet<string>): boolean {
  return ace.kind !== 'deny' && !trusted.has(ace.sid) && !OWNERS.includes(ace.sid);
}
