import { readFileSync } from 'node:fs';

/** Names of accounts and groups by their numbers. */
export interface Accounts {
  ownerName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
}

/** From this machine's own files, read once. An account of a directory service has no name here: its number is recorded alone. */
export function readAccounts(passwd = '/etc/passwd', group = '/etc/group'): Accounts {
  const [owners, groups] = [readNames(passwd), readNames(group)];
  return { ownerName: (uid) => owners.get(uid), groupName: (gid) => groups.get(gid) };
}

/** Lines `NAME:…:NUMBER:…` of passwd(5) and group(5); the first of a number counts. */
function readNames(file: string): Map<number, string> {
  const names = new Map<number, string>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return names; // a system without these files
  }
  for (const line of text.split('\n')) {
    const [name = '', , number = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(number) && !names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}
