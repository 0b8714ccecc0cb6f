import path from 'node:path';
import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { LOG_LEVELS, type Log } from '../log/log.ts';
import { type DataFolderOption, dataFolderOptions, findDataFolder, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import type { Running } from '../service/service.ts';
import { answerRequest } from './answer.ts';
import { type HostRule, isHostName } from './host.ts';
import { INITIAL_PASSWORD, takeInitialPassword } from './initial-password.ts';
import { listenOnFirst, readInterface, readPorts } from './listen.ts';

export type ServerOption =
  | 'webservice-port'
  | 'webservice-interface'
  | 'webservice-allowed-hostnames'
  | 'webservice-password'
  | 'log-level'
  | DataFolderOption;

/** Rows for the option table of every program that hosts a server. */
export const serverOptions: readonly Option<ServerOption>[] = [
  {
    name: 'webservice-port',
    value: 'PORTS',
    default: '8200',
    help: 'Port to listen on; of a comma-separated list, the first that is free.',
  },
  {
    name: 'webservice-interface',
    value: 'ADDRESS',
    default: 'loopback',
    help: 'Where to listen: loopback, any, or an IP address of this machine.',
  },
  {
    name: 'webservice-allowed-hostnames',
    aliases: ['webservice-allowedhostnames'],
    value: 'NAMES',
    help: 'Host names to answer to beside localhost and IP addresses, separated by semicolons; * switches the check off.',
  },
  {
    name: 'webservice-password',
    value: 'PASSWORD',
    secret: true,
    help: 'Password of the web interface. Takes effect when the web interface comes; until then only the log says that one is set.',
  },
  {
    name: 'log-level',
    value: 'LEVEL',
    default: 'Information',
    choices: LOG_LEVELS,
    help: 'The least important messages to log.',
  },
  ...dataFolderOptions,
];

/** Starts the server: data folder, lock, password, ports. `onFolder` is called with the data folder once it is ours. */
export async function startServer(
  given: Given<ServerOption>,
  log: Log,
  onFolder: (folder: string) => void = () => {},
): Promise<Running & { url: string }> {
  const on = readInterface(given.text('webservice-interface') ?? 'loopback');
  const wanted = readPorts(given.text('webservice-port') ?? '8200');
  const rule: HostRule = {
    loopbackOnly: on.isLoopback,
    allowed: readHostNames(given.text('webservice-allowed-hostnames') ?? ''),
  };
  const insecure = given.flag('allow-insecure-datafolder');
  const folder = prepareDataFolder(findDataFolder(given.text('server-datafolder')), insecure, log);
  const lock = lockFolder(folder);
  try {
    onFolder(folder);
    const hasPassword = await takeInitialPassword(folder, log);
    const listener = await listenOnFirst(
      wanted,
      on,
      (request, response) => answerRequest(request, response, rule),
      log,
    );
    const status = `Listening on ${listener.addresses.join(' and ')}`;
    log.information(`${status}, data folder ${folder}`);
    if (!on.isLoopback) log.notice('other machines can reach this server (--webservice-interface)');
    if (rule.allowed.has('*'))
      log.warning('every host name is answered (--webservice-allowed-hostnames=*): web pages may reach this server');
    if (hasPassword || given.text('webservice-password'))
      log.information('a web password is set; it takes effect with the web interface');
    else
      log.notice(
        `this server has no password yet: one is taken from ${path.join(folder, INITIAL_PASSWORD)} at the next start`,
      );
    const stop = async () => {
      await listener.close(400);
      lock.release();
    };
    return { status, url: `http://127.0.0.1:${listener.port}/`, stop };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

function readHostNames(text: string): Set<string> {
  const names = text
    .toLowerCase()
    .split(/[;,]/)
    .map((name) => name.trim().replace(/^\[(.*)\]$/, '$1'))
    .filter(Boolean);
  for (const name of names) {
    if (name !== '*' && !isHostName(name) && !/^[0-9a-f:.]+$/.test(name)) {
      throw new UserError(
        `--webservice-allowed-hostnames: "${name}" is not a host name (no port, no scheme, no wildcard)`,
        2,
      );
    }
  }
  return new Set(names);
}
