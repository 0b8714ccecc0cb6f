import { agentOptions, startAgent } from '../agent/agent.ts';
import { readCommand } from '../command-line/commands.ts';
import { levelOf } from '../log/log.ts';
import { dataFolderEnvironment } from '../service/data-folder.ts';
import { agentService } from '../service/identity.ts';
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

void runServiceProgram(agentService, (host) => ({
  name: 'duplicati-agent',
  summary: 'the backup agent, run as a service and managed from a Console',
  usage: ['[run] [options]', '<command> [options]', ...serviceUsage],
  text: [
    'Listens on nothing. The connection to a Console comes with a later release; until then the agent',
    'keeps its place: it starts with the machine, tells the service manager that it lives, and stops cleanly.',
  ],
  commands: [
    { name: 'run', help: 'Run until stopped; also what happens without a command.' },
    { name: 'register', help: 'Register with a Console (comes with a later release).' },
    { name: 'clear', help: 'Forget the registration (comes with a later release).' },
    ...serviceCommands,
    { name: 'help', help: 'Print this help.' },
    { name: 'version', help: 'Print the version.' },
  ],
  options: [...agentOptions, ...serviceCommandOptions],
  prepare: () => applyPreload('agent', [...agentOptions, ...serviceCommandOptions]),
  environment: [...dataFolderEnvironment, ...preloadEnvironment],
  examples: [{ line: 'duplicati-agent run --log-level=Verbose', help: 'Run in the foreground and log more.' }],
  spaced: true,
  run(given) {
    const [word = 'run'] = given.words;
    if (isServiceCommand(word)) return manageService(word, agentService, given, agentOptions);
    readCommand(word, {
      now: ['run', ...serviceCommands.map(({ name }) => name)],
      later: ['register', 'clear'],
      waitFor: 'the connection to a Console',
      laterExit: 1,
      wrongUse: 2,
    });
    const log = host.openLog(levelOf(given.text('log-level')));
    return runService(log, agentOptions, () => startAgent(given, log, host.useDataFolder), host);
  },
}));
