import { findServer } from '../client/client.ts';
import { findServerFolders } from '../client/server-folders.ts';
import type { Given, Option } from '../command-line/arguments.ts';
import { SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { joinLogs, openFileLog } from '../server/log-options.ts';
import { type ServerOption, serverOptions } from '../server/options.ts';
import { startServer } from '../server/server.ts';
import { findHealthProblem, guessServer, readHostUrl } from '../server-util/health.ts';
import { namedDataFolder } from '../service/data-folder.ts';
import { runService } from '../service/service.ts';
import { openBrowser } from './browser.ts';

export type TrayOption = 'no-hosted-server' | 'hosturl' | ServerOption;

/** A hosted server has more ports to fall back to than one that stands alone. */
const HOSTED_PORTS = '8200,8300,8400,8500,8600,8700,8800,8900,8989';

export const trayOptions: readonly Option<TrayOption>[] = [
  {
    name: 'no-hosted-server',
    help: 'Attach to a server that runs already, such as the service, instead of hosting one.',
  },
  {
    name: 'hosturl',
    value: 'URL',
    help: 'The server to attach to. Default: where the one of the data folder listens, else http://127.0.0.1:8200.',
  },
  ...serverOptions.map(hostOption),
];

/** An option of a server that is hosted. */
function hostOption(option: Option<ServerOption>): Option<ServerOption> {
  if (option.name === 'webservice-port') return { ...option, default: HOSTED_PORTS };
  if (option.name === 'webservice-password-init') return { ...option, refused: 'give it to duplicati-server' };
  return option;
}

/** Hosts a server until it is stopped, and shows its address. */
export function runHosted(given: Given<TrayOption>, log: Log): Promise<number> {
  const fileLog = openFileLog(given);
  return runService(joinLogs(log, fileLog), trayOptions, async () => {
    const server = await startServer(given, log, () => {}, undefined, fileLog);
    showServer(server.url);
    return server;
  });
}

/**
 * Shows the address of a server that runs already. One of this machine has to prove who it is first, since whoever signs in there tells
 * it the password; but on systems that do not say whose program listens. @throws UserError (100) when it does not answer, or cannot.
 */
export async function attachToServer(given: Given<TrayOption>): Promise<number> {
  const named = given.text('hosturl');
  const folders = findServerFolders(namedDataFolder(given));
  const target = { folders, url: named ? readHostUrl(named, 2) : undefined, fallback: guessServer(folders[0]!) };
  const server = await findServer({ ...target, exitCode: SERIOUS }, true);
  const url = new URL(server.name);
  const problem = await findHealthProblem(url.href, server.isKnowable ? server.tell : server.ask);
  if (problem)
    throw new UserError(
      `no healthy server at ${url.href}: ${problem}; start it, or name another with --hosturl`,
      SERIOUS,
    );
  showServer(url.href);
  return 0;
}

function showServer(url: string): void {
  process.stdout.write(`${openBrowser(url) ? 'Opened' : 'Open in a browser:'} ${url}\n`);
}
