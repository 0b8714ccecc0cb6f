import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf, SERIOUS, UserError } from '../errors.ts';

/** Where a system keeps authorities that its administrator added, and what makes them count. */
export interface TrustStore {
  folder: string;
  command: readonly [string, ...string[]];
}

const STORES: readonly TrustStore[] = [
  { folder: '/usr/local/share/ca-certificates', command: ['/usr/sbin/update-ca-certificates'] },
  { folder: '/etc/pki/ca-trust/source/anchors', command: ['/usr/bin/update-ca-trust', 'extract'] },
];

const FILE = 'duplicati-https-authority.crt';

/** The store of this system: that of Debian or of Red Hat and their kin. */
export function findTrustStore(stores: readonly TrustStore[] = STORES): TrustStore | undefined {
  return stores.find(({ folder, command }) => existsSync(folder) && existsSync(command[0]));
}

/** Adds an authority's certificate to a store. @returns what was done, in words. @throws UserError (100) */
export async function trustAuthority(certificate: string, store: TrustStore | undefined): Promise<string> {
  if (!store)
    throw new UserError(
      'this system has no folder of trusted authorities that is known here; import what "https export-ca" prints by hand (Windows: certutil -addstore Root FILE)',
      SERIOUS,
    );
  const file = path.join(store.folder, FILE);
  const [command, ...args] = store.command;
  try {
    writeFileSync(file, certificate, { mode: 0o644 });
    await promisify(execFile)(command, args, { timeout: 120_000 });
  } catch (thrown) {
    throw new UserError(`the authority cannot be added (are you root?): ${messageOf(thrown)}`, SERIOUS, thrown);
  }
  return `${file} is trusted now. To take that back, delete it and run ${store.command.join(' ')}.\n`;
}
