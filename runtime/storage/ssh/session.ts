/** One connection to an SSH server, made when it is needed, and again when it was cut. */
import { readFile } from 'node:fs/promises';
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { codeOf, messageOf } from '../../errors.ts';
import { explainConnection } from '../connection.ts';
import { StorageError } from '../storage.ts';
import { preferredAlgorithms, requireHostKey } from './host-key.ts';

export interface SshAccount {
  /** For people. */
  where: string;
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  keyFile: string | undefined;
  /** The text of a private key. */
  key: string | undefined;
  useAgent: boolean;
  fingerprint: string | undefined;
  acceptAny: boolean;
  /** Milliseconds; 0 for none. */
  patience: number;
  keepAlive: number;
}

export interface SshSession {
  /** Runs work over the connection; when it is cut, that ends too, answered or not. @throws StorageError, and what the work throws */
  use<Result>(signal: AbortSignal, work: (sftp: SFTPWrapper) => Promise<Result>): Promise<Result>;
  /** The connection is not used again. */
  drop(): void;
}

export function createSession(account: SshAccount): SshSession {
  let current: { client: Client; sftp: Promise<SFTPWrapper>; cut: Promise<never> } | undefined;
  const drop = () => {
    current?.client.destroy();
    current = undefined;
  };
  const connect = () => {
    const client = new Client();
    const cut = new Promise<never>((_resolve, reject) => {
      client.once('close', () => reject(new StorageError('unreachable', `${account.where}: the connection was cut`)));
    });
    cut.catch(() => {}); // nobody may be waiting
    const mine = { client, sftp: connectTo(client, account), cut };
    const forget = () => {
      if (current === mine) current = undefined;
    };
    client.once('close', forget);
    mine.sftp.catch(() => {
      forget();
      client.destroy();
    });
    return mine;
  };
  return {
    async use(signal, work) {
      signal.throwIfAborted();
      current ??= connect();
      const { sftp, cut } = current;
      // Requests that were under way when the connection was cut are not always answered by the library.
      return await Promise.race([sftp.then(work), sftp.then(() => cut)]);
    },
    drop,
  };
}

async function connectTo(client: Client, account: SshAccount): Promise<SFTPWrapper> {
  const config = await readConfig(account);
  return new Promise((resolve, reject) => {
    const { where } = account;
    let distrust: unknown;
    client.on('error', (thrown) => reject(distrust ?? explainSsh(account, thrown)));
    client.once('close', () => reject(new StorageError('unreachable', `${where}: the connection was cut`)));
    client.on('keyboard-interactive', (_name, _text, _language, prompts, answer) =>
      answer(prompts.map(() => account.password ?? '')),
    );
    client.once('ready', () =>
      client.sftp((thrown, sftp) => {
        if (thrown)
          return reject(
            new StorageError('denied', `${where}: the server lets nobody transfer files (SFTP): ${thrown.message}`),
          );
        sftp.on('error', () => {}); // every request is told for itself
        resolve(sftp);
      }),
    );
    try {
      client.connect({
        ...config,
        hostVerifier: (key: Buffer) => {
          try {
            if (!account.acceptAny) requireHostKey(key, account.fingerprint, where);
            return true;
          } catch (thrown) {
            distrust = thrown;
            return false;
          }
        },
      });
    } catch (thrown) {
      reject(
        /privateKey|passphrase/i.test(messageOf(thrown))
          ? new StorageError(
              'invalid',
              `${where}: the private key cannot be read: ${messageOf(thrown)}; are key and passphrase right?`,
            )
          : explainSsh(account, thrown),
      );
    }
  });
}

async function readConfig(account: SshAccount): Promise<ConnectConfig> {
  const { host, port, user, password, useAgent, patience, keepAlive, fingerprint, where } = account;
  let key = account.key;
  if (key === undefined && account.keyFile !== undefined) {
    try {
      key = await readFile(account.keyFile, 'utf8');
    } catch (thrown) {
      throw new StorageError(
        'invalid',
        `${where}: the file of the key cannot be read: ${messageOf(thrown)} (--ssh-keyfile)`,
        thrown,
      );
    }
  }
  const agent =
    process.env.SSH_AUTH_SOCK ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined);
  const prepend = [...preferredAlgorithms(fingerprint)];
  return {
    host,
    port,
    username: user,
    readyTimeout: patience || 2 ** 31 - 1,
    ...(keepAlive > 0 ? { keepaliveInterval: keepAlive } : {}),
    ...(prepend.length > 0 ? { algorithms: { serverHostKey: { prepend, append: [], remove: [] } } } : {}),
    ...(key !== undefined
      ? { privateKey: key, ...(password === undefined ? {} : { passphrase: password }) }
      : password !== undefined
        ? { password, tryKeyboard: true }
        : useAgent && agent !== undefined
          ? { agent }
          : {}),
  };
}

/** What the library says, in words. */
function explainSsh({ where, user }: SshAccount, thrown: unknown): StorageError {
  const level = thrown instanceof Error && 'level' in thrown ? thrown.level : undefined;
  if (level === 'client-authentication')
    return new StorageError('denied', `${where}: the server does not let ${user} in with this password or key`, thrown);
  if (level === 'client-timeout')
    return new StorageError('timeout', `${where}: no answer in time (--short-timeout)`, thrown);
  if (level === 'agent')
    return new StorageError('denied', `${where}: the SSH agent does not answer: ${messageOf(thrown)}`, thrown);
  if (level === 'handshake' && /no matching/i.test(messageOf(thrown)))
    return new StorageError(
      'invalid',
      `${where}: server and client have no algorithm in common: ${messageOf(thrown)}`,
      thrown,
    );
  if (codeOf(thrown) === '' && level !== undefined)
    return new StorageError('unreachable', `${where}: the connection failed: ${messageOf(thrown)}`, thrown);
  return explainConnection(where, thrown);
}
