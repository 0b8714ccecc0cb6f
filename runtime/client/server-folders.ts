import path from 'node:path';
import { findDataFolder } from '../service/data-folder.ts';
import { serverService } from '../service/identity.ts';

/**
 * Where servers of this machine keep their data: the folder that is named, else the person's own and the one of the service. Root means
 * the service: after sudo the "own" folder may still be that of another person.
 */
export function findServerFolders(
  option: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  us = process.getuid?.(),
): string[] {
  const own = findDataFolder(option, environment, platform);
  if (option || environment.DUPLICATI_HOME) return [own];
  const service =
    platform === 'win32'
      ? path.win32.join(environment.ProgramData || 'C:\\ProgramData', serverService.dataFolder)
      : `/var/lib/${serverService.name}`;
  if (own === service) return [own];
  return us === 0 ? [service, own] : [own, service];
}
