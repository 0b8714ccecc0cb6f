import { openAuth } from '../auth/auth.ts';
import { warnOfWeakness } from '../auth/passwords.ts';
import type { Given, Option } from '../command-line/arguments.ts';
import type { Log } from '../log/log.ts';
import { type DataFolderOption, dataFolderOf, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import { openSettings } from '../settings/settings.ts';
import type { KeyChoice } from '../settings/settings-key.ts';

export type FirstPasswordOption = 'webservice-password-init';

export const firstPasswordOptions: readonly Option<FirstPasswordOption>[] = [
  {
    name: 'webservice-password-init',
    value: 'PASSWORD',
    secret: true,
    help: 'Set the password of a server that has none, and end: with code 102 when that was done, 103 when there is one already. The server must be stopped.',
  },
];

/** Exit codes, Duplicati's. */
const DONE = 102;
const THERE_ALREADY = 103;

/** Sets the first password of a server that does not run. @returns the exit code. @throws UserError */
export async function setFirstPassword(
  password: string,
  given: Given<DataFolderOption>,
  { key, log }: { key: KeyChoice; log: Log },
): Promise<number> {
  const folder = prepareDataFolder(dataFolderOf(given), given.flag('allow-insecure-datafolder'), log);
  const lock = lockFolder(folder);
  try {
    const settings = await openSettings(folder, key, log);
    try {
      const { passwords } = openAuth(settings, log);
      if (passwords.isSet()) return THERE_ALREADY;
      await passwords.set(password);
      warnOfWeakness(password, '--webservice-password-init', log);
      return DONE;
    } finally {
      settings.close();
    }
  } finally {
    lock.release();
  }
}
