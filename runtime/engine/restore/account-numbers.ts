import { readFileSync } from 'node:fs';

/** Numbers of accounts and groups of this machine by their names. */
export interface AccountNumbers {
  owner(name: string | undefined): number | undefined;
  group(name: string | undefined): number | undefined;
}

/** From this machine's own files, read once: a name counts before a number, which may be another account's here. */
export function readAccountNumbers(passwd = '/etc/passwd', group = '/etc/group'): AccountNumbers {
  const [owners, groups] = [readNumbers(passwd), readNumbers(group)];
  return { owner: (name) => owners.get(name ?? ''), group: (name) => groups.get(name ?? '') };
}

/** Lines `NAME:…:NUMBER:…` of passwd(5) and group(5); the first of a name counts. */
function readNumbers(file: string): Map<string, number> {
  const numbers = new Map<string, number>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return numbers; // a system without these files
  }
  for (const line of text.split('\n')) {
    const [name = '', , number = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(number) && !numbers.has(name)) numbers.set(name, Number(number));
  }
  return numbers;
}
