import { readFileSync } from 'node:fs';

/**
 * True when nobody but `user` and root is in a group we are in: then a folder writable by the group is writable by us alone. Many
 * distributions give every account a group of its own and a umask of 002; images run as any account with group 0 or a volume's group.
 * Accounts of a directory service are not seen; with such a group the folder's mode has to be mended.
 */
export function isPrivateGroup(
  group: number,
  user: number,
  files = { group: '/etc/group', passwd: '/etc/passwd' },
): boolean {
  if (group !== process.getgid?.() && !process.getgroups?.().includes(group)) return false;
  const accounts = readRows(files.passwd).map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  for (const account of accounts) {
    if (account.gid === group && account.uid !== user && account.uid !== 0) return false;
  }
  const harmless = accounts
    .filter((account) => account.uid === user || account.uid === 0)
    .map((account) => account.name);
  for (const [, , gid, members = ''] of readRows(files.group)) {
    if (Number(gid) !== group) continue;
    if (members.split(',').some((member) => member !== '' && !harmless.includes(member))) return false;
  }
  return true;
}

function readRows(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'));
  } catch {
    return []; // an image from scratch need not have them
  }
}
