import type { Program } from '../command-line/command-line.ts';
import { dataFolderEnvironment } from '../service/data-folder.ts';
import { commandRows, describeCommand } from './commands.ts';
import { commandOptions, globalOptions, USER_ERROR, type UtilOption } from './options.ts';
import { runServerUtil } from './server-util.ts';

/** The program as one value. */
export const serverUtil: Program<UtilOption> = {
  name: 'duplicati-server-util',
  summary: 'talks to a running server',
  usage: ['<command> [options]'],
  text: [
    'Root and the owner of a server of this machine need no password: its socket in the data folder is open to them alone. Everybody else logs in, and on Windows, where there is no such socket, everybody. Before a password or a token is sent, the server has to prove who it is.',
    'Exit codes: 0 done; 1 failed, not healthy, or an unknown command; 2 wrong option or value, or a server that refuses or cannot be reached. After run --wait: 0 success, 2 warnings, 3 errors, 4 the backup failed.',
  ],
  commands: [
    ...commandRows,
    { name: 'help', help: 'Print this help.' },
    { name: 'version', help: 'Print the version.' },
  ],
  describeCommand,
  options: [...globalOptions, ...commandOptions],
  environment: [
    ...dataFolderEnvironment,
    { name: 'SETTINGS_ENCRYPTION_KEY', help: 'Same as --settings-encryption-key.' },
  ],
  examples: [
    { line: 'sudo duplicati-server-util status', help: 'What does the service of this machine do?' },
    {
      line: 'duplicati-server-util health --hosturl=http://127.0.0.1:8300',
      help: 'Is the server on port 8300 healthy?',
    },
    { line: 'duplicati-server-util login', help: 'Log in, to be let in later.' },
    { line: 'duplicati-server-util run Documents --wait', help: 'Run a backup and wait for its end.' },
    { line: 'duplicati-server-util export all', help: 'Keep all configurations, encrypted.' },
  ],
  wrongUse: USER_ERROR,
  spaced: true,
  run: (given) => runServerUtil(given, process.argv.slice(2)),
};
