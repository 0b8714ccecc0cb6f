import path from 'node:path';
import { findServer, type Server } from '../client/client.ts';
import type { JudgeCertificate } from '../client/exchange.ts';
import { findServerFolders } from '../client/server-folders.ts';
import type { Given } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { openLog } from '../log/log.ts';
import { dataFolderOf, namedDataFolder, prepareDataFolder } from '../service/data-folder.ts';
import { askSecret } from './ask-secret.ts';
import { guessServer, readHostUrl } from './health.ts';
import { type CommandOption, USER_ERROR, type UtilOption } from './options.ts';
import type { Output } from './output.ts';
import { openSession, type Session } from './session.ts';
import { openTokenStore, STORE_FILE, type TokenStore } from './token-store.ts';

/** One command: a row of the table that help, checks and completions are made from. */
export interface Command {
  name: string;
  /** What may follow the name, as the help shows it: `<backup>`, `[<duration>]`, `<backups>...`. */
  operands: readonly string[];
  help: string;
  options: readonly CommandOption[];
  examples: readonly { line: string; help: string }[];
  /** @returns the exit code. @throws UserError */
  run(context: Context): Promise<number>;
}

/** What a command has to work with. */
export interface Context {
  given: Given<UtilOption>;
  /** The words behind the command's name. */
  words: readonly string[];
  output: Output;
  tokens: TokenStore;
  /** The server, and says so. @param overTcp not through its socket. */
  connect(overTcp?: boolean): Promise<Server>;
  /** Calls to the server by somebody who may make them, until `work` has ended. */
  withSession(work: (session: Session) => Promise<number>): Promise<number>;
  /** The password of the server: given, or asked for. */
  readPassword(): Promise<string>;
}

export function makeContext(given: Given<UtilOption>, words: readonly string[], output: Output): Context {
  const tokens = openTokens(given);
  const connect = async (overTcp = false) => {
    const server = await findServer(readTarget(given), overTcp);
    output.say(`Connecting to ${server.name}...`);
    return server;
  };
  const readPassword = async () => {
    const otherwise = 'Not logged in: run duplicati-server-util login, or give --password';
    return given.text('password') ?? askSecret('Server password', otherwise, USER_ERROR);
  };
  return {
    given,
    words,
    output,
    tokens,
    connect,
    readPassword,
    async withSession(work) {
      const server = await connect();
      const password = given.text('password');
      const session = await openSession({ server, tokens, password, askPassword: readPassword });
      try {
        return await work(session);
      } finally {
        await session.end().catch(() => {}); // what it was opened for is what counts
      }
    },
  };
}

function openTokens(given: Given<UtilOption>): TokenStore {
  const key = given.text('settings-encryption-key') ?? (process.env.SETTINGS_ENCRYPTION_KEY || undefined);
  const named = given.text('settings-file');
  if (named) return openTokenStore(path.resolve(named), key, () => {});
  const folder = dataFolderOf(given);
  const isInsecure = given.flag('allow-insecure-datafolder');
  return openTokenStore(path.join(folder, STORE_FILE), key, () => {
    prepareDataFolder(folder, isInsecure, openLog('Warning'));
  });
}

/** Where the server is, by the options. @throws UserError (2) */
export function readTarget(given: Given<UtilOption>) {
  const named = given.text('hosturl');
  const hash = given.text('host-cert');
  const folders = findServerFolders(namedDataFolder(given));
  return {
    folders,
    url: named ? readHostUrl(named, USER_ERROR) : undefined,
    fallback: guessServer(folders[0]!),
    isInsecure: given.flag('insecure') || hash === '*',
    judgeCertificate: hash && hash !== '*' ? judgeByHash(hash) : undefined,
    exitCode: USER_ERROR,
  };
}

/** Takes the certificate with a SHA-1 or SHA-256 hash, in hexadecimal with or without colons. @throws UserError (2) */
function judgeByHash(text: string): JudgeCertificate {
  const wanted = text.replace(/[: ]/g, '').toUpperCase();
  if (!/^([0-9A-F]{40}|[0-9A-F]{64})$/.test(wanted))
    throw new UserError('--host-cert: not a SHA-1 or SHA-256 hash in hexadecimal', USER_ERROR);
  return (socket) => {
    const shown = socket.getPeerX509Certificate();
    const hashes = [shown?.fingerprint, shown?.fingerprint256].map((one) => one?.replaceAll(':', ''));
    return hashes.includes(wanted) ? undefined : 'its certificate has another hash than that of --host-cert';
  };
}
