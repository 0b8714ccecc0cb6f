import { runProgram } from '../command-line/command-line.ts';
import { describeLater, readCommand } from '../command-line/commands.ts';
import { printable } from '../log/printable.ts';
import { API_COMMANDS } from '../server-util/commands.ts';
import { findHealthProblem, localServer, readHostUrl } from '../server-util/health.ts';
import { dataFolderEnvironment, dataFolderOptions, findDataFolder } from '../service/data-folder.ts';

/** Duplicati's exit codes: 1 for a command it does not know and for a server that is not healthy, 2 for a mistake in what was given. */
const FAILED = 1;
const USER_ERROR = 2;

void runProgram({
  name: 'duplicati-server-util',
  summary: 'talks to a running server',
  usage: ['<command> [options]'],
  text: [
    'Exit codes: 0 done, 1 failed or unknown command, 2 wrong option or value.',
    'Commands marked as coming with a later release wait for the API of the server; they end with code 1 and do nothing.',
  ],
  commands: [
    { name: 'health', help: 'Ask whether the server is healthy.' },
    { name: 'help', help: 'Print this help.' },
    { name: 'version', help: 'Print the version.' },
    ...describeLater(API_COMMANDS),
  ],
  options: [
    {
      name: 'hosturl',
      value: 'URL',
      help: 'The server to talk to. Default: where the one of the data folder listens, else http://127.0.0.1:8200, or the first port of $DUPLICATI__WEBSERVICE_PORT.',
    },
    ...dataFolderOptions.filter(({ name }) => name === 'server-datafolder'),
    { name: 'json', help: 'Print JSON instead of text.' },
  ],
  environment: dataFolderEnvironment,
  examples: [
    {
      line: 'duplicati-server-util health --hosturl=http://127.0.0.1:8300',
      help: 'Is the server on port 8300 healthy?',
    },
  ],
  wrongUse: USER_ERROR,
  spaced: true,
  async run(given) {
    const later = API_COMMANDS.map((command) => command.name);
    const word = given.words[0] ?? '';
    readCommand(word, {
      now: ['health'],
      later,
      waitFor: 'the API of the server',
      laterExit: FAILED,
      wrongUse: FAILED,
    });
    const folder = findDataFolder(given.text('server-datafolder'));
    const url = readHostUrl(given.text('hosturl') ?? localServer(folder), USER_ERROR);
    const problem = await findHealthProblem(url, folder);
    const message = problem ? `Server is unhealthy: ${printable(problem)}` : 'Server is healthy';
    const exitCode = problem ? FAILED : 0;
    const reply = { Command: 'health', Success: !problem, ExitCode: exitCode, Messages: [message] };
    process.stdout.write(given.flag('json') ? `${JSON.stringify(reply, null, 2)}\n` : `${message}\n`);
    return exitCode;
  },
});
