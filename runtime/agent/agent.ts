import type { Given, Option } from '../command-line/arguments.ts';
import { LOG_LEVELS, type Log } from '../log/log.ts';
import { type DataFolderOption, dataFolderOf, dataFolderOptions, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import type { Running } from '../service/service.ts';

export type AgentOption = 'log-level' | DataFolderOption;

export const agentOptions: readonly Option<AgentOption>[] = [
  {
    name: 'log-level',
    value: 'LEVEL',
    default: 'Information',
    choices: LOG_LEVELS,
    help: 'The least important messages to log.',
  },
  ...dataFolderOptions,
];

/** Starts the agent: data folder and lock; no socket at all. Without the connection to a Console it waits, and says so once. `onFolder` is called with the data folder once it is ours. */
export function startAgent(
  given: Given<AgentOption>,
  log: Log,
  onFolder: (folder: string) => void = () => {},
): Running {
  const wanted = dataFolderOf(given);
  const folder = prepareDataFolder(wanted, given.flag('allow-insecure-datafolder'), log);
  const lock = lockFolder(folder);
  onFolder(folder);
  log.information(`agent started, data folder ${folder}`);
  log.notice('not registered with a Console: waiting for registration, which comes with a later release');
  return { status: 'Waiting for registration', stop: () => lock.release() };
}
