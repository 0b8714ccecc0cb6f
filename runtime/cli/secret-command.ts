/** Providers of secrets, tried by hand: which there are, whether they know a secret, and a new one. No secret is ever printed. */
import { SERIOUS, UserError } from '../errors.ts';
import { askSecret, readSecret } from '../server-util/ask-secret.ts';
import type { Call, CliCommand } from './command.ts';
import { formatPath } from './format.ts';
import { CLOUDS, openProvider } from './secret-provider.ts';
import { storeSecret } from './store-secret.ts';

/** Those that are asked, and how. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'env://': 'variables of the environment; cannot be set from here',
  'file-secret:///path/to.json': 'a JSON object of texts; with ?passphrase=... encrypted by AES Crypt',
  'pass://': 'pass(1); another program with ?pass-command=...',
};

export const secretCommand: CliCommand = {
  name: 'secret-tool',
  operands: ['<info|test|set>', '[provider-URL]', '[names...]'],
  help: 'Try a provider of secrets as --secret-provider has it: "info" lists them, "test URL NAME..." says whether it knows these secrets, "set URL NAME" gives it one, which is typed on the terminal or comes on standard input.',
  options: [
    { name: 'overwrite', help: 'Replace a secret that is there.' },
    { name: 'json', help: 'Print JSON instead of text.' },
  ],
  examples: [
    { line: 'duplicati-cli secret-tool test pass:// backup/home', help: 'Is it there?' },
    {
      line: 'duplicati-cli secret-tool set file-secret:///root/secrets.json backup',
      help: 'A new one, asked for on the terminal.',
    },
  ],
  run: runSecretTool,
};

async function runSecretTool(call: Call): Promise<number> {
  const [verb = '', url = '', ...names] = call.words;
  switch (verb.toLowerCase()) {
    case 'info':
      if (url !== '') throw new UserError('secret-tool info needs nothing else', 200);
      return info(call);
    case 'test':
      if (names.length === 0) throw new UserError('secret-tool test needs a provider-URL and names of secrets', 200);
      return test(call, url, names);
    case 'set':
      if (names.length !== 1)
        throw new UserError('secret-tool set needs a provider-URL and the name of one secret', 200);
      return set(call, url, names[0]!);
  }
  throw new UserError(`secret-tool does info, test and set, not "${verb}"`, 200);
}

async function info({ output }: Call): Promise<number> {
  const absent = Object.entries(CLOUDS).map(
    ([scheme, what]) => [`${scheme}://`, `${what}: not in this release`] as const,
  );
  const rows = [...Object.entries(PROVIDERS), ...absent];
  await output.rows(
    rows,
    ([name, what]) => `${name.padEnd(30)}${what}`,
    ([provider, description]) => ({ provider, description }),
  );
  return 0;
}

async function test({ output }: Call, url: string, names: readonly string[]): Promise<number> {
  const read = openProvider(url);
  const found: { name: string; found: boolean }[] = [];
  for (const name of names) found.push({ name, found: Boolean(await read(name)) });
  await output.rows(found, (one) => `${formatPath(one.name)}: ${one.found ? 'found' : 'not there'}`);
  return found.every((one) => one.found) ? 0 : SERIOUS;
}

async function set({ output, given }: Call, url: string, name: string): Promise<number> {
  const store = storeSecret(url);
  const secret = process.stdin.isTTY
    ? await askSecret(`Secret "${name}"`, 'a secret is needed', SERIOUS)
    : await readSecret(SERIOUS);
  await store(name, secret, given.flag('overwrite'));
  if (output.asJson) await output.json({ name });
  else await output.line(`${formatPath(name)} is there now`);
  return 0;
}
