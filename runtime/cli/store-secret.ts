import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { encryptAesCrypt } from '../aes-crypt/aes-crypt.ts';
import { SERIOUS, UserError } from '../errors.ts';
import { writeWhole } from '../storage/file/write-file.ts';
import { readProvider, readSecretFile, showPass } from './secret-provider.ts';

/** What gives a secret to a provider. Nothing is asked of it yet. @throws UserError for one that takes none */
export function storeSecret(address: string): (name: string, secret: string, overwrite: boolean) => Promise<void> {
  const { scheme, path: file, query } = readProvider(address);
  if (scheme === 'file-secret') return (...asked) => writeFileSecret(file, query.get('passphrase'), ...asked);
  if (scheme === 'pass') return (...asked) => insertPass(query.get('pass-command') ?? 'pass', ...asked);
  throw new UserError('secrets are set at file-secret:// and pass:// only; see secret-tool info', 200);
}

/** The whole file again: a name of it is that of a whole one, whenever this ends. */
async function writeFileSecret(
  file: string,
  passphrase: string | null,
  name: string,
  secret: string,
  overwrite: boolean,
): Promise<void> {
  const known = existsSync(file) ? await readSecretFile(file, passphrase) : new Map<string, string>();
  if (known.has(name) && !overwrite) throw taken(name);
  known.set(name, secret);
  const text = Buffer.from(`${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  await writeWhole(file, passphrase ? encryptAesCrypt(one(text), passphrase) : one(text));
}

async function insertPass(program: string, name: string, secret: string, overwrite: boolean): Promise<void> {
  const known = overwrite ? undefined : await showPass(program, name).catch(() => undefined);
  if (known) throw taken(name);
  if (name.startsWith('-')) throw new UserError(`"${name}" is no name of a secret`, 200);
  const child = spawn(program, ['insert', '--multiline', '--force', name], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text.slice(0, 1000);
  });
  child.stdin.on('error', () => {}); // how it ends says why
  child.stdin.end(`${secret}\n`);
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (thrown) => resolve(thrown.message));
    child.once('close', (exit) => resolve(exit ?? 'it was ended'));
  });
  if (code === 0) return;
  const why = (said.split('\n', 1)[0] || String(code)).replaceAll(secret, '***');
  throw new UserError(`${program} did not take "${name}": ${why}`, SERIOUS);
}

function taken(name: string): UserError {
  return new UserError(`there is a secret "${name}" already; --overwrite replaces it`, SERIOUS);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
