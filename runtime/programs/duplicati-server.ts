import { INITIAL_PASSWORD } from '../auth/initial-password.ts';
import { messageOf, UserError } from '../errors.ts';
import { RUN_JOB } from '../jobs/launch.ts';
import { runJob } from '../jobs/run-job.ts';
import { levelOf } from '../log/log.ts';
import { setFirstPassword } from '../server/first-password.ts';
import { joinLogs, openFileLog } from '../server/log-options.ts';
import { serverOptions } from '../server/options.ts';
import { readKeyChoice, startServer } from '../server/server.ts';
import { dataFolderEnvironment } from '../service/data-folder.ts';
import { serverService } from '../service/identity.ts';
import { applyPreload, preloadEnvironment } from '../service/preload.ts';
import { runServiceProgram } from '../service/run-service-program.ts';
import { runService } from '../service/service.ts';
import {
  isServiceCommand,
  manageService,
  serviceCommandOptions,
  serviceCommands,
  serviceUsage,
} from '../service/service-commands.ts';
import { httpsCommands, runHttpsCommand } from '../tls/https-commands.ts';

if (process.argv[2] === RUN_JOB) void runJobProgram();
else
  void runServiceProgram(serverService, (host) => ({
    name: 'duplicati-server',
    summary: 'the backup server, run as a service or by hand',
    usage: ['[options]', 'https <command> [options]', ...serviceUsage],
    text: [
      'Listens on this machine alone unless told otherwise, answers GET /health, and stops cleanly on SIGTERM or Ctrl-C.',
      'A server without a password lets nobody in: its log has a sign-in link to choose one with.',
      `A file "${INITIAL_PASSWORD}" in the data folder that only the server's account can read sets the password: at its next start the server keeps a hash of it and deletes the file.`,
    ],
    commands: [...httpsCommands, ...serviceCommands],
    options: [...serverOptions, ...serviceCommandOptions],
    prepare: () => applyPreload('server', [...serverOptions, ...serviceCommandOptions]),
    environment: [...dataFolderEnvironment, ...preloadEnvironment],
    examples: [
      { line: 'duplicati-server', help: 'Serve http://localhost:8200/ for this machine.' },
      { line: 'duplicati-server --webservice-port=8300,8400', help: 'Use the first free port of two.' },
      { line: 'duplicati-server --webservice-interface=any', help: 'Serve other machines too, by IP address.' },
      { line: 'duplicati-server --webservice-interface=any --configure-https', help: 'The same, encrypted.' },
    ],
    run(given) {
      const [word, action] = given.words;
      if (isServiceCommand(word)) return manageService(word, serverService, given, serverOptions);
      if (word === 'https') {
        const say = (text: string) => void process.stdout.write(text);
        return runHttpsCommand(action, given, { key: readKeyChoice(given), log: host.openLog('Warning'), say });
      }
      if (word !== undefined) throw new UserError(`unknown command "${word}" (see --help)`, 2);
      const first = given.text('webservice-password-init');
      if (first !== undefined)
        return setFirstPassword(first, given, { key: readKeyChoice(given), log: host.openLog('Warning') });
      const fileLog = openFileLog(given);
      const log = host.openLog(levelOf(given.text('log-level')));
      const start = () => startServer(given, log, host.useDataFolder, undefined, fileLog);
      return runService(joinLogs(log, fileLog), serverOptions, start, host);
    },
  }));

/** The process of a job, which a server started. */
async function runJobProgram(): Promise<void> {
  try {
    const { WORKS } = await import('../work/works.ts'); // the server itself has no use for it
    await runJob(WORKS);
  } catch (thrown) {
    process.stderr.write(`duplicati-server: ${messageOf(thrown)}\n`);
    process.exitCode = thrown instanceof UserError ? thrown.exitCode : 1;
  }
}
