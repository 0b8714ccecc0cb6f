/** Backups that a real Duplicati made (test/fixtures/duplicati/README.md). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Keys } from '../../../runtime/engine/volumes/open-volume.ts';
import { parseRemoteName, type RemoteName } from '../../../runtime/engine/volumes/remote-name.ts';

export const SETS = path.resolve(import.meta.dirname, '../../fixtures/duplicati/backups');
export const SET_NAMES = readdirSync(SETS).sort();
export const KEYS: Keys = { passphrase: 'correct horse battery staple', gpg: { program: 'gpg' } };

export interface RemoteFile {
  /** Where it lies here. */
  file: string;
  name: RemoteName;
}

/** The volumes of a set by name. */
export function volumesOf(set: string): RemoteFile[] {
  const remote = path.join(SETS, set, 'remote');
  return readdirSync(remote)
    .sort()
    .flatMap((text) => {
      const name = parseRemoteName(text);
      return name ? [{ file: path.join(remote, text), name }] : [];
    });
}
