/** Tools for a person who helps himself: files at a destination, and files of AES Crypt. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AesCryptError, decryptAesCrypt, encryptAesCrypt } from '../aes-crypt/aes-crypt.ts';
import { codeOf, SERIOUS, UserError } from '../errors.ts';
import { type Storage, StorageError } from '../storage/storage.ts';
import { askPassphrase } from './ask-passphrase.ts';
import type { Call, CliCommand } from './command.ts';
import { destinationOptions, explainStorageError, openDestination } from './destination.ts';
import { formatPath, formatSize } from './format.ts';
import { NamedError } from './named-error.ts';
import type { CliOption } from './options.ts';

const json = { name: 'json', help: 'Print JSON instead of text.' } as const satisfies { name: CliOption; help: string };
const secrets = [
  {
    name: 'passphrase',
    value: 'TEXT',
    secret: true,
    help: 'The passphrase. Other accounts of this machine can read command lines: better PASSPHRASE, --passphrase-file, or being asked on the terminal.',
  },
  { name: 'passphrase-file', value: 'FILE', help: 'File whose first line is the passphrase.' },
  { name: 'disable-module', value: 'NAMES', choices: ['console-password-input'], help: 'Never ask for a passphrase.' },
] as const satisfies CliCommand['options'];

export const toolCommands: readonly CliCommand[] = [
  {
    name: 'backend-tool',
    operands: ['<list|get|put|delete|create-folder>', '<storage-URL>', '[file]'],
    help: 'Work with the files of a destination as they are there: list them, get or put one, delete one, make the folder.',
    options: [...destinationOptions, json],
    examples: [
      { line: 'duplicati-cli backend-tool list file:///mnt/backup', help: 'What lies there?' },
      {
        line: 'duplicati-cli backend-tool get file:///mnt/backup duplicati-20261123T120000Z.dlist.zip.aes',
        help: 'One file, into this folder.',
      },
    ],
    run: runBackendTool,
  },
  {
    name: 'aes-crypt',
    operands: ['<encrypt|decrypt>', '<input>', '<output>'],
    help: 'Encrypt a file in the format of AES Crypt, or decrypt one, such as a volume of a backup. The output appears when it is whole and proven.',
    options: [...secrets, json],
    examples: [
      {
        line: 'duplicati-cli aes-crypt decrypt duplicati-20261123T120000Z.dlist.zip.aes list.zip',
        help: 'What is in a volume?',
      },
    ],
    run: runAesCrypt,
  },
];

async function runBackendTool(call: Call): Promise<number> {
  const { words, given, progress } = call;
  const [verb = '', url = '', file] = words;
  const name = verb.toLowerCase().replace('createfolder', 'create-folder');
  const work = WORK[name];
  if (!work) throw new UserError(`backend-tool does list, get, put, delete and create-folder, not "${verb}"`, 200);
  if (work.needsFile !== (file !== undefined))
    throw new UserError(work.needsFile ? `${name} needs the name of a file` : `${name} takes no file`, 200);
  const storage = await openDestination({ url, given, progress });
  try {
    await work.run(call, storage, file ?? '');
    return 0;
  } catch (thrown) {
    throw thrown instanceof StorageError ? explainStorageError(thrown) : thrown;
  } finally {
    await storage.close();
  }
}

const WORK: Readonly<
  Record<string, { needsFile: boolean; run(call: Call, storage: Storage, file: string): Promise<void> }>
> = {
  list: {
    needsFile: false,
    async run({ output, signal, progress }, storage) {
      const found = [];
      for await (const entry of storage.list(signal)) found.push(entry);
      found.sort((a, b) => (a.name < b.name ? -1 : 1));
      progress.end();
      await output.rows(found, ({ name, size, isFolder, modified }) => {
        const when = modified === undefined ? '-' : new Date(modified).toISOString();
        return [formatPath(name), isFolder ? 'Dir' : 'File', when, isFolder ? '' : formatSize(size)].join('\t');
      });
    },
  },
  get: {
    needsFile: true,
    async run({ output, signal }, storage, file) {
      const target = path.resolve(requireName(file));
      if (existsSync(target)) throw new UserError(`${target} is there already; it was left as it is`, SERIOUS);
      await storage.get(file, target, signal);
      await say(output, { file: target }, `Got ${target}`);
    },
  },
  put: {
    needsFile: true,
    async run({ output, signal }, storage, file) {
      const source = path.resolve(file);
      if (!existsSync(source)) throw new NamedError('FileMissing', `there is no file ${source}`);
      await storage.put(path.basename(source), source, signal);
      await say(output, { name: path.basename(source) }, `Put ${path.basename(source)}`);
    },
  },
  delete: {
    needsFile: true,
    async run({ output, signal }, storage, file) {
      await storage.delete(requireName(file), signal);
      await say(output, { name: file }, `Deleted ${file}`);
    },
  },
  'create-folder': {
    needsFile: false,
    async run({ output, signal }, storage) {
      await storage.createFolder(signal);
      await say(output, { folder: storage.name }, `The folder of ${storage.name} is there`);
    },
  },
};

/** A name in the folder, never a path out of it. */
function requireName(file: string): string {
  if (file !== '' && file !== '.' && file !== '..' && !/[\\/\0]/.test(file)) return file;
  throw new UserError(`"${file}" is no name of a file in the folder`, 200);
}

async function say(output: Call['output'], value: unknown, text: string): Promise<void> {
  if (output.asJson) await output.json(value);
  else await output.line(formatPath(text));
}

async function runAesCrypt({ words, given, output, progress, signal }: Call): Promise<number> {
  const [verb = '', from = '', to = ''] = words;
  const action = verb.toLowerCase();
  if (action !== 'encrypt' && action !== 'decrypt')
    throw new UserError(`aes-crypt does encrypt and decrypt, not "${verb}"`, 200);
  const [source, target] = [path.resolve(from), path.resolve(to)];
  if (existsSync(target)) throw new UserError(`${target} is there already; it was left as it is`, SERIOUS);
  const passphrase = await askPassphrase(given, true);
  if (passphrase === undefined) throw new UserError('a passphrase is needed', SERIOUS);
  // Nothing may be used before the code at the end has proven it: until then it has another name.
  const temporary = `${target}.${process.pid}.part`;
  const transform = action === 'encrypt' ? encryptAesCrypt : decryptAesCrypt;
  try {
    const written = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(
      createReadStream(source),
      (bytes: AsyncIterable<Uint8Array>) => transform(bytes, passphrase),
      written,
      { signal },
    );
    await rename(temporary, target);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') await rm(temporary, { force: true });
    if (thrown instanceof AesCryptError)
      throw new NamedError('DecryptionFailed', `${source}: ${thrown.message}`, SERIOUS, thrown);
    throw thrown;
  }
  progress.end();
  await say(output, { file: target }, `Wrote ${target}`);
  return 0;
}
