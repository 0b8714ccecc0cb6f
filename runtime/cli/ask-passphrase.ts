import { readFileSync } from 'node:fs';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { askSecret } from '../server-util/ask-secret.ts';
import { readEncryptionModule } from './gpg-options.ts';
import type { GivenOptions } from './options.ts';
import { resolveSecrets } from './secret-provider.ts';

/**
 * The passphrase of a backup: `--passphrase` (which may name one of a secret provider), `--passphrase-file`, PASSPHRASE, or what is typed on the terminal. Undefined when nothing is encrypted.
 * @throws UserError where it cannot be had
 */
export async function askPassphrase(unresolved: GivenOptions, isEncrypted: boolean): Promise<string | undefined> {
  if (!isEncrypted || unresolved.flag('no-encryption') || readEncryptionModule(unresolved) === '') return undefined;
  const given = await resolveSecrets(unresolved, [{ name: 'passphrase', secret: true, help: '' }]);
  const file = given.text('passphrase-file');
  const known = given.text('passphrase') || (file ? readFirstLine(file) : process.env.PASSPHRASE);
  if (known) return known;
  const missing = 'the backup is encrypted: give its passphrase in PASSPHRASE or by --passphrase-file';
  if (given.text('disable-module')) throw new UserError(missing, SERIOUS);
  return askSecret('Passphrase of the backup', missing, SERIOUS);
}

function readFirstLine(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new UserError(`--passphrase-file: ${messageOf(thrown)}`, SERIOUS, thrown);
  }
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw new UserError(`--passphrase-file: ${file} begins with an empty line`, SERIOUS);
  return line;
}
