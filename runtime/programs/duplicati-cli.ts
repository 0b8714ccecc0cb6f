import { COMMAND_ALIASES, ENGINE_COMMANDS } from '../cli/commands.ts';
import { describeSystem, formatSystem } from '../cli/system-info.ts';
import { runProgram } from '../command-line/command-line.ts';
import { describeLater, readCommand } from '../command-line/commands.ts';
import { SERIOUS } from '../errors.ts';
import { dataFolderEnvironment, dataFolderOptions } from '../service/data-folder.ts';

/** Duplicati's exit code for a wrong command line. */
const WRONG_COMMAND_LINE = 200;

void runProgram({
  name: 'duplicati-cli',
  summary: 'backups from the command line',
  usage: ['<command> [options]'],
  text: [
    'Exit codes: 0 done, 100 error, 200 wrong command line.',
    'Commands marked as coming with a later release wait for the backup engine; they end with code 100 and do nothing.',
  ],
  commands: [
    { name: 'system-info', help: 'Print versions, paths and which SQLite driver is in use.' },
    { name: 'help', help: 'Print this help.' },
    { name: 'version', help: 'Print the version.' },
    ...describeLater(ENGINE_COMMANDS),
  ],
  options: [
    { name: 'json', help: 'Print JSON instead of text.' },
    ...dataFolderOptions.filter((option) => option.name === 'server-datafolder'),
  ],
  environment: dataFolderEnvironment,
  examples: [{ line: 'duplicati-cli system-info --json', help: 'What to send along with a report of a fault.' }],
  wrongUse: WRONG_COMMAND_LINE,
  helpWhenEmpty: true,
  async run(given) {
    const [word = ''] = given.words;
    readCommand(COMMAND_ALIASES[word] ?? word, {
      now: ['system-info'],
      later: ENGINE_COMMANDS.map((command) => command.name),
      waitFor: 'the backup engine',
      laterExit: SERIOUS,
      wrongUse: WRONG_COMMAND_LINE,
    });
    process.stdout.write(formatSystem(await describeSystem(given.text('server-datafolder')), given.flag('json')));
    return 0;
  },
});
