import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Given, Option } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { isTimeZone } from '../schedule/run-schedules.ts';
import type { ServerSettings } from '../settings/server-settings.ts';

export type StartSetting = 'webservice-timezone' | 'webservice-suppress-welcome-page' | 'tempdir';

/** Options that set what clients can set too, and the folder for temporary files. */
export const startSettings: readonly Option<StartSetting>[] = [
  {
    name: 'webservice-timezone',
    value: 'ZONE',
    help: 'Time zone of schedules from now on, such as Europe/Berlin. Without it: what was set before, else that of this machine.',
  },
  {
    name: 'webservice-suppress-welcome-page',
    help: 'Let web clients show no welcome page.',
  },
  { name: 'tempdir', value: 'FOLDER', help: 'Folder for temporary files, of this program and what it starts.' },
];

/** Checks what can be wrong, before anything is opened; temporary files go to `tempdir` from here on. @throws UserError (2) */
export function readStartSettings(given: Given<StartSetting>, environment: NodeJS.ProcessEnv = process.env): void {
  const zone = given.text('webservice-timezone');
  if (zone !== undefined && !isTimeZone(zone))
    throw new UserError(`--webservice-timezone: "${zone}" is not a time zone such as Europe/Berlin`, 2);
  const folder = given.text('tempdir');
  if (folder === undefined) return;
  try {
    if (!path.isAbsolute(folder) || !statSync(folder).isDirectory()) throw new Error('it is not the path of a folder');
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw new UserError(`--tempdir: ${folder} cannot be used: ${messageOf(thrown)}`, 2);
  }
  for (const name of process.platform === 'win32' ? ['TEMP', 'TMP'] : ['TMPDIR']) environment[name] = folder;
}

/** Sets what the options say. */
export function applyStartSettings(given: Given<StartSetting>, settings: Pick<ServerSettings, 'set'>): void {
  const zone = given.text('webservice-timezone');
  if (zone !== undefined) settings.set('server-timezone', zone);
  if (given.flag('webservice-suppress-welcome-page')) settings.set('shown-welcome-page-v1', 'True');
}
