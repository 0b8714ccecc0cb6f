/** Secrets that a command line names instead of holding them: `--passphrase='$name' --secret-provider=env://`. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { decryptAesCrypt, isAesCrypt } from '../aes-crypt/aes-crypt.ts';
import type { Option } from '../command-line/arguments.ts';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import type { CliOption, GivenOptions } from './options.ts';

/** Longest secret, and largest file of them. */
const [LONGEST, LARGEST_FILE] = [64 << 10, 16 << 20];
/** Of Duplicati, and not here. */
export const CLOUDS: Readonly<Record<string, string>> = {
  awssm: 'AWS Secrets Manager',
  azkv: 'Azure Key Vault',
  gcsm: 'Google Cloud Secret Manager',
  hcv: 'HashiCorp Vault',
  keychain: 'the keychain of macOS',
  libsecret: 'the keyring of the desktop (libsecret)',
  wincred: 'the Credential Manager of Windows',
};

/**
 * The options with what their values name. Only options that hold secrets, and user names, are looked at; one that does not begin with the pattern
 * is what it is. @throws UserError without the value of any secret
 */
export async function resolveSecrets(
  given: GivenOptions,
  options: readonly Option<CliOption>[],
): Promise<GivenOptions> {
  const provider = given.text('secret-provider');
  if (!provider) return given;
  const pattern = given.text('secret-provider-pattern') || '$';
  const found = new Map<CliOption, string>();
  let read: ((name: string) => Promise<string | undefined>) | undefined;
  for (const { name, secret } of options) {
    if ((!secret && name !== 'auth-username') || name === 'secret-provider') continue;
    const value = given.text(name);
    if (!value?.startsWith(pattern) || value.length === pattern.length) continue;
    const key = value.slice(pattern.length).replace(/^\{(.*)\}$/s, '$1');
    read ??= openProvider(provider);
    const text = await read(key);
    if (!text) throw new UserError(`--${name}: the secret provider has no secret "${key}"`, SERIOUS);
    if (text.length > LONGEST) throw new UserError(`--${name}: the secret "${key}" is too long`, SERIOUS);
    found.set(name, text);
  }
  return { ...given, text: (name) => found.get(name) ?? given.text(name) };
}

/** A provider's address in its parts. */
export function readProvider(address: string): { scheme: string; path: string; query: URLSearchParams } {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9-]*):(?:\/\/)?(.*)$/is.exec(address) ?? [];
  const [file = '', query = ''] = rest.split('?', 2);
  return {
    scheme: scheme.toLowerCase(),
    path: file.replace(/(%[0-9a-f]{2})+/gi, decode),
    query: new URLSearchParams(query),
  };
}

function decode(codes: string): string {
  try {
    return decodeURIComponent(codes);
  } catch {
    return codes;
  }
}

/** What asks a provider for a secret by its name. @throws UserError for one that is not there */
export function openProvider(address: string): (name: string) => Promise<string | undefined> {
  const { scheme, path: file, query } = readProvider(address);
  switch (scheme) {
    case 'env':
      return async (name) => process.env[name];
    case 'file-secret': {
      let secrets: Promise<Map<string, string>> | undefined;
      return async (name) => {
        secrets ??= readSecretFile(file, query.get('passphrase'));
        return (await secrets).get(name);
      };
    }
    case 'pass': {
      const program = query.get('pass-command') ?? 'pass';
      return (name) => showPass(program, name);
    }
  }
  const known = Object.hasOwn(CLOUDS, scheme) ? CLOUDS[scheme] : undefined;
  throw new UserError(
    known
      ? `--secret-provider: ${known} is not asked by this release; env://, file-secret:// and pass:// are`
      : '--secret-provider: it begins with none of env://, file-secret:// and pass://',
    200,
  );
}

/** One JSON object of texts, encrypted by AES Crypt or not. */
export async function readSecretFile(file: string, passphrase: string | null): Promise<Map<string, string>> {
  try {
    const bytes = await gather(createReadStream(file));
    const plain = isAesCrypt(bytes) ? await gather(decryptAesCrypt(only(bytes), passphrase ?? '')) : bytes;
    const value: unknown = JSON.parse(plain.toString('utf8').replace(/^\ufeff/, ''));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it holds no JSON object');
    return new Map(Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])));
  } catch (thrown) {
    // A syntax error repeats what it met, which may be a secret.
    const why = thrown instanceof SyntaxError ? 'it is no JSON' : messageOf(thrown);
    throw new UserError(`--secret-provider: ${file} cannot be read: ${why}`, SERIOUS);
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of source) {
    size += part.length;
    if (size > LARGEST_FILE) throw new Error('it is too large for a file of secrets');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The first line of an entry of pass(1). */
export async function showPass(program: string, name: string): Promise<string | undefined> {
  if (name.startsWith('-')) throw new UserError(`"${name}" is no name of a secret`, 200);
  try {
    const { stdout } = await promisify(execFile)(program, ['show', name], { maxBuffer: LONGEST, encoding: 'utf8' });
    return stdout.split('\n', 1)[0];
  } catch (thrown) {
    const { stderr } = thrown as { stderr?: string }; // of the program that was run
    throw new UserError(
      `--secret-provider: ${program} does not show "${name}": ${(stderr || messageOf(thrown)).split('\n', 1)[0]}`,
      SERIOUS,
    );
  }
}
