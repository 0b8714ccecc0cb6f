import path from 'node:path';
import { boolean, nullish, object, record, safeParse, string } from 'valibot';
import { AesCryptError, decryptAesCrypt, encryptAesCrypt, isAesCrypt } from '../aes-crypt/aes-crypt.ts';
import type { Backup } from '../backups/backup.ts';
import { BackupForm, optionName, readForm, text } from '../backups/configuration.ts';
import { isSecretOption } from '../backups/secrets.ts';
import { findFreeName } from '../backups/take-over.ts';
import type { Carried } from '../backups/temporary-backups.ts';
import { parseJson, readAs } from '../http/body.ts';
import { type Call, Refusal, type Reply, type Route, routeWithBody } from '../http/route.ts';
import { version } from '../paths.ts';
import { hideSecrets, hideSource, writeConfiguration, writeWhole } from './backup-json.ts';
import {
  type BackupRoutesNeeds,
  findBackup,
  judgeDefinition,
  judgeTemporary,
  LARGEST_CONFIGURATION,
} from './backup-routes.ts';

/** Backups on their way out of a server and into another. */
export function exportRoutes(needs: BackupRoutesNeeds): Route[] {
  const { backups, folder } = needs;
  return [
    {
      method: 'GET',
      access: { operation: 'export' },
      path: '/api/v1/backup/{id}/export',
      answer: (call) => exportBackup(findBackup(backups, call.parameters.id), call),
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/export-cmdline',
      answer({ parameters, query }) {
        const { Backend, Arguments, Options } = writeArguments(
          findBackup(backups, parameters.id),
          folder,
          wantsPasswords(query),
        );
        const words = ['duplicati-cli', 'backup', Backend, ...Arguments, ...Options].map(quoteWord);
        return { json: { Command: words.join(' ') } };
      },
    },
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/backup/{id}/export-argsonly',
      answer: ({ parameters, query }) => ({
        json: writeArguments(findBackup(backups, parameters.id), folder, wantsPasswords(query)),
      }),
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/backups/import',
      largest: 2 * LARGEST_CONFIGURATION,
      body: object({
        config: string(),
        cmdline: nullish(boolean()),
        import_metadata: nullish(boolean()),
        direct: nullish(boolean()),
        passphrase: nullish(string()),
        temporary: nullish(boolean()),
        replace_settings: nullish(record(optionName, text)),
        target_url: nullish(text),
      }),
      async answer({ body }) {
        if (body.cmdline) throw new Refusal(400, 'This kind of import is not done.');
        const form = await openConfiguration(Buffer.from(body.config, 'base64'), body.passphrase ?? '');
        const definition = readForm(form);
        for (const [sent, value] of Object.entries(body.replace_settings ?? {})) {
          const name = sent.replace(/^-+/, '');
          definition.options = definition.options.filter((option) => option.name !== name);
          definition.options.push({ name, value, filter: '' });
        }
        if (body.target_url != null) definition.targetUrl = body.target_url.trim();
        const metadata = body.import_metadata ? readMetadata(form.Backup.Metadata ?? {}) : {};
        if (body.temporary) {
          judgeTemporary(definition, needs);
          return { json: { Id: needs.temporary.add(definition, metadata).id, data: null } };
        }
        return takeIn({ definition, metadata }, body.direct === true, needs);
      },
    }),
  ];
}

/** Stores a backup that comes in, or shows it to a client that will. @throws Refusal */
export function takeIn({ definition, metadata }: Carried, isDirect: boolean, needs: BackupRoutesNeeds): Reply {
  const { backups, folder } = needs;
  const { schedule, ...rest } = definition;
  if (!isDirect) {
    const shown: Backup = { ...rest, id: '', database: '', metadata };
    if (schedule) shown.schedule = { ...schedule, id: 0 };
    // Nothing is hidden: these are the client's own secrets, and it sends them back to keep them.
    return { json: { Id: null, data: { ...writeWhole(shown, folder), ...revealed(shown) } } };
  }
  const named = { ...definition, name: findFreeName(definition.name, (name) => backups.isNameTaken(name)) };
  judgeDefinition(named, needs);
  return { json: { Id: backups.add(named, metadata).id, data: null } };
}

function revealed(backup: Backup) {
  const { Backup: whole } = writeConfiguration(backup, version, 'shown');
  return { Backup: { ...whole, ID: null, DBPath: null } };
}

export function readMetadata(metadata: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, value ?? '']));
}

/** The form in a configuration file, in plain or of AES Crypt. @throws Refusal 400 */
async function openConfiguration(bytes: Buffer, passphrase: string): Promise<BackupForm> {
  const clear = isAesCrypt(bytes) ? await decrypt(bytes, passphrase) : bytes;
  const read = safeParse(BackupForm, readAs(parseJson(clear), BackupForm));
  if (!read.success) throw new Refusal(400, 'This is not the exported configuration of a backup.');
  return read.output;
}

async function decrypt(bytes: Buffer, passphrase: string): Promise<Buffer> {
  try {
    const parts: Buffer[] = [];
    for await (const part of decryptAesCrypt(inOne(bytes), passphrase)) parts.push(part);
    return Buffer.concat(parts);
  } catch (thrown) {
    if (!(thrown instanceof AesCryptError)) throw thrown;
    throw new Refusal(
      400,
      thrown.reason === 'password'
        ? 'The passphrase of this configuration is another, or the file was changed.'
        : 'This file is damaged, or not one of AES Crypt.',
    );
  }
}

async function* inOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function exportBackup(backup: Backup, { query }: Call): Promise<Reply> {
  const secrets = wantsPasswords(query) ? 'shown' : 'left out';
  const text = JSON.stringify(writeConfiguration(backup, version, secrets), null, 2);
  const passphrase = query.get('passphrase') ?? '';
  let body: Buffer = Buffer.from(text);
  if (passphrase !== '') {
    const parts: Buffer[] = [];
    for await (const part of encryptAesCrypt([body], passphrase)) parts.push(part);
    body = Buffer.concat(parts);
  }
  const stem = backup.name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100) || 'backup';
  const name = `${stem}-duplicati-config.json${passphrase === '' ? '' : '.aes'}`;
  return {
    bytes: { type: 'application/octet-stream', body },
    headers: { 'Content-Disposition': `attachment; filename=${name}` },
  };
}

function wantsPasswords(query: URLSearchParams): boolean {
  return /^(true|1)$/i.test(query.get('export-passwords') ?? '');
}

/** What the command line would be given. */
function writeArguments(backup: Backup, folder: string, withPasswords: boolean) {
  const secrets = withPasswords ? 'shown' : 'left out';
  const options = backup.options.filter(({ name }) => withPasswords || !isSecretOption(name));
  return {
    Backend: hideSecrets[secrets](backup.targetUrl),
    Arguments: backup.sources.map((source) => hideSource(source, secrets)),
    Options: [
      `--backup-name=${backup.name}`,
      `--dbpath=${path.resolve(folder, backup.database)}`,
      `--backup-id=DB-${backup.id}`,
      ...options.map(({ name, value }) => `--${name}=${hideSecrets[secrets](value)}`),
      '--disable-module=console-password-input',
      ...backup.filters.map(({ include, expression }) => `--${include ? 'include' : 'exclude'}=${expression}`),
    ],
  };
}

/** A word as shells read it (POSIX.1, Shell Command Language, 2.2.2). */
function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
