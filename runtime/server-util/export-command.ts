import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { object, string } from 'valibot';
import { encryptAesCrypt } from '../aes-crypt/aes-crypt.ts';
import { codeOf, messageOf, UserError } from '../errors.ts';
import { askSecret } from './ask-secret.ts';
import type { Command, Context } from './command.ts';
import { FAILED, USER_ERROR } from './options.ts';
import { findBackup, type Listed, listBackups, readAnswer } from './read-answer.ts';
import type { Session } from './session.ts';

/** Configurations on their way out. */
export const exportCommand: Command = {
  name: 'export',
  operands: ['<backups>...'],
  help: 'Export the configuration of backups, by their numbers or names, or of "all", into a file each.',
  options: ['encryption-passphrase', 'export-passwords', 'overwrite', 'unencrypted', 'destination'],
  examples: [
    {
      line: 'duplicati-server-util export all --destination=/root/backups',
      help: 'Keep all configurations, encrypted.',
    },
  ],
  run: (context) =>
    context.withSession(async (session) => {
      const { given, words, output } = context;
      const wanted = choose(await listBackups(session), words, output.say);
      const passphrase = given.flag('unencrypted') ? undefined : await readPassphrase(context);
      const secrets = given.text('export-passwords') ?? String(passphrase !== undefined);
      const folder = path.resolve(given.text('destination') ?? '.');
      output.say(`Exporting ${wanted.length} backup${wanted.length === 1 ? '' : 's'} to ${folder}`);
      const files: string[] = [];
      for (const { Backup } of wanted) {
        const bytes = await fetchConfiguration(session, Backup.ID, secrets === 'true');
        const file = nameFile(Backup, passphrase !== undefined);
        writeFile(
          path.join(folder, file),
          passphrase === undefined ? bytes : await encrypt(bytes, passphrase),
          given.flag('overwrite'),
        );
        output.say(`- Exported to ${file}`);
        files.push(path.join(folder, file));
      }
      output.set('Files', files);
      return output.end(0);
    }),
};

function choose(backups: readonly Listed[], words: readonly string[], say: (line: string) => void): Listed[] {
  if (words.some((word) => word.toLowerCase() === 'all')) return [...backups];
  const found = new Map<string, Listed>();
  for (const word of words) {
    const one = findBackup(backups, word);
    if (one) found.set(one.Backup.ID, one);
    else say(`No backup found with ID or name ${word}`);
  }
  if (found.size === 0) throw new UserError('No backup found with supplied ID or name', USER_ERROR);
  return [...found.values()];
}

async function readPassphrase({ given }: Context): Promise<string> {
  const phrase = given.text('encryption-passphrase');
  if (phrase) return phrase;
  const otherwise =
    'Please provide a passphrase to encrypt the configuration: --encryption-passphrase, or say --unencrypted';
  const typed = await askSecret('Passphrase for the files', otherwise, FAILED);
  if ((await askSecret('The same again', otherwise, FAILED)) !== typed)
    throw new UserError('These are two different passphrases', FAILED);
  return typed;
}

/** In plain: the passphrase of the file never leaves this process. */
async function fetchConfiguration(session: Session, id: string, withSecrets: boolean): Promise<Buffer> {
  const issued = await session.call({ method: 'POST', target: '/api/v1/auth/issuetoken/export' });
  const { Token } = readAnswer(object({ Token: string() }), issued);
  const target = `/api/v1/backup/${id}/export?export-passwords=${withSecrets}&token=${encodeURIComponent(Token)}`;
  return (await session.call({ method: 'GET', target })).body;
}

async function encrypt(bytes: Buffer, passphrase: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of encryptAesCrypt([bytes], passphrase)) parts.push(part);
  return Buffer.concat(parts);
}

/** `1-Documents.json.aes`: what no file system takes in a name becomes `_`. */
function nameFile({ ID, Name }: Listed['Backup'], isEncrypted: boolean): string {
  const name = Name.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 60);
  return `${ID}-${name}.json${isEncrypted ? '.aes' : ''}`;
}

/** Writes a file that this account alone can read, whole or not at all. @throws UserError (2) */
function writeFile(file: string, bytes: Buffer, mayReplace: boolean): void {
  const first = mayReplace ? `${file}.new` : file;
  try {
    if (mayReplace) rmSync(first, { force: true });
    const descriptor = openSync(first, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (mayReplace) renameSync(first, file);
  } catch (thrown) {
    const why = codeOf(thrown) === 'EEXIST' ? 'it is there already (--overwrite replaces it)' : messageOf(thrown);
    throw new UserError(`File ${file} cannot be written: ${why}`, USER_ERROR, thrown);
  }
}
