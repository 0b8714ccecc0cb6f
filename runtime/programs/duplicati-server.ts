import { runProgram } from '../command-line/command-line.ts';
import { levelOf, openLog } from '../log/log.ts';
import { serverOptions, startServer } from '../server/server.ts';
import { dataFolderEnvironment } from '../service/data-folder.ts';
import { runService } from '../service/service.ts';

void runProgram({
  name: 'duplicati-server',
  summary: 'the backup server, run as a service or by hand',
  usage: ['[options]'],
  text: [
    'Listens on this machine alone unless told otherwise, answers GET /health, and stops cleanly on SIGTERM or Ctrl-C.',
    'The web interface, its API and the backup engine come with later releases.',
  ],
  options: serverOptions,
  environment: dataFolderEnvironment,
  examples: [
    { line: 'duplicati-server', help: 'Serve http://localhost:8200/ for this machine.' },
    { line: 'duplicati-server --webservice-port=8300,8400', help: 'Use the first free port of two.' },
    { line: 'duplicati-server --webservice-interface=any', help: 'Serve other machines too, by IP address.' },
  ],
  run(given) {
    const log = openLog(levelOf(given.text('log-level')));
    return runService(log, serverOptions, () => startServer(given, log));
  },
});
