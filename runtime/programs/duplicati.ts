import { runProgram } from '../command-line/command-line.ts';
import { levelOf, openLog } from '../log/log.ts';
import { dataFolderEnvironment } from '../service/data-folder.ts';
import { applyPreload, preloadEnvironment } from '../service/preload.ts';
import { attachToServer, runHosted, trayOptions } from '../tray/tray.ts';

void runProgram({
  name: 'duplicati',
  summary: 'starts backups on the desktop: hosts a server, or attaches to one',
  usage: ['[options]'],
  text: [
    'Hosts a server for this account and opens its address in the browser when there is a desktop, else prints it. Ends with Ctrl-C or',
    'SIGTERM, and the server with it. With --no-hosted-server it checks that a running server answers, opens its address and ends.',
    'The icon in the tray comes with a later release.',
  ],
  options: trayOptions,
  prepare: () => applyPreload('tray', trayOptions),
  environment: [...dataFolderEnvironment, ...preloadEnvironment],
  examples: [
    { line: 'duplicati', help: 'Host a server and open it.' },
    {
      line: 'duplicati --no-hosted-server --hosturl=http://127.0.0.1:8200',
      help: 'Open the server that the service runs.',
    },
  ],
  run(given) {
    if (given.flag('no-hosted-server')) return attachToServer(given);
    return runHosted(given, openLog(levelOf(given.text('log-level'))));
  },
});
