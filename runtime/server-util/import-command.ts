import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { array, object, string } from 'valibot';
import { isAesCrypt } from '../aes-crypt/aes-crypt.ts';
import { messageOf, UserError } from '../errors.ts';
import { askSecret } from './ask-secret.ts';
import type { Command, Context } from './command.ts';
import { USER_ERROR } from './options.ts';
import { findBackup, listBackups, readAnswer } from './read-answer.ts';

/** Most bytes of a configuration. */
const LARGEST = 1 << 20;
/** How a file of SQLite begins (sqlite.org/fileformat2, 1.3). */
const SQLITE = 'SQLite format 3\0';

/** Configurations on their way in. */
export const importCommand: Command = {
  name: 'import',
  operands: ['<file>', '[<passphrase>]'],
  help: 'Import the exported configuration of a backup, which may be encrypted; the passphrase is asked for where it is not given. Of a Duplicati-server.sqlite all backups and settings are taken over; that needs root or the owner of the server.',
  options: ['import-metadata', 'backup-passphrase', 'backup-url'],
  examples: [
    { line: 'duplicati-server-util import Documents.json.aes', help: 'Add a backup from a file.' },
    {
      line: 'sudo duplicati-server-util import /old/Duplicati-server.sqlite',
      help: 'Take over the backups of a server of Duplicati.',
    },
  ],
  async run(context) {
    const [file, phrase] = context.words as [string, string?]; // the table says how many there are
    context.output.say(`Importing backup configuration from ${file}`);
    const found = readFile(file);
    if (found === 'database') return takeOver(file, context);
    const passphrase = isAesCrypt(found)
      ? (phrase ??
        (await askSecret('Passphrase of the file', 'The file is encrypted: give its passphrase', USER_ERROR)))
      : undefined;
    return importConfiguration(found, passphrase, context);
  },
};

async function importConfiguration(
  config: Buffer,
  passphrase: string | undefined,
  { given, output, withSession }: Context,
): Promise<number> {
  const secret = given.text('backup-passphrase');
  return withSession(async (session) => {
    const body = {
      config: config.toString('base64'),
      passphrase,
      direct: true,
      import_metadata: given.flag('import-metadata'),
      replace_settings: secret === undefined ? undefined : { passphrase: secret },
      target_url: given.text('backup-url'),
    };
    const answer = await session.call({ method: 'POST', target: '/api/v1/backups/import', body });
    const { Id } = readAnswer(object({ Id: string() }), answer);
    const name = findBackup(await listBackups(session), Id)?.Backup.Name ?? '';
    output.say(`Imported "${name}" with ID ${Id}`);
    output.set('BackupID', Id);
    return output.end(0);
  });
}

const TakenOver = object({ Imported: array(string()), AlreadyThere: array(string()), Notes: array(string()) });

/** All backups of a server of Duplicati's: the server reads the file, so it must be one of this machine. */
function takeOver(file: string, { output, withSession }: Context): Promise<number> {
  return withSession(async (session) => {
    const body = { path: path.resolve(file) };
    const answer = await session.call({ method: 'POST', target: '/api/v1/backups/take-over', body });
    const { Imported, AlreadyThere, Notes } = readAnswer(TakenOver, answer);
    for (const name of Imported) output.say(`Imported "${name}"`);
    for (const name of AlreadyThere) output.say(`"${name}" was here already`);
    for (const note of Notes) output.say(`Note: ${note}`);
    output.set('Imported', Imported);
    output.set('AlreadyThere', AlreadyThere);
    return output.end(0);
  });
}

/** @throws UserError (2) for what cannot be a configuration. */
function readFile(file: string): Buffer | 'database' {
  if (!existsSync(file)) throw new UserError(`File ${file} does not exist`, USER_ERROR);
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a plain file');
    if (readStart(file).toString('latin1') === SQLITE) return 'database';
    if (statSync(file).size > LARGEST) throw new Error('it is too long for the configuration of a backup');
    return readFileSync(file);
  } catch (thrown) {
    throw new UserError(`File ${file} cannot be read: ${messageOf(thrown)}`, USER_ERROR, thrown);
  }
}

function readStart(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(SQLITE.length);
    readSync(descriptor, start, 0, start.length, 0);
    return start;
  } finally {
    closeSync(descriptor);
  }
}
