import {
  COMMANDS,
  commandOptions,
  describeCommand,
  LATER_COMMANDS,
  refusedOptions,
  requireFit,
  WRONG_COMMAND_LINE,
} from '../cli/commands.ts';
import { describeTopic } from '../cli/help-topics.ts';
import { expandParameters } from '../cli/parameters-file.ts';
import { runCliCommand, runOptions } from '../cli/run.ts';
import { describeSystem, formatSystem } from '../cli/system-info.ts';
import { runProgram } from '../command-line/command-line.ts';
import { describeLater } from '../command-line/commands.ts';
import { dataFolderEnvironment, dataFolderOptions } from '../service/data-folder.ts';

const OPTIONS = [...commandOptions, ...runOptions];
const OF_SYSTEM_INFO = OPTIONS.filter(({ name }) => name === 'json');

void runProgram({
  name: 'duplicati-cli',
  summary: 'backups from the command line',
  usage: ['<command> [options]'],
  text: [
    'Exit codes: 0 done, 1 a backup of what has not changed, 2 done with warnings, 50 a backup that was stopped and kept what was finished, 100 error (also: something could not be restored, or is damaged), 200 wrong command line. An error that has a name prints it as "ErrorID: NAME".',
    'help TOPIC tells about a command, an option, a kind of destination (file, s3, ssh ...), a module (aes, gpg, zip, runscript, sendmail ...), or: returncodes, filter, filter-groups, date, time, size, encryption, compression, password, secret, mail, logging, debug, advanced, example, changelog.',
    'Commands marked as coming with a later release end with code 100 and do nothing.',
  ],
  commands: [
    ...COMMANDS.map(({ name, operands, help }) => ({ name: [name, ...operands].join(' '), help })),
    { name: 'system-info', help: 'Print versions, paths and which SQLite driver is in use.' },
    { name: 'help [topic]', help: 'Print this help, or what there is to say of one thing.' },
    { name: 'version', help: 'Print the version.' },
    ...describeLater(LATER_COMMANDS),
  ],
  describeCommand: (word) => describeCommand(word, runOptions),
  describeTopic,
  options: [
    ...OPTIONS,
    ...refusedOptions,
    ...dataFolderOptions.filter((option) => option.name === 'server-datafolder'),
  ],
  environment: [...dataFolderEnvironment, { name: 'PASSPHRASE', help: 'Passphrase of the backup.' }],
  examples: [
    { line: 'duplicati-cli backup file:///mnt/backup /home --keep-versions=10', help: 'Back a folder up.' },
    { line: 'duplicati-cli list file:///mnt/backup', help: 'Which versions are there?' },
    { line: 'duplicati-cli restore file:///mnt/backup --restore-path=/tmp/restored', help: 'Restore the newest.' },
    { line: 'duplicati-cli system-info --json', help: 'What to send along with a report of a fault.' },
  ],
  wrongUse: WRONG_COMMAND_LINE,
  helpWhenEmpty: true,
  expand: (argv) => expandParameters(argv, process.env),
  async run(given, argv) {
    if (given.words[0] !== 'system-info') return runCliCommand(given, argv);
    requireFit({ name: 'system-info', operands: [], options: OF_SYSTEM_INFO }, given.words.slice(1), argv, OPTIONS);
    process.stdout.write(formatSystem(await describeSystem(given.text('server-datafolder')), given.flag('json')));
    return 0;
  },
});
